#pragma once
// Transfer in headers: Refer-To (RFC 3515 2.1), Replaces (RFC 3891 6.1) and the two together in a
// URI, as an attended transfer writes them. Referred-By is a plain address (parse_name_addr) that
// is passed on as it is. Matches no dialog and asks no permission; the dialog layer does.

#include "engine/model/sip_message.hpp"
#include "engine/sip/parse_error.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::sip {

// Which dialog is to be replaced; the tags are those of the party that reads this.
struct Replaces {
  std::string call_id;
  std::string to_tag;    // local to the reader
  std::string from_tag;  // remote to the reader
  bool early_only = false;

  bool operator==(const Replaces&) const = default;
};
// Reads "id@host;to-tag=1;from-tag=2;early-only"; each tag must stand there exactly once.
[[nodiscard]] std::expected<Replaces, ParseError> parse_replaces(std::string_view value);
[[nodiscard]] std::string write_replaces(const Replaces& replaces);
// That of a message: nothing if there is none; an error if there are several (RFC 3891 3: 400).
[[nodiscard]] std::expected<std::optional<Replaces>, ParseError> replaces_of(
    const SipMessage& message);

struct ReferTo {
  std::string uri;                  // any scheme, without headers and method parameter
  Method method = Method::kInvite;  // what to send there
  std::optional<Replaces> replaces = {};

  bool operator==(const ReferTo&) const = default;
};
// Reads one Refer-To value. Of the headers in the URI only Replaces counts: a stranger's others are
// not put into our requests (RFC 3261 19.1.5).
[[nodiscard]] std::expected<ReferTo, ParseError> parse_refer_to(std::string_view value);
// That of a REFER: exactly one (RFC 3515 2.4.2: else 400).
[[nodiscard]] std::expected<ReferTo, ParseError> refer_to_of(const SipMessage& refer);
// REQUIRES: the URI has no headers of its own.
[[nodiscard]] std::string write_refer_to(const ReferTo& target);

}  // namespace lastcall::sip
