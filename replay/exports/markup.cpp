#include "replay/exports/markup.hpp"

#include "engine/log/json_writer.hpp"
#include "replay/canvas.hpp"

#include <fmt/format.h>

namespace lastcall::replay::exports {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : inert(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string script_string(std::string_view text) {
  std::string json;
  log::JsonWriter{json}.write(text);
  std::string safe;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const bool is_separator = json.compare(i, 3, "\xE2\x80\xA8") == 0 ||
                              json.compare(i, 3, "\xE2\x80\xA9") == 0;  // U+2028, U+2029
    if (is_separator) {
      safe += json[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else if (c == '<' || c == '>' || c == '&') {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string mermaid_text(std::string_view text) {
  std::string safe;
  for (const char c : inert(text)) {
    const bool is_syntax = c == '#' || c == ';' || c == '<' || c == '>' || c == '"' || c == '%' ||
                           c == '{' || c == '}' || c == '\\';
    if (is_syntax)
      safe += fmt::format("#{};", static_cast<int>(c));
    else
      safe += c;
  }
  return safe;
}

}  // namespace lastcall::replay::exports
