#include "replay/capture/trace_words.hpp"

#include "engine/model/sip_names.hpp"
#include "engine/sip/scan.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace lastcall::replay::capture {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

// Of any other year it is no date, and its nanoseconds might overflow.
constexpr std::uint64_t kYearMin = 1'970;
constexpr std::uint64_t kYearMax = 2'200;

constexpr std::string_view kDigits = "0123456789";

// A number of exactly these digits.
std::optional<std::uint64_t> digits(std::string_view text, std::size_t at, std::size_t size) {
  return at + size <= text.size() ? sip::parse_number(text.substr(at, size), 9'999) : std::nullopt;
}

// What stands behind the dot, if there is one, in nanoseconds.
std::int64_t fraction(std::string_view text) {
  if (!text.starts_with('.')) return 0;
  std::int64_t value = 0;
  std::int64_t scale = kSecondNs;
  for (std::size_t at = 1; at < text.size() && scale > 1 && sip::is_digit(text[at]); ++at) {
    value = value * 10 + (text[at] - '0');
    scale /= 10;
  }
  return value * scale;
}

}  // namespace

std::optional<std::int64_t> read_time_of_day(std::string_view text) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = digits(text, 0, 2), minute = digits(text, 3, 2), second = digits(text, 6, 2);
  if (!hour || !minute || !second) return std::nullopt;
  const auto seconds = static_cast<std::int64_t>(*hour * 3'600 + *minute * 60 + *second);
  return seconds * kSecondNs + fraction(text.substr(8));
}

std::optional<std::int64_t> read_date(std::string_view text) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto time = read_time_of_day(text.substr(11));
  if (!year || !month || !day || !time) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < kYearMin || *year > kYearMax) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return days * 86'400 * kSecondNs + *time;
}

std::optional<Transport> read_transport(std::string_view text) {
  constexpr std::array kNames{
      std::pair{std::string_view{"udp"}, Transport::kUdp},
      std::pair{std::string_view{"tcp"}, Transport::kTcp},
      std::pair{std::string_view{"tls"}, Transport::kTls},
      std::pair{std::string_view{"ws"}, Transport::kWs},  // "wss" too
  };
  const auto* found = std::ranges::find_if(kNames, [&](const auto& each) {
    return same_ignoring_case(text.substr(0, each.first.size()), each.first);
  });
  return found == kNames.end() ? std::nullopt : std::optional{found->second};
}

std::optional<Endpoint> read_endpoint(std::string_view text, Transport transport) {
  const bool is_bracketed = text.starts_with('[');
  const std::size_t host = is_bracketed ? 1 : 0;
  const std::size_t end = text.find_first_of(is_bracketed ? "]" : ": ", host);
  if (end == text.npos || end == host) return std::nullopt;
  const std::size_t colon = is_bracketed ? end + 1 : end;
  if (colon >= text.size() || text[colon] != ':') return std::nullopt;
  const std::string_view number = text.substr(colon + 1);
  const auto port = sip::parse_number(number.substr(0, number.find_first_not_of(kDigits)), 65'535);
  if (!port) return std::nullopt;
  return Endpoint{std::string{text.substr(host, end - host)}, static_cast<std::uint16_t>(*port),
                  transport};
}

}  // namespace lastcall::replay::capture
