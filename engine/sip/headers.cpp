#include "engine/sip/headers.hpp"

#include "engine/sip/params.hpp"
#include "engine/sip/scan.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
#include <array>

namespace lastcall::sip {
namespace {

// A URI in <> and one without: what ends or confuses it is left out.
constexpr classes::Table kInsideBrackets = classes::all_but(" \t<>\"");
constexpr classes::Table kBareUri = classes::all_but("; \t");

std::unexpected<ParseError> fail(const Cursor& at, const char* sentence) {
  return std::unexpected{ParseError{at.position(), sentence}};
}

std::string_view without_brackets(std::string_view host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

// RFC 3581 3: a client sends rport without a value. Nothing if the value is no port.
std::optional<std::uint16_t> rport_of(std::string_view value) {
  if (value.empty()) return std::uint16_t{0};
  const std::optional<std::uint64_t> port = parse_number(value, 65'535);
  return port ? std::optional{static_cast<std::uint16_t>(*port)} : std::nullopt;
}

void set_via_param(Via& via, const Param& found) {
  if (same_ignoring_case(found.name, "branch")) {
    via.branch = found.value;
  } else if (same_ignoring_case(found.name, "rport")) {
    via.rport = rport_of(found.value);
  } else if (same_ignoring_case(found.name, "received")) {
    via.received = without_brackets(found.value);
  } else if (same_ignoring_case(found.name, "maddr")) {
    via.maddr = without_brackets(found.value);
  }
}

// "SIP/2.0/UDP " with spaces allowed around the slashes.
bool take_sent_protocol(Cursor& cursor, Via& via) {
  if (!same_ignoring_case(cursor.take(classes::kToken), "SIP")) return false;
  if (!cursor.eat_spaced('/')) return false;
  if (cursor.take(classes::kToken) != "2.0") return false;
  if (!cursor.eat_spaced('/')) return false;
  via.transport = cursor.take(classes::kToken);
  if (via.transport.empty() || !is_space(cursor.peek())) return false;
  cursor.skip_spaces();
  return true;
}

// The URI inside <>: whole, and without what would end or confuse it.
std::expected<std::string_view, ParseError> take_bracketed_uri(Cursor& cursor) {
  (void)cursor.eat('<');
  const std::optional<std::string_view> uri = cursor.take_until('>');
  if (!uri) return fail(cursor, "The '<' around a URI is not closed.");
  const bool usual = find_outside_uri(*uri) == uri->size();
  if (!usual && !is_all(kInsideBrackets, *uri)) {
    return fail(cursor, "A URI inside <> holds no spaces, quotes or '<'.");
  }
  if (scheme_of(*uri).empty()) return fail(cursor, "The URI inside <> has no scheme.");
  return *uri;
}

// A URI without <>: everything up to the parameters of the header.
std::expected<std::string_view, ParseError> take_bare_uri(Cursor& cursor) {
  const std::string_view rest = cursor.rest();
  const std::string_view uri = Cursor{rest}.take(kBareUri);
  if (scheme_of(uri).empty()) return fail(cursor, "There is neither a URI nor a display name.");
  // RFC 3261 20.10: a URI with a comma, question mark or semicolon must stand in <>.
  if (uri.find_first_of(",?<>\"") != std::string_view::npos) {
    return fail(cursor, "A URI with ',', '?', quotes or <> in it must stand in <>.");
  }
  cursor.skip(uri.size());
  return uri;
}

// The display name in front of '<', and the URI.
std::optional<ParseError> take_address(Cursor& cursor, NameAddr& address) {
  if (cursor.peek() == '"') {
    const std::optional<std::string_view> quoted = cursor.take_quoted();
    if (!quoted) return ParseError{cursor.position(), "The quote of a display name is not closed."};
    address.display = *quoted;
    cursor.skip_spaces();
    if (cursor.peek() != '<') return ParseError{cursor.position(), "A display name needs <URI>."};
  } else {
    Cursor ahead = cursor;
    const std::string_view display = ahead.take(classes::kDisplay);
    if (ahead.peek() == '<') {
      address.display = trim(display);
      cursor = ahead;
    }
  }
  const auto uri = cursor.peek() == '<' ? take_bracketed_uri(cursor) : take_bare_uri(cursor);
  if (!uri) return uri.error();
  address.uri = *uri;
  return std::nullopt;
}

std::string_view without_blanks(std::string_view text) {
  const auto is_blank = [](char c) { return is_space(c) || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Both fill an empty value.
std::optional<ParseError> read(std::string_view value, NameAddr& address) {
  Cursor cursor{value};
  cursor.skip_spaces();
  if (std::optional<ParseError> error = take_address(cursor, address)) return error;
  cursor.skip_spaces();
  address.params = cursor.rest();
  const bool fine = take_params(cursor, [&](const Param& found) {
    if (same_ignoring_case(found.name, "tag")) address.tag = found.value;
  });
  if (fine) return std::nullopt;
  return ParseError{cursor.position(), "Only ;name=value parameters can follow an address."};
}

std::optional<ParseError> read(std::string_view value, Via& via) {
  Cursor cursor{value};
  cursor.skip_spaces();
  if (!take_sent_protocol(cursor, via)) {
    return ParseError{cursor.position(), "A Via begins with SIP/2.0/transport."};
  }
  if (!take_host_port(cursor, via.host, via.port)) {
    return ParseError{cursor.position(), "The sent-by of a Via is no host and port."};
  }
  cursor.skip_spaces();
  via.params = cursor.rest();
  const bool fine = take_params(cursor, [&](const Param& found) { set_via_param(via, found); });
  if (fine) return std::nullopt;
  return ParseError{cursor.position(),
                    "Only ;name=value parameters can follow the sent-by of a Via."};
}

// Reads in place: a copy of the result costs more than the reading.
template <class T>
std::expected<T, ParseError> parsed(std::string_view value) {
  std::expected<T, ParseError> result;
  if (auto error = read(value, *result)) result = std::unexpected{*std::move(error)};
  return result;
}

}  // namespace

std::expected<NameAddr, ParseError> parse_name_addr(std::string_view value) {
  return parsed<NameAddr>(value);
}

std::expected<Via, ParseError> parse_via(std::string_view value) { return parsed<Via>(value); }

std::expected<Cseq, ParseError> parse_cseq(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  // Digits are token characters too: a number that is followed by letters is no number.
  const std::optional<std::uint64_t> number =
      parse_number(cursor.take(classes::kToken), 0xffff'ffffU);
  if (!number) return fail(cursor, "The CSeq number is no number below 2^32.");
  cursor.skip_spaces();
  const std::string_view method = cursor.take(classes::kToken);
  cursor.skip_spaces();
  if (method.empty() || !cursor.at_end()) return fail(cursor, "A CSeq ends with one method.");
  return Cseq{static_cast<std::uint32_t>(*number), method};
}

std::optional<std::string_view> param(std::string_view params, std::string_view name) {
  std::optional<std::string_view> value;
  Cursor cursor{params};
  (void)take_params(cursor, [&](const Param& found) {
    if (!value && same_ignoring_case(found.name, name)) value = found.value;
  });
  return value;
}

ListSplit split_list(std::string_view value) {
  Cursor cursor{value};
  while (true) {
    cursor.skip(find_list_mark(value, cursor.position()) - cursor.position());
    const char c = cursor.peek();
    if (c == ',') {
      const std::size_t comma = cursor.position();
      return {trim(value.substr(0, comma)), value.substr(comma + 1)};
    }
    // An unclosed quote or '<' protects everything behind it: the decoder of the element says why.
    const bool closed = c == '"' ? cursor.take_quoted().has_value()
                                 : c == '<' && cursor.take_until('>').has_value();
    if (!closed) return {trim(value), std::nullopt};
  }
}

std::string_view take_folded_line(std::string_view& text) {
  std::size_t end = 0;
  do {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  } while (end < text.size() && is_space(text[end]));
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  return line;
}

HeaderView header_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = without_blanks(line.substr(0, colon));
  return {header_named(name), name, without_blanks(line.substr(colon + 1))};
}

bool is_list(Header kind) {
  switch (kind) {
    case Header::kAccept:
    case Header::kAcceptEncoding:
    case Header::kAcceptLanguage:
    case Header::kAlertInfo:
    case Header::kAllow:
    case Header::kAllowEvents:
    case Header::kCallInfo:
    case Header::kContact:
    case Header::kContentEncoding:
    case Header::kContentLanguage:
    case Header::kErrorInfo:
    case Header::kInReplyTo:
    case Header::kPAssertedIdentity:
    case Header::kPath:
    case Header::kProxyRequire:
    case Header::kReason:
    case Header::kRecordRoute:
    case Header::kRecvInfo:
    case Header::kRequire:
    case Header::kRoute:
    case Header::kServiceRoute:
    case Header::kSupported:
    case Header::kUnsupported:
    case Header::kVia:
    case Header::kWarning:
      return true;
    default:
      return false;
  }
}

}  // namespace lastcall::sip
