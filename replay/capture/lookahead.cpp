#include "replay/capture/lookahead.hpp"

#include "replay/capture/limits.hpp"

#include <algorithm>

namespace lastcall::replay::capture {

Bytes Lookahead::ahead(std::size_t count) {
  const std::size_t there = buffer_.size() - begin_;
  if (there < count) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    const std::size_t wanted = std::max(count, limits::kRecordBytesMax) - there;
    buffer_.resize(there + wanted);
    buffer_.resize(there + std::fread(buffer_.data() + there, 1, wanted, stream_));
  }
  return Bytes{buffer_}.substr(begin_, count);
}

std::optional<std::string> Lookahead::line() {
  const Bytes next = ahead(limits::kLineBytesMax);
  if (next.empty()) return std::nullopt;
  const std::size_t end = next.find('\n');
  std::string text{next.substr(0, end)};
  skip(end == next.npos ? next.size() : end + 1);
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace lastcall::replay::capture
