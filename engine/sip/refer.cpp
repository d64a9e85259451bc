#include "engine/sip/refer.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

std::unexpected<ParseError> fail(std::size_t position, const char* sentence) {
  return std::unexpected{ParseError{position, sentence}};
}

// Everything that can stand in a Call-ID (RFC 3261 25.1: word), without the ';' behind it.
constexpr classes::Table kCallId = classes::make("-.!%*_+`'~()<>:\\\"/[]?{}@", false);

// How many lines of this kind there are.
int count(const SipMessage& message, Header kind) {
  int lines = 0;
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    lines += message.header_at(i).kind == kind ? 1 : 0;
  }
  return lines;
}

// The value of a header in a URI's "a=b&c=d", escapes resolved; nothing if it is absent.
std::optional<std::string> uri_header(std::string_view headers, std::string_view name) {
  while (!headers.empty()) {
    const std::string_view one = headers.substr(0, headers.find('&'));
    const std::size_t equals = std::min(one.find('='), one.size());
    if (same_ignoring_case(unescape(one.substr(0, equals)), name)) {
      return unescape(one.substr(std::min(equals + 1, one.size())));
    }
    headers.remove_prefix(std::min(one.size() + 1, headers.size()));
  }
  return std::nullopt;
}

// ";a;method=X;b" without its method parameter.
std::string without_method(std::string_view params) {
  std::string kept;
  while (!params.empty()) {
    const std::string_view one = params.substr(0, params.find(';', 1));
    const std::string_view name = one.substr(0, one.find('='));
    if (!same_ignoring_case(name, ";method")) kept += one;
    params.remove_prefix(one.size());
  }
  return kept;
}

std::expected<ReferTo, ParseError> refer_to_sip(const Uri& uri) {
  ReferTo target;
  Uri plain = uri;
  plain.headers = {};
  if (const std::optional<std::string_view> method = param(uri.params, "method")) {
    target.method = named<Method>(unescape(*method)).value_or(Method::kOther);
  }
  const std::string params = without_method(uri.params);
  plain.params = params;
  target.uri = to_text(plain);
  if (const std::optional<std::string> value = uri_header(uri.headers, "Replaces")) {
    auto replaces = parse_replaces(*value);
    if (!replaces) return std::unexpected{std::move(replaces).error()};
    target.replaces = *std::move(replaces);
  }
  return target;
}

}  // namespace

std::expected<Replaces, ParseError> parse_replaces(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  Replaces replaces{.call_id = std::string{cursor.take(kCallId)}};
  if (replaces.call_id.empty()) return fail(cursor.position(), "Replaces begins with a Call-ID.");
  int to_tags = 0;
  int from_tags = 0;
  const bool fine = take_params(cursor, [&](const Param& found) {
    if (same_ignoring_case(found.name, "to-tag")) {
      replaces.to_tag = found.value;
      ++to_tags;
    } else if (same_ignoring_case(found.name, "from-tag")) {
      replaces.from_tag = found.value;
      ++from_tags;
    } else if (same_ignoring_case(found.name, "early-only")) {
      replaces.early_only = true;
    }
  });
  if (!fine) return fail(cursor.position(), "Only ;name=value parameters can follow the Call-ID.");
  const bool whole =
      to_tags == 1 && from_tags == 1 && !replaces.to_tag.empty() && !replaces.from_tag.empty();
  if (!whole) return fail(0, "Replaces needs one to-tag and one from-tag.");
  return replaces;
}

std::string write_replaces(const Replaces& replaces) {
  std::string text = replaces.call_id + ";to-tag=" + replaces.to_tag;
  text.append(";from-tag=").append(replaces.from_tag);
  return replaces.early_only ? text + ";early-only" : text;
}

std::expected<std::optional<Replaces>, ParseError> replaces_of(const SipMessage& message) {
  const int lines = count(message, Header::kReplaces);
  if (lines == 0) return std::nullopt;
  if (lines > 1) return fail(0, "There is more than one Replaces.");
  return parse_replaces(*message.header(Header::kReplaces));
}

std::expected<ReferTo, ParseError> parse_refer_to(std::string_view value) {
  const auto address = parse_name_addr(value);
  if (!address) return std::unexpected{address.error()};
  if (!is_sip_scheme(scheme_of(address->uri))) return ReferTo{.uri = std::string{address->uri}};
  const auto uri = parse_uri(address->uri);
  if (!uri) return std::unexpected{uri.error()};
  return refer_to_sip(*uri);
}

std::expected<ReferTo, ParseError> refer_to_of(const SipMessage& refer) {
  if (count(refer, Header::kReferTo) != 1) return fail(0, "A REFER has exactly one Refer-To.");
  return parse_refer_to(*refer.header(Header::kReferTo));
}

std::string write_refer_to(const ReferTo& target) {
  std::string text = "<" + target.uri;
  if (target.method != Method::kInvite) text.append(";method=").append(name(target.method));
  if (target.replaces) {
    text.append("?Replaces=").append(escape_for_uri_header(write_replaces(*target.replaces)));
  }
  return text + ">";
}

}  // namespace lastcall::sip
