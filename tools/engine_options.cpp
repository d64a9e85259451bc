#include "tools/engine_options.hpp"

#include "engine/sip/uri.hpp"
#include "replay/canvas.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <unistd.h>

namespace lastcall::tools {
namespace {

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// "HOST:PORT", an IPv6 host in brackets.
std::optional<Endpoint> endpoint(std::string_view text, Transport transport) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = port_of(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const Endpoint result{
      .host = std::string{host}, .port = port.value_or(0), .transport = transport};
  if (!port || !host::udp_endpoint(result)) return std::nullopt;
  return result;
}

// "udp:HOST:PORT"
std::optional<Endpoint> sip_endpoint(std::string_view text) {
  constexpr std::string_view kUdp = "udp:";
  if (!text.starts_with(kUdp)) return std::nullopt;
  return endpoint(text.substr(kUdp.size()), Transport::kUdp);
}

// "FIRST-LAST"
std::optional<host::PortRange> port_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = port_of(text.substr(0, dash));
  const auto last = port_of(text.substr(dash + 1));
  if (!first || !last || *first == 0 || *last < *first + 2) return std::nullopt;
  return host::PortRange{*first, *last};
}

template <NamedEnum E>
CLI::IsMember names() {
  return CLI::IsMember(std::vector<std::string>{kNamesOf<E>.begin(), kNamesOf<E>.end()});
}

CLI::Validator host_port() {
  return {[](const std::string& text) {
            return endpoint(text, Transport::kTcp) ? ""
                                                   : "'" + text + "' is not HOST:PORT in numbers";
          },
          "HOST:PORT"};
}

CLI::Validator sip_uri() {
  return {[](const std::string& text) {
            return sip::parse_uri(text) ? "" : "'" + text + "' is no SIP URI";
          },
          "URI"};
}

void add_secure_options(CLI::App& verb, EngineOptions& options) {
  host::TlsFiles& files = options.files;
  CLI::Option* const cert =
      verb.add_option("--cert", files.certificate, "Our certificate and its chain, PEM")
          ->check(CLI::ExistingFile);
  CLI::Option* const key = verb.add_option("--key", files.key, "The key of our certificate, PEM")
                               ->check(CLI::ExistingFile);
  cert->needs(key);
  verb.add_option("--tls", options.tls, "Where SIP over TLS is spoken")
      ->check(host_port())
      ->needs(cert);
  verb.add_option("--wss", options.wss, "Where WebSockets over TLS are taken")
      ->check(host_port())
      ->needs(cert);
  verb.add_option("--ca", files.ca, "Whom TLS believes, PEM; otherwise whom the system believes")
      ->check(CLI::ExistingFile);
  verb.add_flag("--require-client-cert", options.certified_clients,
                "Who connects by TLS must show a certificate, too");
}

void add_sip_options(CLI::App& verb, EngineOptions& options) {
  verb.add_option("--user", options.user, "The user part of our SIP address")
      ->capture_default_str();
  verb.add_option("--aor", options.aor, "Who we are for others; otherwise the user at our address")
      ->check(sip_uri());
  verb.add_option("--registrar", options.registrar,
                  "Where --aor registers; otherwise at its domain")
      ->check(sip_uri());
  verb.add_option("--proxy", options.proxy, "The first hop of what we send outside of dialogs")
      ->check(sip_uri());
  verb.add_option("--reliable", options.reliable, "Whether ringing is sent reliably (100rel)")
      ->capture_default_str()
      ->check(names<core::Reliable>());
  verb.add_option("--session-expires", options.session_expires_s,
                  "Seconds that a session lives without a refresh; 0: no session timer of ours")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--min-se", options.min_se_s, "The least of these that others may ask for")
      ->capture_default_str()
      ->check(CLI::Range(90, 1'000'000));  // RFC 4028 5
  verb.add_option("--accounts", options.accounts, "The file of secrets, TOML, not for others")
      ->check(CLI::ExistingFile);
  verb.add_option("--realm", options.realm, "Callers must show credentials for this realm");
  verb.add_flag("--refuse-md5", options.refuse_md5, "Neither ask for MD5 digests nor answer them");
}

}  // namespace

void add_engine_options(CLI::App& verb, EngineOptions& options) {
  verb.add_option("--sip", options.sip,
                  "Where SIP is spoken by UDP and TCP: udp:HOST:PORT, port 0 for a free one")
      ->capture_default_str()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return sip_endpoint(text) ? "" : "'" + text + "' is not udp:HOST:PORT with a number";
          },
          "udp:HOST:PORT"));
  verb.add_option("--log", options.log, "The log file; none keeps the log in memory")
      ->capture_default_str();
  verb.add_option("--durability", options.durability, "What a logged event survives")
      ->capture_default_str()
      ->check(names<log::Durability>());
  verb.add_option("--rules", options.rules, "How calls end")
      ->capture_default_str()
      ->check(names<Rules>());
  verb.add_option("--ws", options.ws, "Where WebSockets are taken (RFC 7118)")->check(host_port());
  add_secure_options(verb, options);
  add_sip_options(verb, options);
  verb.add_option("--rtp-ports", options.rtp_ports, "The ports for audio")
      ->capture_default_str()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return port_range(text) ? "" : "'" + text + "' is not FIRST-LAST with room for a pair";
          },
          "FIRST-LAST"));
}

host::EngineConfig engine_config(const EngineOptions& options) {
  host::SipAddresses sip{.sip = *sip_endpoint(options.sip),
                         .tls = endpoint(options.tls, Transport::kTls),
                         .ws = endpoint(options.ws, Transport::kWs),
                         .wss = endpoint(options.wss, Transport::kWs),
                         .files = options.files};
  if (options.certified_clients) sip.files.clients = host::TlsClients::kCertified;
  return {.sip = std::move(sip),
          .log_path = options.log,
          .durability = *named<log::Durability>(options.durability),
          .rules = *named<Rules>(options.rules),
          .user = options.user,
          .aor = options.aor,
          .registrar = options.registrar,
          .outbound_proxy = options.proxy,
          .reliable = *named<core::Reliable>(options.reliable),
          .delayed_offer = options.delayed_offer,
          .session_expires = std::chrono::seconds{options.session_expires_s},
          .min_se = std::chrono::seconds{options.min_se_s},
          .realm = options.realm,
          .refuse_md5 = options.refuse_md5,
          .accounts_path = options.accounts,
          .rtp_ports = *port_range(options.rtp_ports)};
}

std::string addresses_text(const host::SipContacts& contacts) {
  const std::string sip = to_text(contacts.sip);
  std::string text = "udp:" + sip + ", tcp:" + sip;
  if (contacts.tls.port != 0) text += ", tls:" + to_text(contacts.tls);
  if (contacts.ws.port != 0) text += ", ws:" + to_text(contacts.ws);
  return text;
}

void write_line(const host::LogLine& line) {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  if (isatty(STDERR_FILENO) != 0) {
    const std::string call = line.call ? "  call " + to_hex(line.call) : "";
    fmt::print(stderr, "{:%H:%M:%S}.{:03} {}{}\n", fmt::localtime(seconds), ms,
               replay::inert(line.text), call);
    return;
  }
  boost::json::object object{
      {"ts", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), ms)},
      {"level", name(line.level)},
      {"msg", line.text}};
  if (line.call) object["call"] = to_hex(line.call);
  fmt::print(stderr, "{}\n", boost::json::serialize(object));
}

void write_line(host::LineLevel level, const std::string& text) { write_line({level, text, {}}); }

Exit tell(const host::HostError& error) {
  write_line(host::LineLevel::kError, error.sentence);
  return error.fault == host::HostFault::kDamagedLog ? Exit::kDamagedLog : Exit::kEnvironment;
}

}  // namespace lastcall::tools
