#include "engine/sip/scan.hpp"

#include <algorithm>
#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace lastcall::sip {
namespace {

// Names and IPv4 addresses; '_' is no letter of a host name, but real networks use it.
constexpr classes::Table kHostname = classes::make("-._", false);
constexpr classes::Table kDigits = [] {
  classes::Table table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

constexpr classes::Table kInUri = classes::make("!#$%&'()*+,-./:;=?@[\\]^_`{|}~", false);

// An IPv6 reference; whether it is an address is for those who need its value.
std::optional<std::string_view> take_bracketed(Cursor& cursor) {
  (void)cursor.eat('[');
  const std::optional<std::string_view> inside = cursor.take_until(']');
  if (!inside || inside->find(':') == std::string_view::npos) return std::nullopt;
  const bool fine =
      std::ranges::all_of(*inside, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
  return fine ? inside : std::nullopt;
}

#ifdef __SSE2__
__m128i load(const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
__m128i equal(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }

// A bit for each of 16 bytes that no URI holds. Bytes above 0x7f are negative, so they are not
// above a space.
unsigned outside_uri(const char* from) {
  const __m128i bytes = load(from);
  const __m128i visible = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(' '));
  const __m128i brackets = _mm_or_si128(equal(bytes, '<'), equal(bytes, '>'));
  const __m128i others = _mm_or_si128(equal(bytes, '"'), equal(bytes, '\x7f'));
  const auto good = static_cast<unsigned>(
      _mm_movemask_epi8(_mm_andnot_si128(_mm_or_si128(brackets, others), visible)));
  return ~good & 0xffffU;
}
#endif

// The first of these characters at or behind `from`.
template <char... kAny>
std::size_t find_any(std::string_view text, std::size_t from) {
  std::size_t at = from;
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = load(text.data() + at);
    __m128i found = _mm_setzero_si128();
    ((found = _mm_or_si128(found, equal(bytes, kAny))), ...);
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < text.size() && ((text[at] != kAny) && ...)) ++at;
  return at;
}

}  // namespace

std::size_t find_line_break(std::string_view text, std::size_t from) {
  return find_any<'\r', '\n'>(text, from);
}

std::size_t find_list_mark(std::string_view text, std::size_t from) {
  return find_any<',', '"', '<'>(text, from);
}

std::size_t find_outside_uri(std::string_view text) {
  std::size_t at = 0;
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16) {
    const unsigned mask = outside_uri(text.data() + at);
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  // The last 16 bytes once more: what lies in front of `at` is known to be good.
  if (text.size() >= 16 && at < text.size()) {
    const std::size_t last = text.size() - 16;
    const unsigned mask = outside_uri(text.data() + last);
    return mask == 0 ? text.size() : last + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < text.size() && is_in(kInUri, text[at])) ++at;
  return at;
}

bool take_host_port(Cursor& cursor, std::string_view& host, std::optional<std::uint16_t>& port) {
  if (cursor.peek() == '[') {
    const std::optional<std::string_view> inside = take_bracketed(cursor);
    if (!inside) return false;
    host = *inside;
  } else {
    host = cursor.take(kHostname);
  }
  if (host.empty()) return false;
  Cursor behind = cursor;
  if (!behind.eat_spaced(':')) return true;
  cursor = behind;
  const std::optional<std::uint64_t> number = parse_number(cursor.take(kDigits), 65'535);
  if (!number || *number == 0) return false;
  port = static_cast<std::uint16_t>(*number);
  return true;
}

}  // namespace lastcall::sip
