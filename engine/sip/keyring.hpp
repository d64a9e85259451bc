#pragma once
// Keyring: secrets, and the two things done with them: signing our requests and judging the
// credentials of others. Pure. Used by the worlds only (engine/host, sim): no secret ever enters
// the engine or its log. Whether a nonce is ours and a URI fits is judged by the engine itself.

#include "engine/model/output.hpp"
#include "engine/sip/digest.hpp"

#include <string>
#include <vector>

namespace lastcall::sip {

// One secret, as a password or as a hash of it.
struct Key {
  std::string aor = {};    // "sip:alice@example.com": who signs with it; empty: whoever asks
  std::string realm = {};  // empty: every realm
  std::string user = {};
  std::string password = {};
  std::string ha1 = {};  // H(user:realm:password) instead of it
  DigestAlgorithm ha1_algorithm = DigestAlgorithm::kMd5;
  bool operator==(const Key&) const = default;
};

struct Keyring {
  std::vector<Key> ours;   // what we answer challenges with
  std::vector<Key> users;  // who may call us
  bool operator==(const Keyring&) const = default;

  // The answer to a SignRequest. Without a key for each of the realms it has no lines.
  [[nodiscard]] RequestSigned sign(const SignRequest& order) const;
  // The answer to a JudgeCredentials: one of the users proves to know the secret.
  [[nodiscard]] CredentialsJudged judge(const JudgeCredentials& order) const;
};

}  // namespace lastcall::sip
