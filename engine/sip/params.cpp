#include "engine/sip/params.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

// hnv-unreserved and unreserved, RFC 3261 25.1.
constexpr classes::Table kUriHeader = classes::make("-_.!~*'()[]/?:+$", false);

constexpr int hex_value(char c) { return is_digit(c) ? c - '0' : lower(c) - 'a' + 10; }

}  // namespace

bool take_param(Cursor& cursor, Param& found) {
  found = {.name = cursor.take(classes::kToken)};
  if (found.name.empty()) return false;
  if (!cursor.eat_spaced('=')) return true;
  if (cursor.peek() == '"') {
    const std::optional<std::string_view> inside = cursor.take_quoted();
    if (!inside) return false;
    found.value = *inside;
  } else {
    found.value = cursor.take(classes::kParamValue);
    if (found.value.empty()) return false;
  }
  cursor.skip_spaces();
  return true;
}

std::string without_params(std::string_view params, std::initializer_list<std::string_view> names) {
  std::string kept;
  while (!params.empty()) {
    params.remove_prefix(1);
    bool quoted = false;
    std::size_t end = 0;
    for (; end < params.size() && (quoted || params[end] != ';'); ++end) {
      if (params[end] == '\\' && quoted && end + 1 < params.size())
        ++end;
      else if (params[end] == '"')
        quoted = !quoted;
    }
    const std::string_view one = params.substr(0, end);
    const std::string_view word =
        one.substr(0, one.find_first_of("= \t", one.find_first_not_of(" \t")));
    const std::string_view key = word.substr(std::min(word.find_first_not_of(" \t"), word.size()));
    const bool dropped = std::ranges::any_of(
        names, [&](std::string_view name) { return same_ignoring_case(key, name); });
    if (!dropped) kept.append(";").append(one);
    params.remove_prefix(end);
  }
  return kept;
}

std::string unquote(std::string_view inside) {
  std::string text;
  text.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
    text += inside[i];
  }
  return text;
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string unescape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    if (is_escape) {
      result += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string escape_for_uri_header(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    if (is_in(kUriHeader, c)) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result.append({'%', kHex[byte >> 4U], kHex[byte & 0xfU]});
    }
  }
  return result;
}

}  // namespace lastcall::sip
