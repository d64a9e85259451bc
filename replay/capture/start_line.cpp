#include "replay/capture/start_line.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/scan.hpp"
#include "replay/capture/limits.hpp"

#include <algorithm>

namespace lastcall::replay::capture {
namespace {

constexpr bool is_line_end(char c) { return c == '\r' || c == '\n'; }

Bytes without_line_ends(Bytes text) {
  while (!text.empty() && is_line_end(text.front())) text.remove_prefix(1);
  return text;
}

// "SIP/2.0", of any version and in letters of either case (RFC 3261 7.1).
bool is_version(std::string_view word) {
  const auto is = [&](std::size_t at, char small) { return (word[at] | 0x20) == small; };
  return word.size() == 7 && is(0, 's') && is(1, 'i') && is(2, 'p') && word[3] == '/' &&
         sip::is_digit(word[4]) && word[5] == '.' && sip::is_digit(word[6]);
}

std::optional<StartLine> status_line(std::string_view line) {
  if (line.size() < 11 || line[7] != ' ' || !is_version(line.substr(0, 7))) return std::nullopt;
  if (line.size() > 11 && line[11] != ' ') return std::nullopt;
  const auto status = sip::parse_number(line.substr(8, 3), 999);
  if (!status || *status < 100) return std::nullopt;
  return StartLine{{}, static_cast<int>(*status)};
}

std::optional<StartLine> request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  // Between them stands a URI, whatever it looks like.
  if (first == line.npos || last <= first + 1) return std::nullopt;
  if (!is_version(line.substr(last + 1)) || !sip::is_token(line.substr(0, first))) {
    return std::nullopt;
  }
  return StartLine{line.substr(0, first), 0};
}

std::optional<StartLine> read_line(std::string_view line) {
  line = sip::trim_back(line);
  if (auto status = status_line(line)) return status;
  return request_line(line);
}

// The first line behind line ends, if it is complete and could be a start line.
std::string_view first_line(Bytes text) {
  text = without_line_ends(text);
  // Most packets are audio: no letter, no line.
  if (text.empty() || !sip::is_in(sip::classes::kToken, text.front())) return {};
  const Bytes head = text.substr(0, limits::kStartLineBytesMax);
  const std::size_t end = sip::find_line_break(head, 0);
  return end == head.size() ? std::string_view{} : head.substr(0, end);
}

// Whether more bytes could make a start line of this.
bool may_become_start_line(std::string_view line) {
  if (line.size() > limits::kStartLineBytesMax) return false;
  constexpr std::string_view kVersion = "SIP/2.0 ";
  const std::size_t seen = std::min(line.size(), kVersion.size());
  if (line.substr(0, seen) == kVersion.substr(0, seen)) return true;
  const std::size_t space = line.find(' ');
  return sip::is_token(line.substr(0, space));
}

// The same for the last line of a piece: here a mere word is more likely text.
bool looks_like_start_line(std::string_view line) {
  if (line.starts_with("SIP/2.0 ")) return true;
  const std::size_t space = line.find(' ');
  return space != line.npos && line.substr(space + 1).starts_with("sip") &&
         may_become_start_line(line);
}

}  // namespace

std::optional<StartLine> start_line(Bytes text) { return read_line(first_line(text)); }

bool has_broken_start_line(Bytes text) {
  const std::string_view line = sip::trim_back(first_line(text));
  if (line.size() < 7 || read_line(line)) return false;
  return is_version(line.substr(0, 7)) || (line.size() > 7 && line[line.size() - 8] == ' ' &&
                                           is_version(line.substr(line.size() - 7)));
}

Begins begins_message(Bytes text) {
  text = without_line_ends(text);
  if (text.empty()) return Begins::kMaybe;
  const std::size_t end = sip::find_line_break(text, 0);
  if (end < text.size()) return start_line(text) ? Begins::kYes : Begins::kNo;
  return may_become_start_line(text) ? Begins::kMaybe : Begins::kNo;
}

std::size_t find_message(Bytes piece) {
  std::size_t at = 0;
  while (at < piece.size()) {
    const std::size_t end = piece.find('\n', at);
    const std::string_view line = piece.substr(at, end == piece.npos ? end : end - at);
    if (end == piece.npos) return looks_like_start_line(line) ? at : piece.npos;
    if (read_line(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line)) return at;
    at = end + 1;
  }
  return piece.npos;
}

std::string_view header_value(Bytes text, Header kind) {
  text = without_line_ends(text);
  while (!text.empty() && !is_line_end(text.front())) {
    const std::string_view line = sip::take_folded_line(text);
    if (!line.ends_with('\n')) return {};  // the capture may have cut the value
    const HeaderView header = sip::header_of(line);
    if (header.kind == kind) return header.value;
  }
  return {};
}

}  // namespace lastcall::replay::capture
