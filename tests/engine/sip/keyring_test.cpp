// The keyring: which secret answers which challenge, and whose credentials are believed.

#include "engine/sip/keyring.hpp"

#include "engine/sip/write.hpp"

#include <gtest/gtest.h>

namespace lastcall::sip {
namespace {

std::string challenge(const std::string& realm, const std::string& more = {}) {
  return "Digest realm=\"" + realm + "\", nonce=\"abc123nonce\", qop=\"auth\"" + more;
}

SignRequest order(std::vector<Challenged> challenges) {
  return {.layer = LayerId::kRegistration,
          .call = CallId{1},
          .transaction = TransactionId{2},
          .challenges = std::move(challenges),
          .method = "REGISTER",
          .uri = "sip:example.com",
          .aor = "sip:alice@example.com"};
}

Challenged asked(std::string text, bool proxy = false) {
  return {proxy, std::move(text), "0a4f113b", 1};
}

const Key kAlice{.realm = "example.com", .user = "alice", .password = "s3cr3t"};

TEST(Keyring, SignsWithTheSecretOfTheRealm) {
  const Keyring keyring{.ours = {{.realm = "other", .user = "x", .password = "y"}, kAlice}};
  const RequestSigned done = keyring.sign(order({asked(challenge("example.com"))}));
  EXPECT_EQ(done.layer, LayerId::kRegistration);
  EXPECT_EQ(done.call, CallId{1});
  EXPECT_EQ(done.transaction, TransactionId{2});
  EXPECT_TRUE(done.lines.starts_with("Authorization: Digest username=\"alice\""));
  EXPECT_NE(done.lines.find("response=\"25c90fb03ef6eada67aac3abfafc88f9\""), std::string::npos);
  EXPECT_TRUE(keyring.sign(order({asked(challenge("unknown"))})).lines.empty());
}

// Shows AUT-12.
TEST(Keyring, AnswersEachRealmInTheHeaderItAskedFor) {
  const Keyring keyring{.ours = {{.user = "alice", .password = "s3cr3t"}}};
  const std::string lines =
      keyring.sign(order({asked(challenge("example.com")), asked(challenge("p"), true)})).lines;
  EXPECT_NE(lines.find("\r\nProxy-Authorization: Digest username=\"alice\", realm=\"p\""),
            std::string::npos);
  EXPECT_TRUE(lines.starts_with("Authorization: "));
}

TEST(Keyring, AHashServesInPlaceOfThePasswordForItsAlgorithmOnly) {
  const Keyring keyring{
      .ours = {{.realm = "example.com",
                .user = "alice",
                .ha1 = digest_ha1(DigestAlgorithm::kMd5, "alice", "example.com", "s3cr3t")}}};
  const std::string lines = keyring.sign(order({asked(challenge("example.com"))})).lines;
  EXPECT_NE(lines.find("25c90fb03ef6eada67aac3abfafc88f9"), std::string::npos);
  const auto sha = asked(challenge("example.com", ", algorithm=SHA-256"));
  EXPECT_TRUE(keyring.sign(order({sha})).lines.empty());
}

TEST(Keyring, PrefersTheSecretOfWhoAsks) {
  Key hers = kAlice;
  hers.aor = "sip:alice@example.com";
  Key his = hers;
  his.aor = "sip:bob@example.com";
  his.user = "bob";
  const Keyring keyring{.ours = {his, hers}};
  EXPECT_NE(keyring.sign(order({asked(challenge("example.com"))})).lines.find("\"alice\""),
            std::string::npos);
  EXPECT_TRUE(Keyring{.ours = {his}}.sign(order({asked(challenge("example.com"))})).lines.empty());
}

TEST(Keyring, BelievesWhoKnowsTheSecret) {
  const Keyring keyring{.users = {kAlice}};
  const auto judge = [&](const Account& account, std::string method) {
    const auto read = parse_challenge(challenge("example.com"));
    const Credentials shown =
        answer(*read, account, {.method = "INVITE", .uri = "sip:us"}, {.cnonce = "c"});
    return keyring
        .judge({.call = CallId{1},
                .transaction = TransactionId{2},
                .credentials = write_credentials(shown),
                .method = std::move(method)})
        .accepted;
  };
  EXPECT_TRUE(judge({.username = "alice", .password = "s3cr3t"}, "INVITE"));
  EXPECT_FALSE(judge({.username = "alice", .password = "guess"}, "INVITE"));
  EXPECT_FALSE(judge({.username = "mallory", .password = "s3cr3t"}, "INVITE"));
  EXPECT_FALSE(judge({.username = "alice", .password = "s3cr3t"}, "BYE"));
  EXPECT_FALSE(keyring.judge({.credentials = "Basic YTpi"}).accepted);
}

}  // namespace
}  // namespace lastcall::sip
