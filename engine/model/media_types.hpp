#pragma once
// What a call's audio is allowed to do, as offers and answers say it (RFC 3264 5.1, 6.1).

#include "engine/base/enum_names.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace lastcall {
inline namespace model {

enum class Direction : std::uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };
[[nodiscard]] constexpr auto names_of(Direction) {
  return std::array<std::string_view, 4>{"sendrecv", "sendonly", "recvonly", "inactive"};
}

[[nodiscard]] constexpr bool sends(Direction d) {
  return d == Direction::kSendRecv || d == Direction::kSendOnly;
}
[[nodiscard]] constexpr bool receives(Direction d) {
  return d == Direction::kSendRecv || d == Direction::kRecvOnly;
}
[[nodiscard]] constexpr Direction direction(bool sending, bool receiving) {
  if (sending) return receiving ? Direction::kSendRecv : Direction::kSendOnly;
  return receiving ? Direction::kRecvOnly : Direction::kInactive;
}

// The same stream as the other side sees it.
[[nodiscard]] constexpr Direction flip(Direction d) { return direction(receives(d), sends(d)); }

}  // namespace model
}  // namespace lastcall
