#include "engine/sip/framer.hpp"

#include "engine/model/limits.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/scan.hpp"

#include <algorithm>
#include <expected>
#include <utility>

namespace lastcall::sip {
namespace {

constexpr bool is_line_end(char c) { return c == '\r' || c == '\n'; }

// The size of start line and headers with the empty line behind them, searching from `from` on;
// nothing if the empty line is not there yet.
std::optional<std::size_t> head_size(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('\n', from); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::string_view behind = text.substr(at + 1, 2);
    if (behind.starts_with('\n')) return at + 2;
    if (behind == "\r\n") return at + 3;
  }
  return std::nullopt;
}

struct Refusal {
  const char* sentence;
  int status = 400;
};

// RFC 3261 20.14; several lines must agree, or the stream could be cut in two ways.
std::expected<std::size_t, Refusal> content_length(std::string_view head) {
  std::optional<std::uint64_t> length;
  (void)take_folded_line(head);
  while (!head.empty()) {
    const HeaderView header = header_of(take_folded_line(head));
    if (header.kind != Header::kContentLength) continue;
    const auto value = parse_number(header.value, UINT64_MAX);
    if (!value) return std::unexpected{Refusal{"Content-Length is no length."}};
    if (length && *length != *value) {
      return std::unexpected{Refusal{"Two Content-Lengths differ."}};
    }
    length = value;
  }
  if (!length) return std::unexpected{Refusal{"A message on a stream needs a Content-Length."}};
  if (*length > limits::kMessageBytesMax) {
    return std::unexpected{Refusal{"The body is too long.", 513}};
  }
  return static_cast<std::size_t>(*length);
}

}  // namespace

void Framer::push(std::string_view bytes) {
  if (broken_) return;
  buffer_.erase(0, std::exchange(begin_, 0));
  buffer_ += bytes;
}

bool Framer::has_partial() const {
  return !broken_ && begin_ < buffer_.size() && !is_line_end(buffer_[begin_]);
}

std::optional<Framed> Framer::skip_line_ends() {
  constexpr std::string_view kPing = "\r\n\r\n";
  while (begin_ < buffer_.size() && is_line_end(buffer_[begin_])) {
    if (rest().starts_with(kPing)) {
      begin_ += kPing.size();
      return KeepAlivePing{};
    }
    // What may become a ping is kept until the next byte tells.
    if (kPing.starts_with(rest())) return NeedMore{};
    ++begin_;
  }
  return begin_ < buffer_.size() ? std::nullopt : std::optional<Framed>{NeedMore{}};
}

std::optional<Framed> Framer::find_head() {
  const std::string_view text = rest();
  const std::optional<std::size_t> head = head_size(text, searched_);
  if (head.value_or(text.size()) > limits::kStreamHeadBytesMax) {
    return fault(text.substr(0, limits::kStreamHeadBytesMax), "The headers are too long.", 513);
  }
  if (!head) {
    // The last two bytes may be the begin of an empty line.
    searched_ = text.size() - std::min<std::size_t>(2, text.size());
    return NeedMore{};
  }
  const auto length = content_length(text.substr(0, *head));
  if (!length) return fault(text.substr(0, *head), length.error().sentence, length.error().status);
  message_size_ = *head + *length;
  if (message_size_ <= limits::kMessageBytesMax) return std::nullopt;
  return fault(text.substr(0, *head), "The message is too long.", 513);
}

Framed Framer::fault(std::string_view head, const char* sentence, int status) {
  FramingFault found{std::string{head}, sentence, status};
  broken_ = true;
  buffer_.clear();
  begin_ = 0;
  return found;
}

Framed Framer::next() {
  if (broken_) return NeedMore{};
  if (message_size_ == 0) {
    if (std::optional<Framed> idle = skip_line_ends()) return *std::move(idle);
    if (std::optional<Framed> early = find_head()) return *std::move(early);
  }
  if (rest().size() < message_size_) return NeedMore{};
  MessageBytes message{std::string{rest().substr(0, message_size_)}};
  begin_ += std::exchange(message_size_, 0);
  searched_ = 0;
  return message;
}

}  // namespace lastcall::sip
