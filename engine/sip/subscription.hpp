#pragma once
// Event and Subscription-State (RFC 6665 8.2), and the status line that a message/sipfrag body
// begins with (RFC 3515 2.4.5). Holds no subscription; the dialog layer does.

#include "engine/base/enum_names.hpp"
#include "engine/sip/delta.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::sip {

struct EventPackage {
  std::string name = {};  // "refer", as written; compared as it is (RFC 6665 8.2.1)
  std::string id = {};    // for a second REFER in a dialog: its CSeq number; empty: none

  bool operator==(const EventPackage&) const = default;
};
// Reads "refer;id=93809824".
[[nodiscard]] std::expected<EventPackage, ParseError> parse_event(std::string_view value);
[[nodiscard]] std::string write_event(const EventPackage& event);

// kOther: a state of an extension, which is not terminated.
enum class SubscriptionStatus : std::uint8_t { kActive, kPending, kTerminated, kOther };
[[nodiscard]] constexpr auto names_of(SubscriptionStatus) {
  return std::array<std::string_view, 4>{"active", "pending", "terminated", "other"};
}

struct SubscriptionState {
  SubscriptionStatus status = SubscriptionStatus::kActive;
  std::string reason = {};              // why terminated: "noresource"; may be empty
  std::optional<Seconds> expires = {};  // what is left of it
  std::optional<Seconds> retry_after = {};

  bool operator==(const SubscriptionState&) const = default;
};
// Reads "terminated;reason=noresource" or "active;expires=60".
[[nodiscard]] std::expected<SubscriptionState, ParseError> parse_subscription_state(
    std::string_view value);
[[nodiscard]] std::string write_subscription_state(const SubscriptionState& state);

// The type of the body of a NOTIFY about a referred request.
inline constexpr std::string_view kSipfrag = "message/sipfrag";

struct StatusLine {
  int status = 0;  // 100 to 699
  std::string_view reason = {};
};
// Reads the first line of a sipfrag body; what follows it is not looked at.
[[nodiscard]] std::expected<StatusLine, ParseError> parse_sipfrag(std::string_view body);
// "SIP/2.0 180 Ringing" with its CRLF and the usual phrase: a whole sipfrag body.
[[nodiscard]] std::string write_sipfrag(int status);

}  // namespace lastcall::sip
