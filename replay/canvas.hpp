#pragma once
// A line of a terminal as cells: one glyph and one ink each. Put text where it belongs, then print
// the line with as few colour codes as possible. And inert(): text from outside that cannot move a
// cursor. Only the ladder draws on it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay {

enum class Ink : std::uint8_t { kNormal, kDim, kBold, kRequest, kGood, kBad, kEnding, kBroken };

// `text` with everything that is no plain letter, digit or sign written as \xNN: control bytes,
// what is no UTF-8, and characters that take no or two columns or turn the writing round.
[[nodiscard]] std::string inert(std::string_view text);

// How many columns inert text takes.
[[nodiscard]] std::size_t width_of(std::string_view inert_text);

// Breaks inert text at spaces into lines of at most `width` columns; at least one line.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view inert_text, std::size_t width);

class Line {
 public:
  // Puts inert text, one cell per character; what stood there is replaced.
  void put(std::size_t column, std::string_view inert_text, Ink ink);
  // With its line feed; spaces at the end are left out.
  [[nodiscard]] std::string print(bool color) const;

 private:
  struct Cell {
    std::string glyph = " ";
    Ink ink = Ink::kNormal;
  };
  std::vector<Cell> cells_;
};

}  // namespace lastcall::replay
