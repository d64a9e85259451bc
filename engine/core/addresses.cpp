#include "engine/core/addresses.hpp"

#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <array>

namespace lastcall::core {
namespace {

bool names(const Via& via, const Endpoint& own) {
  if (own.port == 0 || via.port.value_or(default_port(own.transport)) != own.port) return false;
  const auto numeric = sip::numeric_host(via.host);
  return numeric ? numeric == sip::numeric_host(own.host) : via.host == own.host;
}

}  // namespace

std::string address_of_record(const Config& config) {
  if (!config.aor.empty()) return config.aor;
  return "sip:" + config.user + "@" + to_text(config.contact);
}

std::string registrar_of(const Config& config, std::string_view aor) {
  const auto uri = sip::parse_uri(aor);
  if (!uri) return {};
  if (!config.registrar.empty()) return config.registrar;
  return sip::to_text({.scheme = uri->scheme, .host = uri->host, .port = uri->port});
}

std::string binding_for(const Config& config, std::string_view aor, std::string_view target) {
  const auto uri = sip::parse_uri(aor);
  const Endpoint local = local_towards(config, target);
  std::string text = "sip:";
  if (uri && !uri->user.empty()) text.append(uri->user).append("@");
  text += to_text(local);
  if (local.transport != Transport::kUdp) text.append(";transport=").append(name(local.transport));
  return text;
}

std::string first_hop(const Config& config, std::string_view target) {
  return config.outbound_proxy.empty() ? std::string{target} : config.outbound_proxy;
}

Endpoint numeric_endpoint(std::string_view uri) {
  const auto parsed = sip::parse_uri(uri);
  if (!parsed) return {};
  if (auto endpoint = sip::endpoint_of(*parsed)) return *std::move(endpoint);
  return {.transport = sip::transport_of(*parsed).value_or(Transport::kUdp)};
}

std::string route_line(const Config& config) {
  if (config.outbound_proxy.empty()) return {};
  return sip::header_line(Header::kRoute, "<" + config.outbound_proxy + ">");
}

Endpoint contact_at(const Config& config, Transport transport) {
  const Endpoint* own = &config.contact;
  if (transport == Transport::kTls && config.tls_contact.port != 0) own = &config.tls_contact;
  if (transport == Transport::kWs && config.ws_contact.port != 0) own = &config.ws_contact;
  return {own->host, own->port, transport};
}

Endpoint local_towards(const Config& config, std::string_view target) {
  return contact_at(config, numeric_endpoint(first_hop(config, target)).transport);
}

std::string contact_for(const Config& config, Transport transport, std::string_view peer_uri) {
  const bool secure = same_ignoring_case(sip::scheme_of(peer_uri), "sips");
  if (secure) return "<sips:" + to_text(contact_at(config, Transport::kTls)) + ">";
  return sip::contact_of(contact_at(config, transport));
}

bool is_own_sent_by(const Config& config, const Via& via) {
  const std::array own{config.contact, config.tls_contact, config.ws_contact};
  return std::ranges::any_of(own, [&](const Endpoint& each) { return names(via, each); });
}

}  // namespace lastcall::core
