#include "engine/core/addresses.hpp"

#include "engine/core/contact.hpp"
#include "engine/sip/uri.hpp"

namespace lastcall::core {

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

Endpoint local_towards(const Config& config, std::string_view target) {
  return contact_at(config, numeric_endpoint(first_hop(config, target)).transport);
}

}  // namespace lastcall::core
