#pragma once
// The torture messages of RFC 4475 and RFC 5118 as files: messages/NAME.txt says in its head how a
// user agent handles the message, and holds the message behind a line of three dashes.
//
//   rfc     4475 3.1.2.10         where the message is defined
//   point   what is peculiar about it
//   bytes   327                   its length
//   parse   ok | 400 | 501 | ...  the verdict of the parser; drop: nobody can be answered
//   answer  200 | ... | none      the status that a user agent sends
//   carries Allow [value]         a header line of that answer
//   expect  from-tag 4711         what is read from the message, see facts.hpp
//
// Lines of the message end with CRLF, except those that end with a backslash. \xHH is a byte,
// \<HHHH...> are bytes, \{20:long} is a repetition, a backslash protects any other character.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lastcall::torture {

struct Fixture {
  std::string name;
  std::string rfc;
  std::size_t size = 0;
  std::string parse;
  std::string answer;
  std::vector<std::pair<std::string, std::string>> carries;  // header name, value or nothing
  std::vector<std::pair<std::string, std::string>> expect;   // fact, value
  std::string bytes;
};

// For the names of failed tests.
inline void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.name; }

namespace detail {

inline unsigned hex_digit(char c) {
  const std::size_t digit = std::string_view{"0123456789abcdef"}.find(
      c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
  if (digit == std::string_view::npos) throw std::runtime_error("a byte is not two hex digits");
  return static_cast<unsigned>(digit);
}

inline std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(hex_digit(digits[i]) * 16 + hex_digit(digits[i + 1]));
  }
  return bytes;
}

// "20:long" twenty times.
inline std::string repeated(std::string_view text) {
  const std::size_t colon = text.find(':');
  std::string all;
  for (int count = std::stoi(std::string{text.substr(0, colon)}); count > 0; --count) {
    all += text.substr(colon + 1);
  }
  return all;
}

inline std::string unescaped(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('\\'), text.size());
    bytes += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.size() < 2) break;
    const char kind = text[1];
    const char end = kind == '{' ? '}' : '>';
    const std::size_t close = kind == '{' || kind == '<' ? text.find(end) : std::size_t{1};
    const std::string_view inside = text.substr(2, close - 2 < text.size() ? close - 2 : 0);
    if (kind == 'x') bytes += from_hex(text.substr(2, 2));
    if (kind == '{') bytes += repeated(inside);
    if (kind == '<') bytes += from_hex(inside);
    if (kind == '\\' || kind == '"') bytes += kind;
    text.remove_prefix(kind == 'x' ? 4 : close + 1);
  }
  return bytes;
}

// The lines of a file; one that ends with a backslash that nothing protects goes on in the next.
inline std::vector<std::string> joined_lines(const std::filesystem::path& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::vector<std::string> lines;
  bool goes_on = false;
  for (std::string line; std::getline(file, line);) {
    const std::size_t last = line.find_last_not_of('\\');
    const std::size_t backslashes = line.size() - (last == std::string::npos ? 0 : last + 1);
    const bool was_open = std::exchange(goes_on, backslashes % 2 == 1);
    if (goes_on) line.pop_back();
    if (was_open) {
      lines.back() += line;
    } else {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

// "key  rest": the key, and the rest without the spaces in front.
inline std::pair<std::string, std::string> split_word(const std::string& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::size_t rest = std::min(line.find_first_not_of(' ', end), line.size());
  return {line.substr(0, end), line.substr(rest)};
}

inline void read_head_line(Fixture& fixture, const std::string& line) {
  const auto [key, value] = split_word(line);
  const auto [word, rest] = split_word(value);
  if (key == "rfc") fixture.rfc = value;
  if (key == "bytes") fixture.size = std::stoul(value);
  if (key == "parse") fixture.parse = value;
  if (key == "answer") fixture.answer = value;
  if (key == "carries") fixture.carries.emplace_back(word, rest);
  if (key == "expect") fixture.expect.emplace_back(word, unescaped(rest));
}

}  // namespace detail

inline Fixture load(const std::filesystem::path& path) {
  Fixture fixture;
  fixture.name = path.stem().string();
  bool in_head = true;
  for (const std::string& line : detail::joined_lines(path)) {
    if (in_head && line == "---") {
      in_head = false;
    } else if (in_head) {
      detail::read_head_line(fixture, line);
    } else {
      fixture.bytes += detail::unescaped(line) + "\r\n";
    }
  }
  return fixture;
}

// All messages of a folder, by name.
inline std::vector<Fixture> load_all(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Fixture> fixtures;
  for (const auto& path : paths) fixtures.push_back(load(path));
  return fixtures;
}

}  // namespace lastcall::torture
