#pragma once
// A file of records read from front to back through a window of bounded size: look at what comes,
// then skip what was used. For traces that are no packet files.

#include "replay/capture/reader.hpp"

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

namespace lastcall::replay::capture {

class Lookahead {
 public:
  // REQUIRES: the stream outlives this object.
  explicit Lookahead(std::FILE* stream) : stream_(stream) {}

  // The next `count` bytes, or all there are; valid until the next call.
  [[nodiscard]] Bytes ahead(std::size_t count);
  // REQUIRES: that many bytes were ahead.
  void skip(std::size_t count) { begin_ += count; }

  // Takes the next line, without its line end; nothing at the end of the file. What is longer
  // than limits.hpp kLineBytesMax comes in several.
  [[nodiscard]] std::optional<std::string> line();

 private:
  std::FILE* stream_;
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace lastcall::replay::capture
