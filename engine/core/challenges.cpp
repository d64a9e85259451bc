#include "engine/core/challenges.hpp"

#include "engine/sip/parse.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

// Proxies on one way, and the server behind them; who asks for more is not served.
constexpr std::size_t kRealmsMax = 8;

// A challenge as it was read, and as it stood in its header.
struct Read {
  sip::Challenge challenge;
  std::string text;
};

std::vector<Read> read_challenges(const SipMessage& response) {
  std::vector<Read> found;
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const HeaderView line = response.header_at(i);
    if (line.kind != Header::kWwwAuthenticate && line.kind != Header::kProxyAuthenticate) continue;
    auto challenge = sip::parse_challenge(line.value);
    if (!challenge) continue;
    challenge->header = line.kind;
    found.push_back({*std::move(challenge), std::string{line.value}});
  }
  return found;
}

bool is_proxy(const sip::Challenge& challenge) {
  return challenge.header == Header::kProxyAuthenticate;
}

// The credentials of this realm that a request carried.
std::optional<sip::Credentials> carried(const std::string& request, const sip::Challenge& asked) {
  const auto message = sip::parse(request);
  if (!message) return std::nullopt;
  for (std::size_t i = 0; i < message->header_count(); ++i) {
    const HeaderView line = message->header_at(i);
    if (line.kind != sip::header_of_answer(asked)) continue;
    auto credentials = sip::parse_credentials(line.value);
    if (credentials && credentials->realm == asked.realm) return *std::move(credentials);
  }
  return std::nullopt;
}

// AUT-09: what was just refused is not tried again, unless only its nonce was old.
bool refuses(const sip::Challenge& asked, const std::string& request, Credence credence) {
  if (asked.stale) return false;
  const auto credentials = carried(request, asked);
  if (!credentials) return false;
  return credence == Credence::kFresh || credentials->nonce == asked.nonce;
}

struct Realm {
  bool proxy = false;
  std::string realm;
  bool operator==(const Realm&) const = default;
};

Realm realm_of(const sip::Challenge& challenge) { return {is_proxy(challenge), challenge.realm}; }

// How often the nonce of this challenge was used so far.
std::uint32_t uses(const std::vector<Challenged>& known, const sip::Challenge& challenge) {
  for (const Challenged& each : known) {
    const auto before = sip::parse_challenge(each.challenge);
    const bool same = before && each.proxy == is_proxy(challenge) &&
                      before->realm == challenge.realm && before->nonce == challenge.nonce;
    if (same) return each.count;
  }
  return 0;
}

}  // namespace

sip::DigestAlgorithms allowed_digests(const Config& config) {
  return config.refuse_md5 ? sip::kDigestWithoutMd5 : sip::kEveryDigest;
}

std::optional<std::vector<Challenged>> next_challenges(const std::vector<Challenged>& known,
                                                       const ResponseReceived& refused,
                                                       Credence credence, const Config& config) {
  const std::vector<Read> read = read_challenges(refused.message);
  std::vector<sip::Challenge> offered;
  for (const Read& each : read) offered.push_back(each.challenge);
  const auto chosen = sip::choose_challenges(offered, allowed_digests(config));
  if (chosen.empty() || chosen.size() > kRealmsMax) return std::nullopt;

  std::vector<Challenged> next;
  std::vector<Realm> asked;
  for (const sip::Challenge& challenge : chosen) {
    if (refuses(challenge, refused.request, credence)) return std::nullopt;
    const auto it = std::ranges::find(read, challenge, &Read::challenge);
    asked.push_back(realm_of(challenge));
    next.push_back({is_proxy(challenge), it->text, {}, uses(known, challenge)});
  }
  for (const Challenged& each : known) {
    const auto before = sip::parse_challenge(each.challenge);
    if (!before || next.size() == kRealmsMax) continue;
    if (std::ranges::find(asked, Realm{each.proxy, before->realm}) == asked.end()) {
      next.push_back(each);
    }
  }
  return next;
}

std::vector<Challenged> used_again(std::vector<Challenged> challenges, TransactionId transaction,
                                   const Draws& draws) {
  std::uint32_t nth = 0;
  for (Challenged& each : challenges) {
    ++each.count;
    each.cnonce = draws.cnonce(transaction, nth++);
  }
  return challenges;
}

std::vector<Challenged> renewed(std::vector<Challenged> challenges, const SipMessage& response) {
  const auto info = response.header(Header::kAuthenticationInfo);
  const auto nonce = info ? sip::next_nonce(*info) : std::nullopt;
  if (!nonce) return challenges;
  for (Challenged& each : challenges) {
    auto challenge = sip::parse_challenge(each.challenge);
    // The registrar speaks for itself, not for the proxies on the way.
    if (each.proxy || !challenge || challenge->qop.empty()) continue;
    challenge->nonce = *nonce;
    challenge->stale = false;
    each = {false, sip::write_challenge(*challenge), {}, 0};
  }
  return challenges;
}

}  // namespace lastcall::core
