#pragma once
// A ladder as a picture: SVG and Mermaid. The same rows that the terminal shows
// (replay/ladder.hpp); hostile text comes out inert. Called by the verb `export` and by the HTML
// report.

#include "replay/ladder.hpp"

#include <string>

namespace lastcall::replay::exports {

// The elements of a drawing, without their <svg>: a row is a group of class "row".
struct Drawing {
  int width = 0;
  int height = 0;
  std::string elements;
};
[[nodiscard]] Drawing draw_svg(const Ladder& ladder);

// The colours of the drawing's classes, light and dark, as CSS.
[[nodiscard]] std::string svg_style();

// A document of its own, light and dark as its reader prefers.
[[nodiscard]] std::string to_svg(const Ladder& ladder);

// A sequence diagram. Layers are not drawn; what happens in them stands as notes.
[[nodiscard]] std::string to_mermaid(const Ladder& ladder);

}  // namespace lastcall::replay::exports
