#pragma once
// Digest authentication (RFC 3261 22, RFC 7616, RFC 8760): challenges, credentials and the hashes
// that tie them together. Remembers nothing: who counts nonces, draws cnonces and decides whether
// to try again is the caller's business (core: registration and dialog layers; the host as
// challenger). Never Basic: what is no Digest is an error that the caller ignores (AUT-07).
// Texts here are values: quotes and their escapes are removed when read and added when written.

#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/model/sip_message.hpp"
#include "engine/sip/parse_error.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace lastcall::sip {

// RFC 8760 2.1. "-sess" hashes the first nonce and cnonce into the password's hash (RFC
// 7616 3.4.2).
enum class DigestAlgorithm : std::uint8_t {
  kMd5,
  kMd5Sess,
  kSha256,
  kSha256Sess,
  kSha512_256,
  kSha512_256Sess
};
[[nodiscard]] constexpr auto names_of(DigestAlgorithm) {
  return std::array<std::string_view, 6>{"MD5",          "MD5-sess",    "SHA-256",
                                         "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"};
}
using DigestAlgorithms = EnumSet<DigestAlgorithm>;

// Policies for choose_challenges (AUT-03, AUT-16).
inline constexpr DigestAlgorithms kEveryDigest{
    DigestAlgorithm::kMd5,        DigestAlgorithm::kMd5Sess,    DigestAlgorithm::kSha256,
    DigestAlgorithm::kSha256Sess, DigestAlgorithm::kSha512_256, DigestAlgorithm::kSha512_256Sess};
inline constexpr DigestAlgorithms kDigestWithoutMd5 =
    kEveryDigest.without({DigestAlgorithm::kMd5, DigestAlgorithm::kMd5Sess});

// Quality of protection: what the response covers (RFC 7616 3.3).
enum class Qop : std::uint8_t { kAuth, kAuthInt };
[[nodiscard]] constexpr auto names_of(Qop) {
  return std::array<std::string_view, 2>{"auth", "auth-int"};
}

// WWW-Authenticate or Proxy-Authenticate, one challenge.
struct Challenge {
  std::string realm;
  std::string nonce;
  std::optional<std::string> opaque;  // given back as it is
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  EnumSet<Qop> qop{Qop::kAuth};              // empty when read: a legacy challenge (RFC 2069)
  bool stale = false;                        // the credentials were right, their nonce was old
  Header header = Header::kWwwAuthenticate;  // the header it stands in: who asks

  bool operator==(const Challenge&) const = default;
  static constexpr auto kFields =
      std::tuple{field("realm", &Challenge::realm),   field("nonce", &Challenge::nonce),
                 field("opaque", &Challenge::opaque), field("algorithm", &Challenge::algorithm),
                 field("qop", &Challenge::qop),       field("stale", &Challenge::stale),
                 field("header", &Challenge::header)};
};

// Authorization or Proxy-Authorization.
struct Credentials {
  std::string username;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;  // lower-case hex
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  std::optional<Qop> qop;  // nothing: the answer to a legacy challenge
  std::string cnonce;      // empty: none
  std::uint32_t nc = 0;    // how often this nonce was used, from 1; 0 without qop
  std::optional<std::string> opaque;

  bool operator==(const Credentials&) const = default;
};

// Reads the value of a WWW- or Proxy-Authenticate line. An error, to be ignored by the caller: any
// scheme but Digest, an algorithm or only qops we do not know, no realm or nonce, a repeated
// parameter. `header` stays as in a fresh Challenge.
[[nodiscard]] std::expected<Challenge, ParseError> parse_challenge(std::string_view value);
// Reads the value of an Authorization or Proxy-Authorization line, with the same errors.
[[nodiscard]] std::expected<Credentials, ParseError> parse_credentials(std::string_view value);

// The values as header lines carry them. REQUIRES: a challenge of ours has a qop (RFC 8760 2.6).
[[nodiscard]] std::string write_challenge(const Challenge& challenge);
[[nodiscard]] std::string write_credentials(const Credentials& credentials);

// The nextnonce of an Authentication-Info value: to be used instead of the old one, with nc from 1
// (RFC 7616 3.5); nothing if there is none.
[[nodiscard]] std::optional<std::string> next_nonce(std::string_view authentication_info);

// Every challenge of a 401 or 407 that can be read, in order; what cannot be read is left out.
[[nodiscard]] std::vector<Challenge> challenges_of(const SipMessage& response);
// Per header and realm the topmost challenge whose algorithm is allowed (RFC 8760 2.4), in order of
// first appearance. Empty: there is nothing that we may answer; never a silent fallback.
[[nodiscard]] std::vector<Challenge> choose_challenges(const std::vector<Challenge>& challenges,
                                                       DigestAlgorithms allowed);
// The header that answers a challenge: 401 with Authorization, 407 with Proxy-Authorization.
[[nodiscard]] Header header_of_answer(const Challenge& challenge);

struct DigestInput {
  std::string_view username = {};
  std::string_view realm = {};
  std::string_view password = {};
  std::string_view ha1 = {};  // digest_ha1(), instead of the password, if not empty
  std::string_view nonce = {};
  std::string_view cnonce = {};
  std::uint32_t nc = 0;
  std::optional<Qop> qop = {};  // nothing: as RFC 2069
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  std::string_view method = {};
  std::string_view uri = {};
  std::string_view body = {};  // looked at for auth-int only
};
// The `response` that belongs to these (RFC 7616 3.4.1), in lower-case hex: 32 digits for MD5, else
// 64.
[[nodiscard]] std::string digest_response(const DigestInput& input);
// H(username:realm:password): what a server may keep instead of the password.
[[nodiscard]] std::string digest_ha1(DigestAlgorithm algorithm, std::string_view username,
                                     std::string_view realm, std::string_view password);
// The text of nc: 8 lower-case hex digits.
[[nodiscard]] std::string nonce_count(std::uint32_t nc);

// Who answers a challenge.
struct Account {
  std::string_view username = {};
  std::string_view password = {};
  std::string_view ha1 = {};  // digest_ha1(), instead of the password, if not empty
};
// The request that carries the credentials; its URI is the digest uri (RFC 8760 2.6).
struct Protected {
  std::string_view method = {};
  std::string_view uri = {};
  std::string_view body = {};
};
// What the client adds: a fresh cnonce, and the count of uses of the nonce, this one included.
struct ClientNonce {
  std::string_view cnonce = {};
  std::uint32_t nc = 1;
};
// The answer to a challenge: with auth if it is offered, else auth-int, else as legacy asks.
[[nodiscard]] Credentials answer(const Challenge& challenge, const Account& account,
                                 const Protected& request, const ClientNonce& client);
// Whether the credentials prove the account for this method and body. Nonce, nc, realm and that the
// uri names what was asked are the caller's to compare. Takes the same time wherever they differ.
[[nodiscard]] bool proves(const Credentials& credentials, const Account& account,
                          const Protected& request);

}  // namespace lastcall::sip
