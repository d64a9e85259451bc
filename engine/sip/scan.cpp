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

// An IPv6 reference; whether it is an address is for those who need its value.
std::optional<std::string_view> take_bracketed(Cursor& cursor) {
  (void)cursor.eat('[');
  const std::optional<std::string_view> inside = cursor.take_until(']');
  if (!inside || inside->find(':') == std::string_view::npos) return std::nullopt;
  const bool fine =
      std::ranges::all_of(*inside, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
  return fine ? inside : std::nullopt;
}

}  // namespace

std::size_t find_line_break(std::string_view text, std::size_t from) {
  std::size_t at = from;
#ifdef __SSE2__
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i lf = _mm_set1_epi8('\n');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, lf));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < text.size() && text[at] != '\r' && text[at] != '\n') ++at;
  return at;
}

std::optional<HostPort> take_host_port(Cursor& cursor) {
  HostPort found;
  if (cursor.peek() == '[') {
    const std::optional<std::string_view> inside = take_bracketed(cursor);
    if (!inside) return std::nullopt;
    found.host = *inside;
  } else {
    found.host = cursor.take(kHostname);
  }
  if (found.host.empty()) return std::nullopt;
  Cursor behind = cursor;
  if (!behind.eat_spaced(':')) return found;
  cursor = behind;
  const std::optional<std::uint64_t> port = parse_number(cursor.take(kDigits), 65'535);
  if (!port || *port == 0) return std::nullopt;
  found.port = static_cast<std::uint16_t>(*port);
  return found;
}

}  // namespace lastcall::sip
