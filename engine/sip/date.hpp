#pragma once
// Date (RFC 3261 20.17): an instant of the calendar, in GMT and nothing else. Reads no clock. A
// Date that cannot be read is ignored by all who do not need it (RFC 4475 3.1.2.12).

#include "engine/sip/parse_error.hpp"

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace lastcall::sip {

// Reads "Sat, 13 Nov 2010 23:29:00 GMT".
[[nodiscard]] std::expected<std::chrono::sys_seconds, ParseError> parse_date(
    std::string_view value);
[[nodiscard]] std::string write_date(std::chrono::sys_seconds at);

}  // namespace lastcall::sip
