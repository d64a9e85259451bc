#pragma once
// What the terminal can do: width and colour, by the usual conventions.

#include "replay/ladder.hpp"

#include <string>

namespace lastcall::tools {

// `color` is auto, always or never. NO_COLOR, TERM=dumb and a stdout that is no terminal mean none;
// COLUMNS sets the width.
[[nodiscard]] replay::LadderStyle style_of_screen(const std::string& color);

}  // namespace lastcall::tools
