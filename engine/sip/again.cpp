#include "engine/sip/again.hpp"

#include "engine/base/check.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

// One header line with its folds and line end.
struct RawLine {
  Header kind = Header::kOther;
  std::string_view text;   // all its bytes
  std::string_view value;  // trimmed, a part of `text`
};

constexpr bool describes_body(Header kind) {
  return kind == Header::kContentType || kind == Header::kContentLength ||
         kind == Header::kContentEncoding || kind == Header::kContentLanguage ||
         kind == Header::kContentDisposition;
}

constexpr bool is_for_proxies(Header kind) {
  return kind == Header::kVia || kind == Header::kRoute || kind == Header::kRecordRoute ||
         kind == Header::kProxyRequire || kind == Header::kMaxForwards;
}

// The header lines as slices of the message's bytes, which are the words it was sent with.
std::vector<RawLine> lines_of(const SipMessage& request) {
  const std::string_view bytes = request.bytes();
  std::vector<RawLine> lines;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const HeaderView header = request.header_at(i);
    const auto begin = static_cast<std::size_t>(header.name.data() - bytes.data());
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size() - 1) + 1;
    lines.push_back({header.kind, bytes.substr(begin, end - begin), header.value});
  }
  return lines;
}

// `whole` with its part `old` replaced.
std::string replaced(std::string_view whole, std::string_view old, std::string_view with) {
  const auto at = static_cast<std::size_t>(old.data() - whole.data());
  std::string text{whole.substr(0, at)};
  return text.append(with).append(whole.substr(at + old.size()));
}

// The top Via's line with another branch and another sent-by.
std::string via_line(const RawLine& line, const Changes& changes) {
  const std::string_view element = split_list(line.value).first;
  const auto via = parse_via(element);
  CHECK(via.has_value(), "a request that was sent has a top Via");
  const std::string_view sent = element.substr(0, element.size() - via->params.size());
  std::string changed = changes.sent_by ? sent_by_text(*changes.sent_by) : std::string{sent};
  if (changes.branch.empty() || via->branch.empty()) {
    changed.append(via->params);
    if (!changes.branch.empty()) changed.append(";branch=").append(changes.branch);
  } else {
    changed += replaced(via->params, via->branch, changes.branch);
  }
  return replaced(line.text, element, changed);
}

std::string cseq_line(const RawLine& line, std::uint32_t number) {
  const std::string_view digits = line.value.substr(0, line.value.find_first_of(" \t"));
  return replaced(line.text, digits, std::to_string(number));
}

std::string start_line(const SipMessage& request, const Changes& changes) {
  const std::string_view uri =
      changes.request_uri.empty() ? request.request_uri() : changes.request_uri;
  return std::string{request.method_text()}.append(" ").append(uri).append(" SIP/2.0\r\n");
}

bool is_dropped(Header kind, const Changes& changes) {
  return std::ranges::find(changes.drop, kind) != changes.drop.end() ||
         (changes.body && describes_body(kind));
}

// How many of the lines stand in front of the new ones.
std::size_t place_of_new(const std::vector<RawLine>& lines) {
  std::size_t place = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_for_proxies(lines[i].kind)) place = i + 1;
  }
  return place;
}

}  // namespace

std::string again(const SipMessage& request, const Changes& changes) {
  CHECK(request.is_request(), "only requests are sent again");
  const std::vector<RawLine> lines = lines_of(request);
  const std::size_t place = place_of_new(lines);
  std::string text = start_line(request, changes);
  bool is_top = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == place) text += changes.lines;
    const RawLine& line = lines[i];
    if (is_dropped(line.kind, changes)) continue;
    if (line.kind == Header::kVia && is_top) {
      text += via_line(line, changes);
      is_top = false;
    } else if (line.kind == Header::kCseq && changes.cseq) {
      text += cseq_line(line, *changes.cseq);
    } else {
      text += line.text;
    }
  }
  if (place == lines.size()) text += changes.lines;
  if (!changes.body) return text.append("\r\n").append(request.body());
  return text.append(body_text(changes.body->bytes, changes.body->content_type));
}

}  // namespace lastcall::sip
