#pragma once
// Session-Expires (RFC 4028 4) as a value; Min-SE is a plain parse_delta(). Does not negotiate: the
// rules of who refreshes and when live in the session layer.

#include "engine/base/enum_names.hpp"
#include "engine/sip/delta.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::sip {

// Who sends the refreshes: the client or the server of the request that carried the header.
enum class Refresher : std::uint8_t { kUac, kUas };
[[nodiscard]] constexpr auto names_of(Refresher) {
  return std::array<std::string_view, 2>{"uac", "uas"};
}

struct SessionExpires {
  Seconds interval{0};
  std::optional<Refresher> refresher = {};

  bool operator==(const SessionExpires&) const = default;
};

// Reads "1800;refresher=uas"; a refresher that is neither is an error, other parameters are not.
[[nodiscard]] std::expected<SessionExpires, ParseError> parse_session_expires(
    std::string_view value);
[[nodiscard]] std::string write_session_expires(const SessionExpires& session);

}  // namespace lastcall::sip
