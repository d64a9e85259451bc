#pragma once
// Lengths of time in headers (delta-seconds, RFC 3261 20): Expires, Min-Expires, Min-SE,
// Retry-After. A number above 2^32-1 is an error; callers treat such a header as absent
// (RFC 4475 3.1.2.4). Does not know what a length is for, or a clock.

#include "engine/sip/parse_error.hpp"
#include "engine/sip/scan.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::sip {

using Seconds = std::chrono::seconds;

// Reads the digits at the cursor; nothing if there are none, or too large a number.
[[nodiscard]] std::optional<Seconds> take_delta(Cursor& cursor);

// The value of Expires, Min-Expires or Min-SE: seconds, and parameters that are ignored.
[[nodiscard]] std::expected<Seconds, ParseError> parse_delta(std::string_view value);
[[nodiscard]] std::string write_delta(Seconds length);

// RFC 3261 20.33: when to ask again, and how long it will then work.
struct RetryAfter {
  Seconds delay{0};
  std::optional<Seconds> duration = {};

  bool operator==(const RetryAfter&) const = default;
};
// Reads "120 (in a meeting);duration=3600"; comments and other parameters are skipped.
[[nodiscard]] std::expected<RetryAfter, ParseError> parse_retry_after(std::string_view value);
[[nodiscard]] std::string write_retry_after(const RetryAfter& retry);

}  // namespace lastcall::sip
