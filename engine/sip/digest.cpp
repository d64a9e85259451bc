// The hashes of digest authentication and the choice of a challenge; the texts are in
// digest_text.cpp.

#include "engine/sip/digest.hpp"

#include "engine/base/check.hpp"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace lastcall::sip {
namespace {

const EVP_MD* hash_of(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kMd5:
    case DigestAlgorithm::kMd5Sess:
      return EVP_md5();
    case DigestAlgorithm::kSha256:
    case DigestAlgorithm::kSha256Sess:
      return EVP_sha256();
    case DigestAlgorithm::kSha512_256:
    case DigestAlgorithm::kSha512_256Sess:
      break;
  }
  return EVP_sha512_256();
}

bool is_session(DigestAlgorithm algorithm) { return name(algorithm).ends_with("-sess"); }

// H(text) in lower-case hex.
std::string hash(DigestAlgorithm algorithm, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  const int done =
      EVP_Digest(text.data(), text.size(), bytes.data(), &size, hash_of(algorithm), nullptr);
  CHECK(done == 1, "OpenSSL offers the hashes of RFC 8760");
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex.append({kHex[bytes[i] >> 4U], kHex[bytes[i] & 0xfU]});
  return hex;
}

template <class... Parts>
std::string joined(std::string_view first, const Parts&... rest) {
  std::string text{first};
  (text.append(":").append(rest), ...);
  return text;
}

// H(A1), RFC 7616 3.4.2.
std::string first_hash(const DigestInput& input) {
  const std::string ha1 =
      input.ha1.empty() ? digest_ha1(input.algorithm, input.username, input.realm, input.password)
                        : std::string{input.ha1};
  if (!is_session(input.algorithm)) return ha1;
  return hash(input.algorithm, joined(ha1, input.nonce, input.cnonce));
}

// H(A2), RFC 7616 3.4.3; an empty body counts as H("") (RFC 8760 2.6).
std::string second_hash(const DigestInput& input) {
  std::string text = joined(input.method, input.uri);
  if (input.qop == Qop::kAuthInt) text = joined(text, hash(input.algorithm, input.body));
  return hash(input.algorithm, text);
}

// The strongest cover is not worth a broken call: bodies are rewritten on the way by many a proxy
// and gateway, so auth goes first.
std::optional<Qop> preferred(EnumSet<Qop> offered) {
  if (offered.contains(Qop::kAuth)) return Qop::kAuth;
  return offered.empty() ? std::nullopt : std::optional{Qop::kAuthInt};
}

std::string response_of(const Credentials& credentials, const Account& account,
                        const Protected& request) {
  return digest_response({.username = credentials.username,
                          .realm = credentials.realm,
                          .password = account.password,
                          .ha1 = account.ha1,
                          .nonce = credentials.nonce,
                          .cnonce = credentials.cnonce,
                          .nc = credentials.nc,
                          .qop = credentials.qop,
                          .algorithm = credentials.algorithm,
                          .method = request.method,
                          .uri = credentials.uri,
                          .body = request.body});
}

}  // namespace

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view username, std::string_view realm,
                       std::string_view password) {
  return hash(algorithm, joined(username, realm, password));
}

std::string digest_response(const DigestInput& input) {
  const std::string ha1 = first_hash(input);
  const std::string ha2 = second_hash(input);
  if (!input.qop) return hash(input.algorithm, joined(ha1, input.nonce, ha2));
  return hash(input.algorithm,
              joined(ha1, input.nonce, nonce_count(input.nc), input.cnonce, name(*input.qop), ha2));
}

std::vector<Challenge> choose_challenges(const std::vector<Challenge>& challenges,
                                         DigestAlgorithms allowed) {
  std::vector<Challenge> chosen;
  for (const Challenge& challenge : challenges) {
    if (!allowed.contains(challenge.algorithm)) continue;
    const bool answered = std::ranges::any_of(chosen, [&](const Challenge& other) {
      return other.header == challenge.header && other.realm == challenge.realm;
    });
    if (!answered) chosen.push_back(challenge);
  }
  return chosen;
}

Header header_of_answer(const Challenge& challenge) {
  return challenge.header == Header::kProxyAuthenticate ? Header::kProxyAuthorization
                                                        : Header::kAuthorization;
}

Credentials answer(const Challenge& challenge, const Account& account, const Protected& request,
                   const ClientNonce& client) {
  Credentials credentials{.username = std::string{account.username},
                          .realm = challenge.realm,
                          .nonce = challenge.nonce,
                          .uri = std::string{request.uri},
                          .response = {},
                          .algorithm = challenge.algorithm,
                          .qop = preferred(challenge.qop),
                          .cnonce = {},
                          .nc = 0,
                          .opaque = challenge.opaque};
  // RFC 2617 3.2.2: cnonce and nc must not be sent to who asked for no qop.
  if (credentials.qop) credentials.nc = client.nc;
  if (credentials.qop || is_session(challenge.algorithm)) credentials.cnonce = client.cnonce;
  credentials.response = response_of(credentials, account, request);
  return credentials;
}

bool proves(const Credentials& credentials, const Account& account, const Protected& request) {
  const std::string expected = response_of(credentials, account, request);
  return credentials.username == account.username &&
         credentials.response.size() == expected.size() &&
         CRYPTO_memcmp(credentials.response.data(), expected.data(), expected.size()) == 0;
}

}  // namespace lastcall::sip
