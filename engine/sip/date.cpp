#include "engine/sip/date.hpp"

#include "engine/sip/scan.hpp"

#include <algorithm>
#include <array>

namespace lastcall::sip {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The place of a word in a table, from 0; nothing if it is not there.
template <std::size_t kSize>
std::optional<unsigned> place(const std::array<std::string_view, kSize>& table,
                              std::string_view word) {
  const auto found = std::ranges::find(table, word);
  if (found == table.end()) return std::nullopt;
  return static_cast<unsigned>(found - table.begin());
}

// A number of exactly as many digits as `text` has.
std::optional<unsigned> digits(std::string_view text, unsigned max) {
  const auto number = parse_number(text, max);
  return number ? std::optional{static_cast<unsigned>(*number)} : std::nullopt;
}

void append_two(std::string& text, long number) {
  text += static_cast<char>('0' + number / 10);
  text += static_cast<char>('0' + number % 10);
}

}  // namespace

std::expected<std::chrono::sys_seconds, ParseError> parse_date(std::string_view value) {
  using std::chrono::day, std::chrono::month, std::chrono::year;
  const std::string_view text = trim(value);
  // The form has one length, so every field has its place.
  constexpr std::string_view kForm = "Sat, 13 Nov 2010 23:29:00 GMT";
  const auto is_fixed = [](char c) { return c == ' ' || c == ',' || c == ':'; };
  bool fine = text.size() == kForm.size() && text.ends_with(" GMT");
  for (std::size_t i = 0; fine && i < kForm.size(); ++i) {
    fine = is_fixed(kForm[i]) ? text[i] == kForm[i] : !is_fixed(text[i]);
  }
  if (!fine) return std::unexpected{ParseError{0, "A Date is like Sat, 13 Nov 2010 23:29:00 GMT."}};
  const auto weekday = place(kDays, text.substr(0, 3));
  const auto day_of_month = digits(text.substr(5, 2), 31);
  const auto month_of_year = place(kMonths, text.substr(8, 3));
  const auto year_number = digits(text.substr(12, 4), 9999);
  const auto hour = digits(text.substr(17, 2), 23);
  const auto minute = digits(text.substr(20, 2), 59);
  const auto second = digits(text.substr(23, 2), 60);  // a leap second
  if (!weekday || !day_of_month || !month_of_year || !year_number || !hour || !minute || !second) {
    return std::unexpected{ParseError{0, "A field of the Date is out of range."}};
  }
  const std::chrono::year_month_day date{year{static_cast<int>(*year_number)},
                                         month{*month_of_year + 1}, day{*day_of_month}};
  if (!date.ok()) return std::unexpected{ParseError{5, "There is no such day."}};
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second};
}

std::string write_date(std::chrono::sys_seconds at) {
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{at - midnight};
  std::string text{kDays[std::chrono::weekday{midnight}.c_encoding()]};
  text += ", ";
  append_two(text, static_cast<long>(static_cast<unsigned>(date.day())));
  text.append(" ").append(kMonths[static_cast<unsigned>(date.month()) - 1]).append(" ");
  append_two(text, static_cast<int>(date.year()) / 100);
  append_two(text, static_cast<int>(date.year()) % 100);
  text += ' ';
  append_two(text, time.hours().count());
  text += ':';
  append_two(text, time.minutes().count());
  text += ':';
  append_two(text, time.seconds().count());
  return text + " GMT";
}

}  // namespace lastcall::sip
