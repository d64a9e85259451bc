#include "engine/log/json_writer.hpp"

#include "engine/log/utf8.hpp"

namespace lastcall::log {
namespace {

void add_unicode_escape(std::string& out, unsigned character) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[character >> shift & 0xF];
}

void add_ascii_escape(std::string& out, char c) {
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      add_unicode_escape(out, static_cast<unsigned char>(c));
  }
}

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

void JsonWriter::write(std::string_view text) {
  out_ += '"';
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_plain(text[end])) ++end;
    out_.append(text, i, end - i);
    i = end;
    if (i == text.size()) break;
    const std::size_t length = character_length(text.substr(i));
    if (length > 1) out_.append(text, i, length);
    if (length == 1) add_ascii_escape(out_, text[i]);
    if (length == 0) {
      add_unicode_escape(out_, kByteFirst - 0x80U + static_cast<unsigned char>(text[i]));
    }
    i += length > 1 ? length : 1;
  }
  out_ += '"';
}

}  // namespace lastcall::log
