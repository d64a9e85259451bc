#pragma once
// Settings as one line that people read: "rules=two-phase user=lastcall". Names are ours: letters
// and '_'. In a value, white space, '%' and what is no printable ASCII is written as %XX. Reading
// inverts writing exactly. Knows no names: whoever writes settings says which there are.

#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace lastcall {
inline namespace base {

// In the order of their names.
using Settings = std::map<std::string, std::string, std::less<>>;

[[nodiscard]] inline std::string to_text(const Settings& settings) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const auto& [name, value] : settings) {
    if (!text.empty()) text += ' ';
    text += name;
    text += '=';
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte > 0x20 && byte < 0x7F && c != '%') {
        text += c;
      } else {
        text += '%';
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 0xFU];
      }
    }
  }
  return text;
}

// A value as it was before it was written; nothing if a '%' does not begin %XX.
[[nodiscard]] inline std::expected<std::string, std::string> setting_value(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      value += text[i];
      continue;
    }
    const std::size_t high = i + 2 < text.size() ? kDigits.find(text[i + 1]) : kDigits.npos;
    const std::size_t low = high != kDigits.npos ? kDigits.find(text[i + 2]) : kDigits.npos;
    if (low == kDigits.npos) {
      return std::unexpected("byte " + std::to_string(i) + " of '" + std::string{text} +
                             "' begins no %XX");
    }
    value += static_cast<char>(high << 4U | low);
    i += 2;
  }
  return value;
}

// The error says what stands where "name=value" was expected.
[[nodiscard]] inline std::expected<Settings, std::string> parse_settings(std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
    const std::size_t equals = word.find('=');
    if (equals == 0 || equals == word.npos) {
      return std::unexpected("'" + std::string{word} + "' is not like name=value");
    }
    auto value = setting_value(word.substr(equals + 1));
    if (!value) return std::unexpected(value.error());
    const bool is_new = settings.emplace(word.substr(0, equals), *std::move(value)).second;
    if (!is_new) return std::unexpected("two of '" + std::string{word.substr(0, equals)} + "'");
  }
  return settings;
}

}  // namespace base
}  // namespace lastcall
