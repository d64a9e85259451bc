#include "engine/sip/uri.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/scan.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

constexpr classes::Table kScheme = classes::make("+-.", false);

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos || dot > 3) return false;
    if (!parse_number(text.substr(0, dot), 255)) return false;
    text.remove_prefix(part < 3 ? dot + 1 : dot);
  }
  return true;
}

// Groups of `text` between colons, an IPv4 tail counting as two; -1 if one is not a group.
int count_groups(std::string_view text) {
  int groups = 0;
  while (!text.empty()) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, colon);
    if (colon == text.size() && is_ipv4(group)) return groups + 2;
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex)) return -1;
    ++groups;
    if (colon + 1 == text.size()) return -1;
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  return groups;
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text) == 8;
  const std::string_view front = text.substr(0, gap);
  if (front.find('.') != std::string_view::npos) return false;
  const int before = count_groups(front);
  const int behind = count_groups(text.substr(gap + 2));
  return before >= 0 && behind >= 0 && before + behind <= 7;
}

}  // namespace

std::string_view scheme_of(std::string_view uri) {
  Cursor cursor{uri};
  const std::string_view scheme = cursor.take(kScheme);
  const bool named = !scheme.empty() && is_alpha(scheme.front()) && cursor.peek() == ':';
  return named ? scheme : std::string_view{};
}

bool is_sip_scheme(std::string_view scheme) {
  return same_ignoring_case(scheme, "sip") || same_ignoring_case(scheme, "sips");
}

namespace {

// Fills an empty Uri.
std::optional<ParseError> read(std::string_view text, Uri& uri) {
  uri.scheme = scheme_of(text);
  if (!is_sip_scheme(uri.scheme)) return ParseError{0, "The URI is neither sip: nor sips:."};
  const std::size_t good = find_outside_uri(text);
  if (good != text.size()) return ParseError{good, "A URI holds no such character."};
  Cursor cursor{text};
  cursor.skip(uri.scheme.size() + 1);
  // '@' is reserved everywhere but behind the user, who may hold ';', '?' and '/' (25.1).
  if (const std::optional<std::string_view> user = cursor.take_until('@')) {
    if (user->empty()) {
      return ParseError{cursor.position(), "The user in front of '@' is empty."};
    }
    uri.user = *user;
  }
  if (!take_host_port(cursor, uri.host, uri.port)) {
    return ParseError{cursor.position(), "The URI has no valid host and port."};
  }
  const std::string_view rest = cursor.rest();
  if (!rest.empty() && rest.front() != ';' && rest.front() != '?') {
    return ParseError{cursor.position(),
                      "Only parameters or headers can follow the host of a URI."};
  }
  const std::size_t question = std::min(rest.find('?'), rest.size());
  uri.params = rest.substr(0, question);
  if (question < rest.size()) uri.headers = rest.substr(question + 1);
  return std::nullopt;
}

}  // namespace

std::expected<Uri, ParseError> parse_uri(std::string_view text) {
  std::expected<Uri, ParseError> uri;
  if (auto error = read(text, *uri)) uri = std::unexpected{*std::move(error)};
  return uri;
}

std::string to_text(const Uri& uri) {
  std::string text{uri.scheme};
  text += ':';
  if (!uri.user.empty()) text.append(uri.user) += '@';
  const bool is_v6 = uri.host.find(':') != std::string_view::npos;
  if (is_v6) text += '[';
  text += uri.host;
  if (is_v6) text += ']';
  if (uri.port) text.append(":") += std::to_string(*uri.port);
  text += uri.params;
  if (!uri.headers.empty()) text.append("?") += uri.headers;
  return text;
}

std::optional<std::string> numeric_host(std::string_view host) {
  std::string text{host};
  std::ranges::transform(text, text.begin(), lower);
  if (is_ipv4(text)) return text;
  if (const std::size_t colons = text.find(":::"); colons != std::string::npos) {
    text.erase(colons, 1);
  }
  return is_ipv6(text) ? std::optional{text} : std::nullopt;
}

std::optional<Transport> transport_of(const Uri& uri) {
  const bool secure = same_ignoring_case(uri.scheme, "sips");
  const std::optional<std::string_view> text = param(uri.params, "transport");
  if (!text) return secure ? Transport::kTls : Transport::kUdp;
  std::string word{*text};
  std::ranges::transform(word, word.begin(), lower);
  const std::optional<Transport> transport = named<Transport>(word);
  // RFC 3261 26.2.2: sips over TCP means TLS.
  return secure && transport == Transport::kTcp ? Transport::kTls : transport;
}

std::optional<Endpoint> endpoint_of(const Uri& uri) {
  const std::optional<Transport> transport = transport_of(uri);
  if (!transport) return std::nullopt;
  Endpoint endpoint;
  endpoint.transport = *transport;
  const std::optional<std::string_view> maddr = param(uri.params, "maddr");
  std::optional<std::string> host = numeric_host(maddr ? *maddr : uri.host);
  if (!host) return std::nullopt;
  endpoint.host = *std::move(host);
  const std::uint16_t usual = endpoint.transport == Transport::kTls ? 5061 : 5060;
  endpoint.port = uri.port.value_or(usual);
  return endpoint;
}

}  // namespace lastcall::sip
