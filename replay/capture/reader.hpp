#pragma once
// Reads numbers off captured bytes. Reading past the end gives 0 and is remembered, so that a
// header is read in a row and judged once: check failed() before anything is believed. Never reads
// out of bounds, whatever it is asked.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lastcall::replay::capture {

using Bytes = std::string_view;

class Reader {
 public:
  explicit constexpr Reader(Bytes bytes) : rest_(bytes) {}

  [[nodiscard]] constexpr bool failed() const { return failed_; }
  // What was not read yet; empty after a failure.
  [[nodiscard]] constexpr Bytes rest() const { return rest_; }

  constexpr std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
  constexpr std::uint16_t be16() { return static_cast<std::uint16_t>(big(2)); }
  constexpr std::uint32_t be32() { return big(4); }
  constexpr std::uint16_t le16() {
    const std::uint16_t value = be16();
    return static_cast<std::uint16_t>(value >> 8U | value << 8U);
  }
  // The next bytes; empty if there are fewer.
  constexpr Bytes take(std::size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const Bytes taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  constexpr void skip(std::size_t count) { (void)take(count); }

 private:
  constexpr std::uint32_t big(std::size_t count) {
    std::uint32_t value = 0;
    for (const char c : take(count)) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }

  Bytes rest_;
  bool failed_ = false;
};

}  // namespace lastcall::replay::capture
