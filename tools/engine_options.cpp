#include "tools/engine_options.hpp"

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

// "udp:HOST:PORT", an IPv6 host in brackets.
std::optional<Endpoint> sip_endpoint(std::string_view text) {
  constexpr std::string_view kUdp = "udp:";
  if (!text.starts_with(kUdp)) return std::nullopt;
  text.remove_prefix(kUdp.size());
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = port_of(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const Endpoint endpoint{.host = std::string{host}, .port = port.value_or(0)};
  if (!port || !host::udp_endpoint(endpoint)) return std::nullopt;
  return endpoint;
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
  constexpr auto kNames = names_of(E{});
  return CLI::IsMember(std::vector<std::string>{kNames.begin(), kNames.end()});
}

}  // namespace

void add_engine_options(CLI::App& verb, EngineOptions& options) {
  verb.add_option("--sip", options.sip, "Where SIP is spoken: udp:HOST:PORT, port 0 for a free one")
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
  verb.add_option("--user", options.user, "The user part of our SIP address")
      ->capture_default_str();
  verb.add_option("--rtp-ports", options.rtp_ports, "The ports for audio")
      ->capture_default_str()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return port_range(text) ? "" : "'" + text + "' is not FIRST-LAST with room for a pair";
          },
          "FIRST-LAST"));
}

host::EngineConfig engine_config(const EngineOptions& options) {
  return {.sip = *sip_endpoint(options.sip),
          .log_path = options.log,
          .durability = *named<log::Durability>(options.durability),
          .rules = *named<Rules>(options.rules),
          .user = options.user,
          .rtp_ports = *port_range(options.rtp_ports)};
}

void write_line(const host::LogLine& line) {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  if (isatty(STDERR_FILENO) != 0) {
    const std::string call = line.call ? "  call " + to_hex(line.call) : "";
    fmt::print(stderr, "{:%H:%M:%S}.{:03} {}{}\n", fmt::localtime(seconds), ms, line.text, call);
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
