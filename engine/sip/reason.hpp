#pragma once
// Reason (RFC 3326): why a request of a dialog, or a CANCEL, was sent. It has no effect on the
// protocol; layers record it in the cause of a call and pass it on.

#include "engine/model/sip_message.hpp"
#include "engine/sip/parse_error.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sip {

struct Reason {
  std::string protocol = "SIP";             // or "Q.850", or another word
  std::optional<std::uint16_t> cause = {};  // a status of SIP, a cause of Q.850
  std::string text = {};                    // may be empty

  bool operator==(const Reason&) const = default;
};

// Reads one value: "SIP ;cause=200 ;text=\"Call completed elsewhere\"".
[[nodiscard]] std::expected<Reason, ParseError> parse_reason(std::string_view value);
// All of a message. RFC 3326 2: one for each protocol, so the first counts; what cannot be read is
// left out.
[[nodiscard]] std::vector<Reason> reasons_of(const SipMessage& message);
// The values of one line. REQUIRES: the protocols are distinct.
[[nodiscard]] std::string write_reasons(const std::vector<Reason>& reasons);

}  // namespace lastcall::sip
