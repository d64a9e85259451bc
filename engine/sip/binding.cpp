#include "engine/sip/binding.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace lastcall::sip {
namespace {

// qvalue, RFC 3261 25.1: "0", "0.5", "1.000"; in thousandths.
std::optional<std::uint16_t> parse_q(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  const auto whole = parse_number(text.substr(0, dot), 1);
  std::string fraction{text.substr(std::min(dot + 1, text.size()))};
  if (!whole || fraction.size() > 3) return std::nullopt;
  fraction.resize(3, '0');
  const auto thousandths = parse_number(fraction, 999);
  if (!thousandths || (*whole == 1 && *thousandths != 0)) return std::nullopt;
  return static_cast<std::uint16_t>(*whole * 1000 + *thousandths);
}

Binding binding_of(const NameAddr& address) {
  Binding binding{.uri = std::string{address.uri}};
  if (const std::optional<std::string_view> expires = param(address.params, "expires")) {
    Cursor cursor{*expires};
    binding.expires = take_delta(cursor);
  }
  if (const std::optional<std::string_view> q = param(address.params, "q")) {
    binding.q = parse_q(*q).value_or(binding.q);
  }
  return binding;
}

bool is_same_uri(std::string_view text, const Uri& uri) {
  const auto other = parse_uri(text);
  return other && is_equal(*other, uri);
}

}  // namespace

std::expected<Contacts, ParseError> contacts_of(const SipMessage& message) {
  Contacts contacts;
  std::optional<ParseError> error;
  for_each_value(message, Header::kContact, [&](std::string_view value) {
    if (error) return;
    if (value == "*") {
      contacts.all = true;
    } else if (const auto address = parse_name_addr(value)) {
      contacts.bindings.push_back(binding_of(*address));
    } else {
      error = address.error();
    }
  });
  if (error) return std::unexpected{*std::move(error)};
  if (contacts.all && !contacts.bindings.empty()) {
    return std::unexpected{ParseError{0, "Contact: * stands beside another Contact."}};
  }
  return contacts;
}

std::string write_binding(const Binding& binding) {
  std::string text = "<" + binding.uri + ">";
  if (binding.q < 1000) {
    std::string thousandths = std::to_string(binding.q);
    thousandths.insert(0, 3 - thousandths.size(), '0');
    text.append(";q=0.").append(thousandths);
  }
  if (binding.expires) text.append(";expires=").append(write_delta(*binding.expires));
  return text;
}

std::vector<std::string> targets_of(const SipMessage& redirection) {
  auto contacts = contacts_of(redirection);
  if (!contacts) return {};
  // Equal keys keep the order in which they came.
  std::multimap<std::uint16_t, std::string, std::greater<>> by_preference;
  for (Binding& each : contacts->bindings) {
    if (parse_uri(each.uri)) by_preference.emplace(each.q, std::move(each.uri));
  }
  std::vector<std::string> targets;
  for (auto& [q, uri] : by_preference) targets.push_back(std::move(uri));
  return targets;
}

std::optional<Seconds> granted_to(std::string_view our_uri, const SipMessage& response) {
  const auto ours = parse_uri(our_uri);
  const auto contacts = contacts_of(response);
  if (!ours || !contacts) return std::nullopt;
  const auto bound = std::ranges::find_if(
      contacts->bindings, [&](const Binding& each) { return is_same_uri(each.uri, *ours); });
  if (bound == contacts->bindings.end()) return std::nullopt;
  if (bound->expires) return bound->expires;
  const auto expires = parse_delta(response.header(Header::kExpires).value_or(""));
  return expires ? std::optional{*expires} : std::nullopt;
}

}  // namespace lastcall::sip
