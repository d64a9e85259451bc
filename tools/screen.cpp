#include "tools/screen.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace lastcall::tools {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

bool colored(const std::string& color) {
  if (color != "auto") return color == "always";
  return isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

}  // namespace

replay::LadderStyle style_of_screen(const std::string& color) {
  replay::LadderStyle style;
  style.color = colored(color);
  const std::string_view columns = environment("COLUMNS");
  std::size_t width = 0;
  const auto read = std::from_chars(columns.data(), columns.data() + columns.size(), width);
  if (read.ec == std::errc{} && width >= 60 && width <= 400) style.width = width;
  return style;
}

}  // namespace lastcall::tools
