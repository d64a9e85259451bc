// Challenges and credentials as text. The quoting is exact, because servers differ in what else
// they take: qop, nc and algorithm of credentials stand without quotes, all other values within
// (RFC 7616 3.4, 3.3).

#include "engine/base/check.hpp"
#include "engine/sip/digest.hpp"
#include "engine/sip/params.hpp"

#include <algorithm>
#include <map>

namespace lastcall::sip {
namespace {

std::unexpected<ParseError> fail(std::size_t position, const char* sentence) {
  return std::unexpected{ParseError{position, sentence}};
}

// The parameters of a Digest value by name in lower case, quotes and escapes removed.
using AuthParams = std::map<std::string, std::string, std::less<>>;

std::string lower_case(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

// "name=value, name=value"; empty elements are tolerated as in every list (RFC 7230 7).
std::expected<AuthParams, ParseError> take_auth_params(Cursor& cursor) {
  AuthParams params;
  while (true) {
    cursor.skip_spaces();
    if (cursor.at_end()) return params;
    if (cursor.eat(',')) continue;
    Param next;
    if (!take_param(cursor, next))
      return fail(cursor.position(), "Only name=value pairs can follow Digest.");
    if (!params.emplace(lower_case(next.name), unquote(next.value)).second) {
      return fail(cursor.position(), "A digest parameter is repeated.");
    }
    if (!cursor.at_end() && cursor.peek() != ',') {
      return fail(cursor.position(), "Digest parameters are separated by commas.");
    }
  }
}

std::expected<AuthParams, ParseError> parse_digest(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  if (!same_ignoring_case(cursor.take(classes::kToken), "Digest") || !is_space(cursor.peek())) {
    return fail(cursor.position(), "The scheme is not Digest.");
  }
  auto params = take_auth_params(cursor);
  if (!params) return params;
  for (const char* needed : {"realm", "nonce"}) {
    if (!params->contains(needed)) return fail(0, "A digest needs a realm and a nonce.");
  }
  return params;
}

// Moves a value out; empty if it is absent.
std::string take(AuthParams& params, std::string_view name) {
  const auto it = params.find(name);
  return it == params.end() ? std::string{} : std::move(it->second);
}

std::optional<std::string> take_optional(AuthParams& params, std::string_view name) {
  return params.contains(name) ? std::optional{take(params, name)} : std::nullopt;
}

// RFC 7616 3.3: without the parameter it is MD5; the names are compared in either case.
std::optional<DigestAlgorithm> algorithm_of(const AuthParams& params) {
  const auto it = params.find("algorithm");
  if (it == params.end()) return DigestAlgorithm::kMd5;
  return named_ignoring_case<DigestAlgorithm>(it->second);
}

// "auth, auth-int, other": unknown options are ignored (RFC 7616 3.3).
EnumSet<Qop> parse_qop_options(std::string_view text) {
  EnumSet<Qop> options;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const auto option = named_ignoring_case<Qop>(trim(text.substr(0, comma)))) {
      options.insert(*option);
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return options;
}

// nc-value: exactly 8 hex digits (RFC 7616 3.4).
std::optional<std::uint32_t> parse_nonce_count(std::string_view text) {
  if (text.size() != 8 || !std::ranges::all_of(text, is_hex)) return std::nullopt;
  std::uint32_t count = 0;
  for (const char c : text) {
    const int digit = is_digit(c) ? c - '0' : lower(c) - 'a' + 10;
    count = count * 16 + static_cast<std::uint32_t>(digit);
  }
  return count;
}

void append(std::string& text, std::string_view name, std::string_view value) {
  text.append(text.ends_with(' ') ? "" : ", ").append(name).append("=").append(value);
}

}  // namespace

std::string nonce_count(std::uint32_t nc) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(8, '0');
  for (std::size_t i = 8; i-- > 0; nc /= 16) text[i] = kHex[nc % 16];
  return text;
}

std::expected<Challenge, ParseError> parse_challenge(std::string_view value) {
  auto params = parse_digest(value);
  if (!params) return std::unexpected{params.error()};
  const std::optional<DigestAlgorithm> algorithm = algorithm_of(*params);
  if (!algorithm) return fail(0, "The digest algorithm is unknown.");
  Challenge challenge{.algorithm = *algorithm, .qop = {}};
  if (const auto options = take_optional(*params, "qop")) {
    challenge.qop = parse_qop_options(*options);
    if (challenge.qop.empty()) return fail(0, "None of the qop options is known.");
  }
  challenge.realm = take(*params, "realm");
  challenge.nonce = take(*params, "nonce");
  challenge.opaque = take_optional(*params, "opaque");
  challenge.stale = same_ignoring_case(take(*params, "stale"), "true");
  return challenge;
}

std::expected<Credentials, ParseError> parse_credentials(std::string_view value) {
  auto params = parse_digest(value);
  if (!params) return std::unexpected{params.error()};
  const std::optional<DigestAlgorithm> algorithm = algorithm_of(*params);
  if (!algorithm) return fail(0, "The digest algorithm is unknown.");
  for (const char* needed : {"username", "uri", "response"}) {
    if (!params->contains(needed)) return fail(0, "Credentials need username, uri and response.");
  }
  Credentials credentials{.algorithm = *algorithm};
  if (const auto text = take_optional(*params, "qop")) {
    const std::optional<std::uint32_t> count = parse_nonce_count(take(*params, "nc"));
    credentials.qop = named<Qop>(lower_case(*text));
    if (!credentials.qop) return fail(0, "The qop of the credentials is unknown.");
    if (!count || !params->contains("cnonce")) return fail(0, "A qop needs cnonce and nc.");
    credentials.nc = *count;
  }
  credentials.username = take(*params, "username");
  credentials.realm = take(*params, "realm");
  credentials.nonce = take(*params, "nonce");
  credentials.uri = take(*params, "uri");
  credentials.response = lower_case(take(*params, "response"));
  credentials.cnonce = take(*params, "cnonce");
  credentials.opaque = take_optional(*params, "opaque");
  return credentials;
}

std::string write_challenge(const Challenge& challenge) {
  CHECK(!challenge.qop.empty(), "challenges of ours carry a qop (RFC 8760 2.6)");
  std::string text = "Digest ";
  append(text, "realm", quote(challenge.realm));
  append(text, "nonce", quote(challenge.nonce));
  if (challenge.opaque) append(text, "opaque", quote(*challenge.opaque));
  append(text, "algorithm", name(challenge.algorithm));
  std::string options;
  challenge.qop.for_each(
      [&](Qop qop) { options.append(options.empty() ? "" : ",").append(name(qop)); });
  append(text, "qop", quote(options));
  if (challenge.stale) append(text, "stale", "true");
  return text;
}

std::string write_credentials(const Credentials& credentials) {
  std::string text = "Digest ";
  append(text, "username", quote(credentials.username));
  append(text, "realm", quote(credentials.realm));
  append(text, "nonce", quote(credentials.nonce));
  append(text, "uri", quote(credentials.uri));
  append(text, "response", quote(credentials.response));
  append(text, "algorithm", name(credentials.algorithm));
  if (!credentials.cnonce.empty()) append(text, "cnonce", quote(credentials.cnonce));
  if (credentials.opaque) append(text, "opaque", quote(*credentials.opaque));
  if (credentials.qop) {
    append(text, "qop", name(*credentials.qop));
    append(text, "nc", nonce_count(credentials.nc));
  }
  return text;
}

std::optional<std::string> next_nonce(std::string_view authentication_info) {
  Cursor cursor{authentication_info};
  auto params = take_auth_params(cursor);
  return params ? take_optional(*params, "nextnonce") : std::nullopt;
}

std::vector<Challenge> challenges_of(const SipMessage& response) {
  std::vector<Challenge> found;
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const HeaderView line = response.header_at(i);
    if (line.kind != Header::kWwwAuthenticate && line.kind != Header::kProxyAuthenticate) continue;
    if (auto challenge = parse_challenge(line.value)) {
      challenge->header = line.kind;
      found.push_back(*std::move(challenge));
    }
  }
  return found;
}

}  // namespace lastcall::sip
