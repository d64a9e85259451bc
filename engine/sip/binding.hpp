#pragma once
// Contact values as REGISTER, its 200 and 3xx carry them (RFC 3261 10, 20.10): where somebody can
// be reached, how long, and how gladly. Registers nothing; the registration layer and the handling
// of redirections do.

#include "engine/model/sip_message.hpp"
#include "engine/sip/delta.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sip {

struct Binding {
  std::string uri = {};
  std::optional<Seconds> expires = {};  // nothing: absent, or out of range (RFC 4475 3.1.2.4)
  std::uint16_t q = 1000;               // preference in thousandths; what is no q counts as absent

  bool operator==(const Binding&) const = default;
};

struct Contacts {
  bool all = false;                    // "*", which stands alone
  std::vector<Binding> bindings = {};  // in the order of the lines

  bool operator==(const Contacts&) const = default;
};

// All Contact values of a message; no line is no binding. An error: a value that is no address,
// or "*" beside another.
[[nodiscard]] std::expected<Contacts, ParseError> contacts_of(const SipMessage& message);

// "<sip:a@b>;expires=60"; q only if it is not 1.
[[nodiscard]] std::string write_binding(const Binding& binding);

// Where a 3xx sends us: the sip and sips URIs by falling q, equals in their order (8.1.3.4).
[[nodiscard]] std::vector<std::string> targets_of(const SipMessage& redirection);

// For how long the 200 to a REGISTER has bound our contact (10.2.4): the Contact that equals it
// (19.1.4) says so, else its Expires header; nothing if our contact is not there, or neither is.
[[nodiscard]] std::optional<Seconds> granted_to(std::string_view our_uri,
                                                const SipMessage& response);

}  // namespace lastcall::sip
