#include "engine/core/config_text.hpp"

#include "engine/base/settings_text.hpp"

#include <charconv>
#include <concepts>
#include <utility>

namespace lastcall::core {
namespace {

std::string written(std::string_view value) { return std::string{value}; }
std::string written(Duration length) { return std::to_string(length.count()); }
template <std::integral T>
std::string written(T value) {
  return std::to_string(value);
}
template <NamedEnum E>
std::string written(E value) {
  return std::string{name(value)};
}

bool read(std::string_view text, std::string& value) {
  value = text;
  return true;
}
template <std::integral T>
bool read(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stopped == end;
}
bool read(std::string_view text, bool& value) {
  value = text == "1";
  return value || text == "0";
}
bool read(std::string_view text, Duration& value) {
  std::int64_t ns = 0;
  if (!read(text, ns)) return false;
  value = Duration{ns};
  return true;
}
template <NamedEnum E>
bool read(std::string_view text, E& value) {
  const auto known = named<E>(text);
  if (known) value = *known;
  return known.has_value();
}

// The one list of settings, read by writer and reader.
template <class AnyConfig, class F>
void for_each_setting(AnyConfig& config, F&& f) {
  f("rules", config.rules);
  f("shard", config.shard);
  f("transport", config.contact.transport);
  f("contact", config.contact.host);
  f("port", config.contact.port);
  f("tls_contact", config.tls_contact.host);
  f("tls_port", config.tls_contact.port);
  f("ws_contact", config.ws_contact.host);
  f("ws_port", config.ws_contact.port);
  f("user", config.user);
  f("aor", config.aor);
  f("registrar", config.registrar);
  f("outbound_proxy", config.outbound_proxy);
  f("realm", config.realm);
  f("refuse_md5", config.refuse_md5);
  f("users", config.users);
  f("follows_refers", config.follows_refers);
  f("reliable", config.reliable);
  f("delayed_offer", config.delayed_offer);
  f("session_expires_ns", config.session_expires);
  f("min_se_ns", config.min_se);
  f("cleanup_timeout_ns", config.cleanup_timeout);
  f("ring_timeout_ns", config.ring_timeout);
}

}  // namespace

std::string config_text(const Config& config) {
  Settings settings;
  for_each_setting(
      config, [&](const char* name, const auto& value) { settings.emplace(name, written(value)); });
  return to_text(settings);
}

std::expected<Config, std::string> parse_config(std::string_view text) {
  auto settings = parse_settings(text);
  if (!settings) return std::unexpected(settings.error());
  Config config;
  std::string wrong;
  for_each_setting(config, [&](const char* name, auto& value) {
    const auto it = settings->find(name);
    if (it == settings->end()) {
      wrong = std::string{"the setting '"} + name + "' is missing";
    } else if (!read(it->second, value)) {
      wrong = "'" + it->second + "' is no value of '" + name + "'";
    } else {
      settings->erase(it);
    }
  });
  if (!wrong.empty()) return std::unexpected(wrong);
  if (!settings->empty()) {
    return std::unexpected("'" + settings->begin()->first + "' is a setting of another version");
  }
  return config;
}

}  // namespace lastcall::core
