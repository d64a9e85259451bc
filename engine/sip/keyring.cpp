#include "engine/sip/keyring.hpp"

#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

// The algorithm of the hash that "-sess" begins with.
DigestAlgorithm without_session(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kMd5Sess:
      return DigestAlgorithm::kMd5;
    case DigestAlgorithm::kSha256Sess:
      return DigestAlgorithm::kSha256;
    case DigestAlgorithm::kSha512_256Sess:
      return DigestAlgorithm::kSha512_256;
    default:
      return algorithm;
  }
}

bool fits(const Key& key, const std::string& realm, DigestAlgorithm algorithm) {
  const bool same_realm = key.realm.empty() || key.realm == realm;
  // A hash is of one algorithm only.
  return same_realm && (key.ha1.empty() || key.ha1_algorithm == without_session(algorithm));
}

Account account_of(const Key& key) {
  return {.username = key.user, .password = key.password, .ha1 = key.ha1};
}

// The key of who asks, else one that belongs to nobody in particular.
const Key* key_for(const std::vector<Key>& keys, const Challenge& challenge,
                   const std::string& aor) {
  const auto find = [&](const std::string& owner) {
    const auto it = std::ranges::find_if(keys, [&](const Key& key) {
      return key.aor == owner && fits(key, challenge.realm, challenge.algorithm);
    });
    return it == keys.end() ? nullptr : &*it;
  };
  const Key* own = find(aor);
  return own != nullptr || aor.empty() ? own : find({});
}

}  // namespace

RequestSigned Keyring::sign(const SignRequest& order) const {
  RequestSigned done{order.layer, order.call, order.transaction, {}};
  std::string lines;
  for (const Challenged& each : order.challenges) {
    auto challenge = parse_challenge(each.challenge);
    if (!challenge) return done;
    if (each.proxy) challenge->header = Header::kProxyAuthenticate;
    const Key* key = key_for(ours, *challenge, order.aor);
    if (key == nullptr) return done;
    const Credentials credentials =
        answer(*challenge, account_of(*key),
               {.method = order.method, .uri = order.uri, .body = order.body},
               {.cnonce = each.cnonce, .nc = each.count});
    lines += header_line(header_of_answer(*challenge), write_credentials(credentials));
  }
  done.lines = std::move(lines);
  return done;
}

CredentialsJudged Keyring::judge(const JudgeCredentials& order) const {
  const auto credentials = parse_credentials(order.credentials);
  const bool accepted =
      credentials && std::ranges::any_of(users, [&](const Key& key) {
        return key.user == credentials->username &&
               fits(key, credentials->realm, credentials->algorithm) &&
               proves(*credentials, account_of(key),
                      {.method = order.method, .uri = credentials->uri, .body = order.body});
      });
  return {order.call, order.transaction, accepted};
}

}  // namespace lastcall::sip
