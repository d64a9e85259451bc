#pragma once
// A set of enumerators as one word of bits; iterates in the order of the enum. At most 32 of them.

#include "engine/base/enum_names.hpp"

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace lastcall {
inline namespace base {

template <NamedEnum E>
class EnumSet {
  static_assert(kEnumSize<E> <= 32);

 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<E> members) {
    for (E e : members) insert(e);
  }
  [[nodiscard]] static constexpr EnumSet from_bits(std::uint32_t bits) {
    EnumSet set;
    set.bits_ = bits;
    return set;
  }

  constexpr void insert(E e) { bits_ |= bit(e); }
  constexpr void erase(E e) { bits_ &= ~bit(e); }
  [[nodiscard]] constexpr bool contains(E e) const { return (bits_ & bit(e)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr int size() const { return std::popcount(bits_); }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  [[nodiscard]] constexpr EnumSet without(EnumSet other) const {
    return from_bits(bits_ & ~other.bits_);
  }
  constexpr bool operator==(const EnumSet&) const = default;

  // Calls f(e) for each member in the order of the enum.
  template <class F>
  constexpr void for_each(F&& f) const {
    for (std::size_t i = 0; i < kEnumSize<E>; ++i) {
      if (contains(static_cast<E>(i))) f(static_cast<E>(i));
    }
  }

 private:
  [[nodiscard]] static constexpr std::uint32_t bit(E e) {
    return std::uint32_t{1} << static_cast<unsigned>(e);
  }
  std::uint32_t bits_ = 0;
};

// "Dialog, Media": for sentences people read.
template <NamedEnum E>
[[nodiscard]] std::string to_text(const EnumSet<E>& set) {
  std::string text;
  set.for_each([&](E e) {
    if (!text.empty()) text += ", ";
    text += name(e);
  });
  return text;
}

}  // namespace base
}  // namespace lastcall
