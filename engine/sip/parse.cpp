#include "engine/sip/parse.hpp"

#include "engine/model/limits.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/scan.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace lastcall::sip {
namespace {

static_assert(limits::kMessageBytesMax <= 0xffff, "slices count in 16 bits");

constexpr std::size_t kUsualHeaders = 24;  // one allocation serves most messages

// RFC 3261 7.3.1, RFC 4475 3.3.8: headers that may stand only once, of those the engine acts on.
constexpr bool is_single(Header kind) {
  switch (kind) {
    case Header::kCallId:
    case Header::kContentLength:
    case Header::kContentType:
    case Header::kCseq:
    case Header::kFrom:
    case Header::kMaxForwards:
    case Header::kTo:
      return true;
    default:
      return false;
  }
}

constexpr std::size_t index(Header kind) { return static_cast<std::size_t>(kind); }

// One walk over one datagram. The first fault is kept and the walk goes on, because a request that
// is answered 400 is answered with what can be read of it.
class MessageReader {
 public:
  explicit MessageReader(std::string datagram) : bytes_(std::move(datagram)) {}
  std::expected<SipMessage, MessageError> read();

 private:
  struct Line {
    std::size_t begin = 0, end = 0;  // without its line end
  };

  void read_start_line();
  void read_status_line(std::string_view line);
  void read_request_line(std::string_view line);
  void check_request_uri();
  void read_headers();
  void add_header(Line line);
  void read_vias();
  void read_via_line(std::string_view value);
  void read_top_via(std::string_view value);
  void read_parties();
  void read_cseq();
  void read_max_forwards();
  void check_addresses(Header kind, std::string_view value);
  void read_body();
  [[nodiscard]] std::unexpected<MessageError> error() &&;
  [[nodiscard]] bool is_answerable() const;

  // False: no line ends any more. A flag costs half of what an optional does here.
  [[nodiscard]] bool take_line(Line& line);
  [[nodiscard]] bool take_folded_line(Line& line);
  void fail(std::size_t position, std::string sentence, int status);
  void fail(std::string_view where, const ParseError& error);

  [[nodiscard]] std::string_view view(Line line) const {
    return std::string_view{bytes_}.substr(line.begin, line.end - line.begin);
  }
  [[nodiscard]] std::size_t offset(std::string_view part) const {
    return part.empty() ? 0 : static_cast<std::size_t>(part.data() - bytes_.data());
  }
  [[nodiscard]] Slice slice(std::string_view part) const {
    return {static_cast<std::uint16_t>(offset(part)), static_cast<std::uint16_t>(part.size())};
  }
  [[nodiscard]] std::string_view view(Slice part) const {
    return std::string_view{bytes_}.substr(part.offset, part.size);
  }
  [[nodiscard]] bool has(Header kind) const { return first_[index(kind)] != 0; }
  // REQUIRES: has(kind).
  [[nodiscard]] std::string_view value(Header kind) const {
    return view(parts_.lines[first_[index(kind)] - 1U].value);
  }

  std::string bytes_;
  std::size_t at_ = 0;
  MessageParts parts_;
  bool is_response_ = false;
  bool headers_ended_ = false;
  std::array<std::uint16_t, kEnumSize<Header>> first_{};  // 1 + index of the first line of a kind
  std::optional<MessageError> fault_;
};

void MessageReader::fail(std::size_t position, std::string sentence, int status) {
  if (fault_) return;
  fault_ = MessageError{position, std::move(sentence), false, status, std::nullopt};
}

void MessageReader::fail(std::string_view where, const ParseError& error) {
  fail(offset(where) + error.position, error.sentence, 400);
}

bool MessageReader::take_line(Line& line) {
  line.begin = at_;
  for (std::size_t end = at_;; ++end) {
    end = find_line_break(bytes_, end);
    if (end == bytes_.size()) return false;
    const bool is_pair = bytes_[end] == '\r' && end + 1 < bytes_.size() && bytes_[end + 1] == '\n';
    if (is_pair || bytes_[end] == '\n') {
      line.end = end;
      at_ = end + (is_pair ? 2 : 1);
      return true;
    }
    fail(end, "A CR stands without its LF.", 400);
  }
}

// RFC 3261 7.3.1: a line that begins with a space continues the one before; the line end and the
// spaces around it count as one space, so spaces are put in its place and slices stay contiguous.
bool MessageReader::take_folded_line(Line& line) {
  if (!take_line(line)) return false;
  while (line.begin != line.end && at_ < bytes_.size() && is_space(bytes_[at_])) {
    const std::size_t fold_end = at_;
    Line next;
    if (!take_line(next)) return false;
    std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(line.end),
              bytes_.begin() + static_cast<std::ptrdiff_t>(fold_end), ' ');
    line.end = next.end;
  }
  return true;
}

void MessageReader::read_start_line() {
  Line line;
  if (!take_line(line)) return fail(at_, "The start line has no end.", 0);
  const std::string_view text = view(line);
  is_response_ = text.size() >= 4 && same_ignoring_case(text.substr(0, 4), "SIP/");
  if (is_response_) {
    read_status_line(text);
  } else {
    read_request_line(text);
  }
}

void MessageReader::read_status_line(std::string_view line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  if (!same_ignoring_case(line.substr(0, space), "SIP/2.0")) {
    return fail(offset(line), "The response is not of SIP/2.0.", 0);
  }
  const std::string_view rest = line.substr(std::min(space + 1, line.size()));
  const std::string_view code = rest.substr(0, rest.find(' '));
  const std::optional<std::uint64_t> status =
      code.size() == 3 ? parse_number(code, 699) : std::nullopt;
  if (!status || *status < 100) return fail(offset(rest), "The status is not 100 to 699.", 0);
  parts_.status = static_cast<std::uint16_t>(*status);
  // RFC 4475 3.1.1.13: the phrase may be empty; some peers then leave out its space, too.
  parts_.reason = slice(rest.substr(std::min<std::size_t>(4, rest.size())));
}

void MessageReader::read_request_line(std::string_view line) {
  const std::size_t first = std::min(line.find(' '), line.size());
  const std::string_view method = line.substr(0, first);
  parts_.method = slice(method);
  parts_.method_kind = named<Method>(method).value_or(Method::kOther);
  if (!is_token(method)) {
    return fail(offset(line), "The start line begins with no method.", 400);
  }
  const std::string_view rest = line.substr(std::min(first + 1, line.size()));
  const std::size_t second = std::min(rest.find(' '), rest.size());
  parts_.uri = slice(rest.substr(0, second));
  const std::string_view version = rest.substr(std::min(second + 1, rest.size()));
  if (!same_ignoring_case(version, "SIP/2.0")) {
    // RFC 4475 3.1.2.16: another version is understood as such, a broken line is not.
    const bool other = version.size() > 4 && same_ignoring_case(version.substr(0, 4), "SIP/") &&
                       version.find(' ') == std::string_view::npos;
    return fail(offset(line),
                other ? "The request is not of SIP/2.0." : "The start line is broken.",
                other ? 505 : 400);
  }
  check_request_uri();
}

void MessageReader::check_request_uri() {
  const std::string_view text = view(parts_.uri);
  const std::string_view scheme = scheme_of(text);
  if (scheme.empty()) return fail(parts_.uri.offset, "The request URI has no scheme.", 400);
  // RFC 3261 8.2.2.1: other schemes are the business of who answers 416.
  if (!is_sip_scheme(scheme)) return;
  const auto uri = parse_uri(text);
  if (!uri) return fail(text, uri.error());
  // RFC 3261 19.1.1: a request URI has no headers; acting on them would be a way in.
  if (!uri->headers.empty()) fail(offset(text), "A request URI must not have headers.", 400);
}

void MessageReader::read_headers() {
  parts_.lines.reserve(kUsualHeaders);
  Line line;
  while (take_folded_line(line)) {
    if (line.begin == line.end) {
      headers_ended_ = true;
      return;
    }
    if (parts_.lines.size() == limits::kHeadersMax) {
      return fail(line.begin, "There are too many header lines.", 400);
    }
    add_header(line);
  }
  fail(bytes_.size(), "The headers do not end with an empty line.", 400);
}

void MessageReader::add_header(Line line) {
  const std::string_view text = view(line);
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view name = trim_back(text.substr(0, colon));
  const Header kind = header_named(name);
  const bool is_named = kind != Header::kOther || is_token(name);
  if (colon == text.size() || !is_named) {
    return fail(line.begin, "A header line has no name with a colon.", 400);
  }
  parts_.lines.push_back({kind, slice(name), slice(trim(text.substr(colon + 1)))});
  std::uint16_t& first = first_[index(kind)];
  if (first == 0) {
    first = static_cast<std::uint16_t>(parts_.lines.size());
  } else if (is_single(kind)) {
    fail(line.begin, "A header that may stand once is repeated.", 400);
  }
}

void MessageReader::read_vias() {
  if (!has(Header::kVia)) return fail(bytes_.size(), "There is no Via.", 0);
  for (const MessageParts::Line& line : parts_.lines) {
    if (line.kind == Header::kVia) read_via_line(view(line.value));
  }
}

void MessageReader::read_via_line(std::string_view value) {
  for (std::optional<std::string_view> rest = value; rest;) {
    const ListSplit split = split_list(*rest);
    if (split.first.empty()) return fail(offset(value), "A Via has an empty element.", 400);
    if (++parts_.via_count > limits::kViasMax) {
      return fail(offset(value), "There are too many Via elements.", 400);
    }
    if (parts_.via_count == 1) read_top_via(split.first);
    rest = split.rest;
  }
}

void MessageReader::read_top_via(std::string_view value) {
  const auto via = parse_via(value);
  if (!via) return fail(value, via.error());
  parts_.via = {.transport = slice(via->transport),
                .host = slice(via->host),
                .branch = slice(via->branch),
                .received = slice(via->received),
                .maddr = slice(via->maddr),
                .params = slice(via->params),
                .port = via->port,
                .rport = via->rport};
}

void MessageReader::read_parties() {
  for (const Header kind : {Header::kFrom, Header::kTo}) {
    if (!has(kind)) return fail(bytes_.size(), "There is no From or no To.", 400);
    const auto party = parse_name_addr(value(kind));
    if (!party) return fail(value(kind), party.error());
    MessageParts::Party& side = kind == Header::kFrom ? parts_.from : parts_.to;
    side = {slice(party->uri), slice(party->tag)};
  }
  if (!has(Header::kCallId)) return fail(bytes_.size(), "There is no Call-ID.", 400);
  const std::string_view call_id = value(Header::kCallId);
  parts_.call_id = slice(call_id);
  const bool fine = std::ranges::all_of(call_id, [](char c) { return c > ' ' && c != '\x7f'; });
  if (call_id.empty() || !fine) fail(offset(call_id), "The Call-ID is no word.", 400);
}

void MessageReader::read_cseq() {
  if (!has(Header::kCseq)) return fail(bytes_.size(), "There is no CSeq.", 400);
  const std::string_view text = value(Header::kCseq);
  const auto cseq = parse_cseq(text);
  if (!cseq) return fail(text, cseq.error());
  parts_.cseq = cseq->number;
  if (is_response_) {
    parts_.method = slice(cseq->method);
    parts_.method_kind = named<Method>(cseq->method).value_or(Method::kOther);
  } else if (cseq->method != view(parts_.method)) {
    // RFC 4475 3.1.2.18: that the method is unknown is the better news for its sender.
    const bool known = parts_.method_kind != Method::kOther;
    fail(offset(text), "The CSeq names another method than the request.", known ? 400 : 501);
  }
}

void MessageReader::read_max_forwards() {
  if (is_response_) return;
  if (!has(Header::kMaxForwards)) {
    // RFC 2543 peers know no Max-Forwards (RFC 4475 3.4.1); they know no branch cookie either.
    const bool is_old = !view(parts_.via.branch).starts_with(Via::kBranchCookie);
    if (!is_old) fail(bytes_.size(), "There is no Max-Forwards.", 400);
    return;
  }
  const std::string_view text = value(Header::kMaxForwards);
  if (text.empty() || !std::ranges::all_of(text, is_digit)) {
    return fail(offset(text), "Max-Forwards is no number.", 400);
  }
  if (const auto hops = parse_number(text, 255)) {
    parts_.max_forwards = static_cast<std::uint8_t>(*hops);
  }
}

void MessageReader::check_addresses(Header kind, std::string_view value) {
  if (kind == Header::kContact && value == "*") return;
  for (std::optional<std::string_view> rest = value; rest;) {
    const ListSplit split = split_list(*rest);
    const auto address = parse_name_addr(split.first);
    if (!address) return fail(split.first.empty() ? value : split.first, address.error());
    rest = split.rest;
  }
}

void MessageReader::read_body() {
  const std::string_view rest = std::string_view{bytes_}.substr(at_);
  parts_.body = slice(rest);
  if (!has(Header::kContentLength)) return;
  const std::string_view text = value(Header::kContentLength);
  const auto length = parse_number(text, limits::kMessageBytesMax);
  if (!length) return fail(offset(text), "Content-Length is no length.", 400);
  if (*length > rest.size()) {
    return fail(offset(text), "The body is shorter than its Content-Length.", 400);
  }
  parts_.body = slice(rest.substr(0, *length));
  bytes_.resize(at_ + *length);
}

bool MessageReader::is_answerable() const {
  // RFC 3261 17.1.1.3: an ACK is never answered. A response is not, either.
  const bool is_request = !is_response_ && parts_.method_kind != Method::kAck;
  return is_request && has(Header::kVia) && has(Header::kFrom) && has(Header::kTo) &&
         has(Header::kCallId) && has(Header::kCseq);
}

std::unexpected<MessageError> MessageReader::error() && {
  if (!is_answerable()) fault_->status = 0;
  if (fault_->status != 0) {
    parts_.status = 0;
    fault_->request.emplace(std::move(bytes_), std::move(parts_));
  }
  return std::unexpected{*std::move(fault_)};
}

std::expected<SipMessage, MessageError> MessageReader::read() {
  if (bytes_.size() > limits::kMessageBytesMax) {
    fail(limits::kMessageBytesMax, "The message is too long.", 0);
    return std::move(*this).error();
  }
  // RFC 3261 7.5: line ends in front of the start line are ignored.
  at_ = std::min(bytes_.find_first_not_of("\r\n"), bytes_.size());
  if (at_ == bytes_.size()) {
    fail(0, "There is nothing but line ends.", 0);
    fault_->keep_alive = true;
    return std::move(*this).error();
  }
  read_start_line();
  if (fault_ && fault_->status == 0) return std::move(*this).error();
  read_headers();
  read_vias();
  read_parties();
  read_cseq();
  read_max_forwards();
  for (const MessageParts::Line& line : parts_.lines) {
    const bool is_address = line.kind == Header::kContact || line.kind == Header::kRoute ||
                            line.kind == Header::kRecordRoute;
    if (is_address) check_addresses(line.kind, view(line.value));
  }
  if (headers_ended_) read_body();
  if (fault_) return std::move(*this).error();
  return SipMessage{std::move(bytes_), std::move(parts_)};
}

}  // namespace

std::expected<SipMessage, MessageError> parse(std::string datagram) {
  return MessageReader{std::move(datagram)}.read();
}

}  // namespace lastcall::sip
