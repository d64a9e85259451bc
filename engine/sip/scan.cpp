#include "engine/sip/scan.hpp"

#include <algorithm>

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
