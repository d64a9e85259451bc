#pragma once
// Text from outside inside markup and scripts: hostile messages stay words. Every exporter that
// writes SVG, HTML, XML or Mermaid puts foreign text in through here, and nowhere else.

#include <string>
#include <string_view>

namespace lastcall::replay::exports {

// For SVG, HTML and XML, in elements and in quoted attributes: first inert (canvas.hpp), then
// & < > " ' as entities.
[[nodiscard]] std::string escaped(std::string_view text);

// A JSON string with its quotes that may stand inside a <script> element: no < > & and no line
// separators of JavaScript in it. What is no UTF-8 comes out as JsonWriter writes it.
[[nodiscard]] std::string script_string(std::string_view text);

// For a label of a Mermaid diagram: inert, without what Mermaid takes for syntax.
[[nodiscard]] std::string mermaid_text(std::string_view text);

}  // namespace lastcall::replay::exports
