#pragma once
// The body of a message as its parts: one, or those of a multipart body (RFC 2046 5.1, RFC 5621),
// nested ones unpacked. Binary safe; decodes and decompresses nothing. Whoever needs a body of a
// type asks here instead of taking SipMessage::body(), and whoever refuses bodies (415) looks at
// the parts that are not optional.

#include "engine/model/sip_message.hpp"
#include "engine/sip/parse_error.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sip {

struct BodyPart {
  std::string type = {};         // "application/sdp", in lower case, without parameters
  std::string disposition = {};  // "session", in lower case; if none is written, that of the type
  std::string_view bytes = {};   // of the message
  bool is_optional = false;      // may be passed over (handling=optional), or is an alternative
  bool is_encoded = false;       // compressed or in a transfer encoding: not to be read as it is
};

// All parts in order; none for an empty body. An error: a multipart body without its boundaries, or
// above the limits.
[[nodiscard]] std::expected<std::vector<BodyPart>, ParseError> body_parts(
    const SipMessage& message);

// The first part of this type that serves the type's usual purpose (a session for application/sdp:
// RFC 3261 13.2.1) and is not encoded; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> body_of_type(const SipMessage& message,
                                                           std::string_view type);

}  // namespace lastcall::sip
