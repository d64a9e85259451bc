#pragma once
// The alphabet of RFC 3261 25.1 and a cursor over a text: what the decoders of this floor share.
// Knows no header and no message. All functions are linear and never read past the text.

#include "engine/model/sip_names.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastcall::sip {

[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

namespace classes {
using Table = std::array<bool, 256>;
[[nodiscard]] constexpr Table make(std::string_view extra, bool from_0x80) {
  Table table{};
  for (unsigned c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    table[c] = c < 0x80 ? is_alpha(letter) || is_digit(letter) : from_0x80;
  }
  for (const char c : extra) table[static_cast<unsigned char>(c)] = true;
  return table;
}
[[nodiscard]] constexpr Table all_but(std::string_view missing) {
  Table table{};
  table.fill(true);
  for (const char c : missing) table[static_cast<unsigned char>(c)] = false;
  return table;
}
// token, RFC 3261 25.1.
inline constexpr Table kToken = make("-.!%*_+`'~", false);
// Display names without quotes: tokens and spaces; peers also send bare UTF-8.
inline constexpr Table kDisplay = make("-.!%*_+`'~ \t", true);
// Parameter values: tokens, hosts, and what peers put there without quotes.
inline constexpr Table kParamValue = make("-.!%*_+`'~[]:/@?&$=#^|{}()\\", true);
}  // namespace classes

[[nodiscard]] constexpr bool is_in(const classes::Table& table, char c) {
  return table[static_cast<unsigned char>(c)];
}

// A word of these characters: not empty, and nothing else.
[[nodiscard]] constexpr bool is_all(const classes::Table& table, std::string_view text) {
  for (const char c : text) {
    if (!is_in(table, c)) return false;
  }
  return !text.empty();
}
[[nodiscard]] constexpr bool is_token(std::string_view text) {
  return is_all(classes::kToken, text);
}

// Without spaces and tabs at the end, and at both ends.
[[nodiscard]] constexpr std::string_view trim_back(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return trim_back(text);
}

// Decimal digits and nothing else, at most `max`; leading zeros count for nothing.
[[nodiscard]] constexpr std::optional<std::uint64_t> parse_number(std::string_view text,
                                                                  std::uint64_t max) {
  constexpr std::size_t kFitting = 19;  // so many digits fit into 64 bits whatever they are
  while (text.size() > kFitting && text.front() == '0') text.remove_prefix(1);
  if (text.empty() || text.size() > kFitting + 1) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text.substr(0, kFitting)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (text.size() > kFitting) {
    const auto digit = static_cast<std::uint64_t>(text.back() - '0');
    if (!is_digit(text.back()) || value > (UINT64_MAX - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value <= max ? std::optional{value} : std::nullopt;
}

// Where the first CR or LF at or behind `from` stands; the size of the text if there is none. Lines
// are most of what a parser looks at, hence 16 bytes at a time where the machine can.
[[nodiscard]] std::size_t find_line_break(std::string_view text, std::size_t from);

// The same for the first ',', '"' or '<': what ends an element of a list, or protects its commas.
[[nodiscard]] std::size_t find_list_mark(std::string_view text, std::size_t from);

// Where the first character stands that no URI holds: a space, a control, a byte above 0x7e or one
// of '"<>', the delimiters around it (RFC 3986 2). The size of the text if there is none.
[[nodiscard]] std::size_t find_outside_uri(std::string_view text);

// A place in a text that moves forward.
class Cursor {
 public:
  explicit constexpr Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] constexpr bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] constexpr std::size_t position() const { return at_; }
  [[nodiscard]] constexpr std::string_view rest() const { return text_.substr(at_); }
  // The next character; NUL at the end.
  [[nodiscard]] constexpr char peek() const { return at_end() ? '\0' : text_[at_]; }

  constexpr void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  // REQUIRES: that many characters follow.
  constexpr void skip(std::size_t count) { at_ += count; }
  // Steps over `c` if it comes next.
  [[nodiscard]] constexpr bool eat(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // The same with spaces allowed on both sides; without `c` it stands behind the spaces.
  [[nodiscard]] constexpr bool eat_spaced(char c) {
    skip_spaces();
    if (!eat(c)) return false;
    skip_spaces();
    return true;
  }
  // The longest run of characters of the class; may be empty.
  [[nodiscard]] constexpr std::string_view take(const classes::Table& table) {
    std::size_t end = at_;
    while (end < text_.size() && is_in(table, text_[end])) ++end;
    const std::string_view taken = text_.substr(at_, end - at_);
    at_ = end;
    return taken;
  }
  // Everything up to `c`, which is stepped over; nothing, and no move, if there is no `c`.
  [[nodiscard]] constexpr std::optional<std::string_view> take_until(char c) {
    const std::size_t end = text_.find(c, at_);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view taken = text_.substr(at_, end - at_);
    at_ = end + 1;
    return taken;
  }
  // The inside of the quoted string that begins here; nothing if its closing quote is missing.
  // Bytes behind a backslash are taken whatever they are, NUL included (RFC 4475 3.1.1.2).
  [[nodiscard]] constexpr std::optional<std::string_view> take_quoted() {
    const std::size_t from = at_ + 1;
    for (std::size_t i = from; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '"') {
        at_ = i + 1;
        return text_.substr(from, i - from);
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Reads host [":" port] with spaces allowed around the colon, as a URI, a Via or the like hold it;
// the host is given without brackets. False if it is not one; port 0 is refused. (Results are
// written in place here and in the decoders: copies cost more than the reading.)
[[nodiscard]] bool take_host_port(Cursor& cursor, std::string_view& host,
                                  std::optional<std::uint16_t>& port);

}  // namespace lastcall::sip
