// Logs of programs that print their SIP messages between other lines: a banner, the message, often
// a line that ends it. Messages come out with the line ends of RFC 3261, which logs do not keep.

#include "engine/sip/scan.hpp"
#include "replay/capture/banners.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/lookahead.hpp"
#include "replay/capture/start_line.hpp"
#include "replay/capture/traces.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace lastcall::replay::capture {
namespace {

constexpr std::int64_t kDayNs = 86'400'000'000'000;
constexpr std::int64_t kMidnightNs = kDayNs / 2;  // so much backwards is another day

// A message as far as it was read.
struct Text {
  std::string bytes;
  bool is_cut = false;
};

// Lines of a body, whose ends are not known yet.
struct Lines {
  std::vector<std::string> lines;
  std::size_t letters = 0;  // in all of them

  void add(std::string_view line) {
    lines.emplace_back(line);
    letters += line.size();
  }
  [[nodiscard]] std::size_t size(std::size_t line_end) const {
    return letters + lines.size() * line_end;
  }
  [[nodiscard]] std::string text(std::string_view line_end) const {
    std::string text;
    for (const std::string& line : lines) text.append(line).append(line_end);
    return text;
  }
};

class TextTrace {
 public:
  TextTrace(std::FILE* stream, Collector& collector) : file_(stream), collector_(collector) {}

  void read() {
    for (advance(); line_;) {
      if (const auto banner = read_banner(*line_)) {
        advance();
        tell(*banner);
      } else {
        advance();
      }
    }
  }

 private:
  void advance() { line_ = file_.line(); }
  [[nodiscard]] std::int64_t instant(const Banner& banner);
  void tell(const Banner& banner);
  [[nodiscard]] bool skip_to_message();
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] Text read_message(std::size_t announced);
  [[nodiscard]] std::string read_body(std::size_t length);

  Lookahead file_;
  Collector& collector_;
  std::optional<std::string> line_;  // the next one; nothing at the end
  std::size_t indent_ = 0;           // of the message that is read
  std::int64_t last_ns_ = 0;
  bool is_timeless_told_ = false;
};

// A trace with times but no dates begins on 1 January 1970, and goes on past midnight.
std::int64_t TextTrace::instant(const Banner& banner) {
  if (banner.date_ns) {
    last_ns_ = *banner.date_ns;
  } else if (banner.time_ns) {
    std::int64_t at = last_ns_ / kDayNs * kDayNs + *banner.time_ns;
    if (at < last_ns_ - kMidnightNs) at += kDayNs;
    last_ns_ = at;
  } else if (!is_timeless_told_) {
    is_timeless_told_ = true;
    collector_.problem(collector_.report().packets,
                       "This trace tells no times: its messages seem to come at once.");
  }
  return last_ns_;
}

// The line without what stands before all lines of this message.
std::string_view TextTrace::text() const {
  const std::size_t indent = std::min(line_->find_first_not_of(' '), line_->size());
  return std::string_view{*line_}.substr(std::min(indent, indent_));
}

bool TextTrace::is_over() const {
  return !line_ || is_message_end(*line_) || read_banner(*line_).has_value();
}

// Moves to the start line; false if another thing comes first.
bool TextTrace::skip_to_message() {
  indent_ = 0;
  if (line_ && is_rule(*line_)) {
    indent_ = line_->find('-');
    advance();
  }
  while (line_ && line_->empty()) advance();
  return !is_over();
}

// Its length tells whether its lines ended with CRLF or with LF, and whether its last one did.
// What fits both ways is taken for CRLF.
std::string TextTrace::read_body(std::size_t length) {
  Lines body;
  const auto fits = [&] { return body.size(2) == length || body.size(2) == length + 2; };
  while (!is_over() && body.size(1) < length && !fits()) {
    body.add(text());
    advance();
  }
  const bool has_crlf = fits() || body.size(2) < length;
  return body.text(has_crlf ? "\r\n" : "\n").substr(0, length);
}

Text TextTrace::read_message(std::size_t announced) {
  std::string head;
  while (!is_over() && !text().empty() && head.size() < limits::kRecordBytesMax) {
    head.append(text()).append("\r\n");
    advance();
  }
  head += "\r\n";
  if (line_ && text().empty()) advance();
  const auto length =
      sip::parse_number(header_value(head, Header::kContentLength), limits::kRecordBytesMax);
  if (!length) return {head, head.size() < announced};
  const std::string body = read_body(static_cast<std::size_t>(*length));
  return {head + body, body.size() < *length};
}

void TextTrace::tell(const Banner& banner) {
  const PacketMark mark{++collector_.report().packets, 0};
  PacketMark seen = mark;
  seen.at_ns = instant(banner);
  collector_.report().last = seen;
  if (!skip_to_message()) return collector_.problem(seen.packet, kNoMessage);
  const Text message = read_message(banner.size);
  if (!start_line(message.bytes)) return collector_.problem(seen.packet, kNoMessage);
  const Endpoint own{"", 0, banner.remote.transport};
  collector_.message({.mark = seen,
                      .first_packet = seen.packet,
                      .source = banner.is_received ? banner.remote : own,
                      .destination = banner.is_received ? own : banner.remote,
                      .is_cut = message.is_cut,
                      .bytes = message.bytes});
}

}  // namespace

bool is_text(Bytes beginning) {
  return !beginning.empty() && beginning.find('\0') == beginning.npos;
}

void read_text_trace(std::FILE* stream, Collector& collector) {
  TextTrace{stream, collector}.read();
}

}  // namespace lastcall::replay::capture
