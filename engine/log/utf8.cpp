#include "engine/log/utf8.hpp"

#include <cstdint>

namespace lastcall::log {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

// How many bytes a character has that begins with this one; 0 if none does.
std::size_t length_by_lead(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

unsigned code_point(std::string_view text, std::size_t length) {
  unsigned value = byte_at(text, 0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (byte_at(text, i) & 0x3F);
  return value;
}

bool is_allowed(unsigned character, std::size_t length) {
  if (length == 3 && character < 0x800) return false;
  if (length == 4 && (character < 0x10000 || character > 0x10FFFF)) return false;
  if (character >= 0xD800 && character <= 0xDFFF) return false;
  return character < kByteFirst || character > kByteLast;
}

}  // namespace

std::size_t character_length(std::string_view text) {
  const std::size_t length = length_by_lead(byte_at(text, 0));
  if (length <= 1) return length;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
  }
  return is_allowed(code_point(text, length), length) ? length : 0;
}

std::string with_bytes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    // U+EF80 to U+EFFF are EE BE 80 to EE BF BF; no other character begins with EE BE or EE BF.
    const bool stands_in =
        i + 2 < text.size() && byte_at(text, i) == 0xEE && (byte_at(text, i + 1) & 0xFE) == 0xBE;
    if (stands_in) out += static_cast<char>(code_point(text.substr(i), 3) & 0xFF);
    if (!stands_in) out += text[i];
    i += stands_in ? 3 : 1;
  }
  return out;
}

}  // namespace lastcall::log
