#pragma once
// Strong ids: a 64-bit value that cannot be taken for another kind of id. 0 means "none". Where ids
// come from: core/draws.hpp derives them from the run's seed; they are never counted up.

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall {
inline namespace base {

template <class Tag>
struct Id {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Id&) const = default;
  [[nodiscard]] explicit constexpr operator bool() const { return value != 0; }
};

// 16 lower-case hex digits, as ids are written in logs and on the wire.
[[nodiscard]] inline std::string to_hex(std::uint64_t value) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = kDigits[value & 0xf];
  return text;
}

template <class Tag>
[[nodiscard]] std::string to_hex(Id<Tag> id) {
  return to_hex(id.value);
}

// Reads 1 to 16 hex digits; nothing for any other text.
[[nodiscard]] inline std::optional<std::uint64_t> from_hex(std::string_view text) {
  if (text.empty() || text.size() > 16) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    std::uint64_t digit = 0;
    if (c >= '0' && c <= '9')
      digit = static_cast<std::uint64_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<std::uint64_t>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<std::uint64_t>(c - 'A') + 10;
    else
      return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

}  // namespace base
}  // namespace lastcall

template <class Tag>
struct std::hash<lastcall::Id<Tag>> {
  std::size_t operator()(lastcall::Id<Tag> id) const noexcept {
    return static_cast<std::size_t>(id.value);  // already well mixed, see core/draws.hpp
  }
};
