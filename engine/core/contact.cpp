#include "engine/core/contact.hpp"

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

Endpoint contact_at(const Config& config, Transport transport) {
  const Endpoint* own = &config.contact;
  if (transport == Transport::kTls && config.tls_contact.port != 0) own = &config.tls_contact;
  if (transport == Transport::kWs && config.ws_contact.port != 0) own = &config.ws_contact;
  return {own->host, own->port, transport};
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
