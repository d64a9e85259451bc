#pragma once
// Names of enumerators, one table per enum: a constexpr function `names_of(E)` beside the enum
// gives an array whose index is the enumerator's value. Log, ladder, JSON and errors all read that
// table.

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace lastcall {
inline namespace base {

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { names_of(e).size(); };

// The table itself, once: a constexpr local would be copied to the stack at each call.
template <NamedEnum E>
inline constexpr auto kNamesOf = names_of(E{});

// How many enumerators E has.
template <NamedEnum E>
inline constexpr std::size_t kEnumSize = kNamesOf<E>.size();

// The name of `e`; "?" for a value outside the table.
template <NamedEnum E>
[[nodiscard]] constexpr std::string_view name(E e) {
  const auto index = static_cast<std::size_t>(e);
  return index < kEnumSize<E> ? kNamesOf<E>[index] : std::string_view{"?"};
}

// The enumerator called `text`, exactly as written in its table; nothing if there is none.
template <NamedEnum E>
[[nodiscard]] constexpr std::optional<E> named(std::string_view text) {
  for (std::size_t i = 0; i < kEnumSize<E>; ++i) {
    const std::string_view each = kNamesOf<E>[i];
    // Most names are told apart by their size and first letter, without a call.
    const bool alike = each.size() == text.size() && (text.empty() || each[0] == text[0]);
    if (alike && each == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace base
}  // namespace lastcall
