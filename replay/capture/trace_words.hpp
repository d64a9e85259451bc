#pragma once
// What traces that people read have in common: dates, times of day, addresses and transports as
// programs write them. Reads words; knows no file and no format.

#include "engine/model/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace lastcall::replay::capture {

// "2026-11-22 14:00:49.979664" at the beginning of the text, as nanoseconds since 1970, taken for
// UTC; between 1970 and 2200.
[[nodiscard]] std::optional<std::int64_t> read_date(std::string_view text);

// "14:00:49.979664" or "14:00:49" at the beginning of the text, as nanoseconds since midnight.
[[nodiscard]] std::optional<std::int64_t> read_time_of_day(std::string_view text);

// "udp", "TLS", "wss" at the beginning of the text, in letters of either case; nothing if no
// transport of SIP is named.
[[nodiscard]] std::optional<Transport> read_transport(std::string_view text);

// "192.0.2.1:5060", "[2001:db8::1]:5060" or "[192.0.2.1]:5060" at the beginning of the text. The
// host is not looked into.
[[nodiscard]] std::optional<Endpoint> read_endpoint(std::string_view text, Transport transport);

}  // namespace lastcall::replay::capture
