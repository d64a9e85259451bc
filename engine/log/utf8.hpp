#pragma once
// Strings of any bytes as valid UTF-8 and back, see json_writer.hpp for the mapping. For the codec
// only.

#include <cstddef>
#include <string>
#include <string_view>

namespace lastcall::log {

// The first and the last stand-in for a byte without meaning in UTF-8; 0xFF & character is the
// byte.
inline constexpr unsigned kByteFirst = 0xEF80;
inline constexpr unsigned kByteLast = 0xEFFF;

// Length of the valid UTF-8 character at the start of `text` (RFC 3629: no surrogates, no overlong
// forms, up to U+10FFFF); 0 if there is none, or if it is one of our stand-ins.
[[nodiscard]] std::size_t character_length(std::string_view text);

// Replaces each stand-in in valid UTF-8 by its byte.
[[nodiscard]] std::string with_bytes(std::string_view text);

}  // namespace lastcall::log
