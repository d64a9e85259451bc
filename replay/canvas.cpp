#include "replay/canvas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay {
namespace {

// Bytes of the character that begins with this byte; 1 for what begins none.
std::size_t length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  return byte >= 0xC0 ? 2 : 1;
}

// Two bytes that are a letter of Latin-1 or Latin Extended (U+00C0 to U+024F): one column each.
bool is_latin_letter(std::string_view text) {
  if (text.size() < 2) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text[1]);
  return first >= 0xC3 && first <= 0xC8 && second >= 0x80 && second <= 0xBF;
}

std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::kNormal:
      return "";
    case Ink::kDim:
      return "2";
    case Ink::kBold:
      return "1";
    case Ink::kRequest:
      return "1;36";
    case Ink::kGood:
      return "32";
    case Ink::kBad:
      return "31";
    case Ink::kEnding:
      return "33";
    case Ink::kBroken:
      break;
  }
  return "1;31";
}

}  // namespace

std::string inert(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (is_latin_letter(text)) {
      safe += text.substr(0, 2);
      text.remove_prefix(2);
      continue;
    }
    if (byte >= 0x20 && byte < 0x7F)
      safe += text.front();
    else
      safe += fmt::format("\\x{:02X}", byte);
    text.remove_prefix(1);
  }
  return safe;
}

std::size_t width_of(std::string_view inert_text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      inert_text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::string> wrapped(std::string_view inert_text, std::size_t width) {
  std::vector<std::string> lines{""};
  while (!inert_text.empty()) {
    std::string word{inert_text.substr(0, inert_text.find(' '))};
    inert_text.remove_prefix(std::min(inert_text.size(), word.size() + 1));
    const std::size_t used = width_of(lines.back());
    if (used > 0 && used + 1 + width_of(word) > width) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    // A word that is longer than a line is cut.
    while (width_of(word) > width) {
      std::size_t bytes = 0;
      for (std::size_t columns = 0; columns < width; ++columns) bytes += length_of(word[bytes]);
      lines.back() += word.substr(0, bytes);
      word.erase(0, bytes);
      lines.emplace_back();
    }
    lines.back() += word;
  }
  return lines;
}

void Line::put(std::size_t column, std::string_view inert_text, Ink ink) {
  while (!inert_text.empty()) {
    const std::size_t length = std::min(length_of(inert_text.front()), inert_text.size());
    if (cells_.size() <= column) cells_.resize(column + 1);
    cells_[column++] = {std::string{inert_text.substr(0, length)}, ink};
    inert_text.remove_prefix(length);
  }
}

std::string Line::print(bool color) const {
  const auto is_space = [](const Cell& cell) { return cell.glyph == " "; };
  const auto end = std::find_if_not(cells_.rbegin(), cells_.rend(), is_space).base();
  std::string text;
  Ink ink = Ink::kNormal;
  for (auto cell = cells_.begin(); cell != end; ++cell) {
    if (color && cell->ink != ink && !is_space(*cell)) {
      if (ink != Ink::kNormal) text += "\x1b[0m";
      ink = cell->ink;
      if (ink != Ink::kNormal) text += fmt::format("\x1b[{}m", code_of(ink));
    }
    text += cell->glyph;
  }
  if (ink != Ink::kNormal) text += "\x1b[0m";
  return text + '\n';
}

}  // namespace lastcall::replay
