#include "engine/sip/digest.hpp"

#include "engine/sip/write.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace lastcall::sip {
namespace {

constexpr auto kMd5 = DigestAlgorithm::kMd5;
constexpr auto kSha256 = DigestAlgorithm::kSha256;
constexpr auto kSha512_256 = DigestAlgorithm::kSha512_256;

const Account kAlice{.username = "alice", .password = "s3cr3t"};
const Protected kRegister{.method = "REGISTER", .uri = "sip:example.com"};
const Protected kBye{.method = "BYE", .uri = "sip:bob@192.0.2.4"};

Challenge challenge(DigestAlgorithm algorithm, EnumSet<Qop> qop) {
  return {.realm = "example.com", .nonce = "abc123nonce", .algorithm = algorithm, .qop = qop};
}

Challenge read(const std::string& text) {
  auto found = parse_challenge(text);
  if (!found) throw std::runtime_error(found.error().sentence);
  return *std::move(found);
}

Credentials read_credentials(const std::string& text) {
  auto found = parse_credentials(text);
  if (!found) throw std::runtime_error(found.error().sentence);
  return *std::move(found);
}

struct Vector {
  DigestAlgorithm algorithm;
  std::string auth, legacy, auth_int;
};
const std::array<Vector, 3> kVectors{
    {{kMd5, "25c90fb03ef6eada67aac3abfafc88f9", "23395bb541e5f7c5ef62479354501de7",
      "d477a000fe84a1093b1b8e41a84addbc"},
     {kSha256, "232d8e572eea979cd56969171603f5e911d88407d48e440909d4b1abf046bc4b",
      "77c8f5b3f5e9c41bd6a8ff53ef2f59ba3395dd291b714b3a548fe1e5cc33d954",
      "fccfd84da38eb6ed42453cd66cbd9a27c49f9c62c422793595573d3b1c5008f6"},
     {kSha512_256, "ef2d31a3a286c9b40393c3690e49ff81ac7c9b21bd0aa9e9d32bc4d7a65b663f",
      "c4cd99e1dea89e5b6ba8b03896f95ffdea87fc4399b65f9bfd9a594112fdafac",
      "dc2b335cdb2860262bdd963474d9af5ec6dc92931964ecd038ca1ba746652e38"}}};

// Shows AUT-01, AUT-02, AUT-06.
TEST(DigestResponse, AgreesWithTheVectorsOfEveryAlgorithm) {
  for (const Vector& vector : kVectors) {
    const ClientNonce first{.cnonce = "0a4f113b", .nc = 1}, second{.cnonce = "0a4f113b", .nc = 2};
    const auto response = [&](EnumSet<Qop> qop, const Protected& request, ClientNonce nonce) {
      return answer(challenge(vector.algorithm, qop), kAlice, request, nonce).response;
    };
    EXPECT_EQ(response({Qop::kAuth}, kRegister, first), vector.auth);
    EXPECT_EQ(response({}, kRegister, first), vector.legacy);
    EXPECT_EQ(response({Qop::kAuthInt}, kBye, second), vector.auth_int);
  }
}

TEST(DigestResponse, AgreesWithTheExamplesOfTheHttpRfcs) {
  DigestInput input{.username = "Mufasa",
                    .realm = "testrealm@host.com",
                    .password = "Circle Of Life",
                    .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                    .cnonce = "0a4f113b",
                    .nc = 1,
                    .qop = Qop::kAuth,
                    .method = "GET",
                    .uri = "/dir/index.html"};
  EXPECT_EQ(digest_response(input), "6629fae49393a05397450978507c4ef1");
  input.realm = "http-auth@example.org";
  input.password = "Circle of Life";
  input.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  input.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  EXPECT_EQ(digest_response(input), "8ca523f5e9506fed4657c9700eebdbec");
  input.algorithm = kSha256;
  EXPECT_EQ(digest_response(input),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST(DigestResponse, AHashKeptInsteadOfThePasswordGivesTheSame) {
  for (const DigestAlgorithm algorithm : {kMd5, DigestAlgorithm::kSha256Sess}) {
    DigestInput input{.username = "alice",
                      .realm = "example.com",
                      .password = "s3cr3t",
                      .nonce = "n",
                      .cnonce = "c",
                      .nc = 1,
                      .qop = Qop::kAuth,
                      .algorithm = algorithm,
                      .method = "REGISTER",
                      .uri = "sip:example.com"};
    const std::string with_password = digest_response(input);
    const std::string ha1 = digest_ha1(algorithm, "alice", "example.com", "s3cr3t");
    input.password = {};
    input.ha1 = ha1;
    EXPECT_EQ(digest_response(input), with_password);
  }
}

// Shows AUT-01.
TEST(DigestResponse, SessionAlgorithmsHashTheNoncesIntoThePassword) {
  // RFC 7616 3.4.2, composed by hand from the algorithm without "-sess".
  const std::array<std::pair<DigestAlgorithm, DigestAlgorithm>, 3> pairs{
      {{DigestAlgorithm::kMd5Sess, kMd5},
       {DigestAlgorithm::kSha256Sess, kSha256},
       {DigestAlgorithm::kSha512_256Sess, kSha512_256}}};
  for (const auto& [session, plain] : pairs) {
    const std::string inner = digest_ha1(plain, "alice", "example.com", "s3cr3t");
    const std::string ha1 = digest_ha1(plain, inner, "abc123nonce", "c0");
    const DigestInput composed{.ha1 = ha1,
                               .nonce = "abc123nonce",
                               .cnonce = "c0",
                               .nc = 1,
                               .qop = Qop::kAuth,
                               .algorithm = plain,
                               .method = "REGISTER",
                               .uri = "sip:example.com"};
    const Credentials given =
        answer(challenge(session, {Qop::kAuth}), kAlice, kRegister, {.cnonce = "c0", .nc = 1});
    EXPECT_EQ(given.response, digest_response(composed));
  }
}

// Shows AUT-01, AUT-07, AUT-14.
TEST(ParseChallenge, IgnoresWhatItCannotAnswer) {
  for (const char* text :
       {"Basic realm=\"a\"", "NoOneKnowsThisScheme opaque-data=here", "Digest",
        "Digest realm=\"a\"", "Digest nonce=\"a\"", "Digestrealm=\"a\", nonce=\"b\"",
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA3-512",
        "Digest realm=\"a\", nonce=\"b\", algorithm=AKAv1-MD5",
        "Digest realm=\"a\", nonce=\"b\", qop=\"token\"",
        "Digest realm=\"a\", realm=\"c\", nonce=\"b\"", "Digest realm=\"a\" nonce=\"b\"",
        "Digest realm=\"a, nonce=b", "Digest realm=\"a\", nonce=\"b\", ="}) {
    EXPECT_FALSE(parse_challenge(text)) << text;
    EXPECT_FALSE(parse_credentials(text)) << text;
  }
}

// Shows AUT-05.
TEST(ParseChallenge, ReadsWhatServersSend) {
  const Challenge full = read(
      "Digest realm=\"atlanta.com\", domain=\"sip:boxesbybob.com\", qop=\"auth,auth-int,x\","
      "\tnonce=\"f84f1cec41e6cbe5aea9c8e88d359\" , opaque=\"\", stale=FALSE, algorithm=sha-256");
  EXPECT_EQ(full.realm, "atlanta.com");
  EXPECT_EQ(full.nonce, "f84f1cec41e6cbe5aea9c8e88d359");
  EXPECT_EQ(full.opaque, "");
  EXPECT_EQ(full.algorithm, kSha256);
  EXPECT_EQ(full.qop, (EnumSet<Qop>{Qop::kAuth, Qop::kAuthInt}));
  EXPECT_FALSE(full.stale);
  const Challenge legacy = read("digest REALM=\"a \\\"b\\\" \\\\c\", nonce=a/b+c==,STALE=true");
  EXPECT_EQ(legacy.realm, "a \"b\" \\c");
  EXPECT_EQ(legacy.nonce, "a/b+c==");
  EXPECT_EQ(legacy.algorithm, kMd5);
  EXPECT_TRUE(legacy.qop.empty());
  EXPECT_TRUE(legacy.stale);
  EXPECT_EQ(legacy.opaque, std::nullopt);
}

// Shows AUT-05.
TEST(WriteChallenge, AlwaysCarriesAQop) {
  const Challenge plain{.realm = "a\"b", .nonce = "n"};
  EXPECT_EQ(write_challenge(plain),
            "Digest realm=\"a\\\"b\", nonce=\"n\", algorithm=MD5, qop=\"auth\"");
  EXPECT_EQ(read(write_challenge(plain)), plain);
  Challenge full = challenge(kSha512_256, {Qop::kAuth, Qop::kAuthInt});
  full.opaque = "o";
  full.stale = true;
  EXPECT_EQ(write_challenge(full),
            "Digest realm=\"example.com\", nonce=\"abc123nonce\", opaque=\"o\", "
            "algorithm=SHA-512-256, qop=\"auth,auth-int\", stale=true");
  EXPECT_EQ(read(write_challenge(full)), full);
  EXPECT_DEATH((void)write_challenge(challenge(kMd5, {})), "carry a qop");
}

// Shows AUT-05, AUT-07, AUT-10.
TEST(WriteCredentials, QuotesExactlyWhatTheGrammarQuotes) {
  Challenge asked = challenge(kSha256, {Qop::kAuth, Qop::kAuthInt});
  asked.opaque = "";
  const Credentials given = answer(asked, {.username = "al\"ice", .password = "p"}, kRegister,
                                   {.cnonce = "0a4f113b", .nc = 0x1a2b});
  EXPECT_EQ(write_credentials(given),
            "Digest username=\"al\\\"ice\", realm=\"example.com\", nonce=\"abc123nonce\", "
            "uri=\"sip:example.com\", response=\"" +
                given.response +
                "\", algorithm=SHA-256, cnonce=\"0a4f113b\", opaque=\"\", qop=auth, nc=00001a2b");
  EXPECT_EQ(read_credentials(write_credentials(given)), given);
}

// Shows AUT-05.
TEST(WriteCredentials, ALegacyChallengeGetsNeitherQopNorCnonceNorCount) {
  const Credentials given =
      answer(challenge(kMd5, {}), kAlice, kRegister, {.cnonce = "0a4f113b", .nc = 1});
  EXPECT_EQ(write_credentials(given),
            "Digest username=\"alice\", realm=\"example.com\", nonce=\"abc123nonce\", "
            "uri=\"sip:example.com\", response=\"23395bb541e5f7c5ef62479354501de7\", "
            "algorithm=MD5");
  EXPECT_EQ(read_credentials(write_credentials(given)), given);
}

TEST(WriteCredentials, AnyTextsAreReadBack) {
  ASSERT_TRUE(rc::check([] {
    const auto text = rc::gen::container<std::string>(
        rc::gen::suchThat<char>([](char c) { return c != '\r' && c != '\n'; }));
    Credentials given{.username = *text,
                      .realm = *text,
                      .nonce = *text,
                      .uri = *text,
                      .response = "00ff",
                      .algorithm = static_cast<DigestAlgorithm>(*rc::gen::inRange(0, 6))};
    if (*rc::gen::arbitrary<bool>()) given.opaque = *text;
    if (*rc::gen::arbitrary<bool>()) {
      given.qop = static_cast<Qop>(*rc::gen::inRange(0, 2));
      given.cnonce = "c" + *text;
      given.nc = *rc::gen::arbitrary<std::uint32_t>();
    }
    RC_ASSERT(read_credentials(write_credentials(given)) == given);
  }));
}

TEST(ParseCredentials, RefusesHalfOfAQop) {
  const std::string base =
      "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:b\", response=\"AB\"";
  EXPECT_EQ(read_credentials(base).response, "ab");
  EXPECT_TRUE(parse_credentials(base + ", qop=\"auth\", nc=00000001, cnonce=\"c\""));
  for (const char* more :
       {", qop=auth", ", qop=auth, nc=00000001", ", qop=auth, cnonce=\"c\"",
        ", qop=auth, nc=1, cnonce=\"c\"", ", qop=auth, nc=0000000g, cnonce=\"c\"",
        ", qop=auth-conf, nc=00000001, cnonce=\"c\"", ", algorithm=none"}) {
    EXPECT_FALSE(parse_credentials(base + more)) << more;
  }
  for (const char* gone : {"username=\"a\", ", "uri=\"sip:b\", ", "nonce=\"n\", "}) {
    EXPECT_FALSE(parse_credentials(with(base, gone, ""))) << gone;
  }
}

SipMessage unauthorized(const std::string& lines) {
  const std::string head = response_head(parsed(kInvite), {});
  return parsed(response(head, {.status = 401, .to_tag = "1", .lines = lines}));
}

std::string www(const std::string& rest) {
  return "WWW-Authenticate: Digest nonce=\"n\", qop=\"auth\", " + rest + "\r\n";
}

// Shows AUT-01, AUT-03, AUT-14, AUT-16.
TEST(ChooseChallenges, TakesTheTopmostSupportedOfEachRealm) {
  std::array<std::string, 4> lines{
      www("realm=\"a\", algorithm=SHA-512-256"), www("realm=\"a\", algorithm=MD5"),
      www("realm=\"a\", algorithm=SHA3"), "WWW-Authenticate: Basic realm=\"a\"\r\n"};
  std::ranges::sort(lines);
  do {
    const std::string text = lines[0] + lines[1] + lines[2] + lines[3];
    const std::vector<Challenge> all = challenges_of(unauthorized(text));
    ASSERT_EQ(all.size(), 2U);
    const bool md5_first = text.find("algorithm=MD5") < text.find("SHA-512-256");
    const std::vector<Challenge> liberal = choose_challenges(all, kEveryDigest);
    ASSERT_EQ(liberal.size(), 1U);
    EXPECT_EQ(liberal[0].algorithm, md5_first ? kMd5 : kSha512_256) << text;
    const std::vector<Challenge> strict = choose_challenges(all, kDigestWithoutMd5);
    ASSERT_EQ(strict.size(), 1U);
    EXPECT_EQ(strict[0].algorithm, kSha512_256) << text;
  } while (std::ranges::next_permutation(lines).found);
  const auto only_md5 = challenges_of(unauthorized(www("realm=\"a\", algorithm=MD5-sess")));
  EXPECT_TRUE(choose_challenges(only_md5, kDigestWithoutMd5).empty());
}

TEST(ChooseChallenges, RealmsAndAskersAreAnsweredSeveral) {
  const std::vector<Challenge> chosen = choose_challenges(
      challenges_of(unauthorized(www("realm=\"a\"") + www("realm=\"b\"") +
                                 "Proxy-Authenticate: Digest realm=\"a\", nonce=\"m\"\r\n")),
      kEveryDigest);
  ASSERT_EQ(chosen.size(), 3U);
  EXPECT_EQ(chosen[1].realm, "b");
  EXPECT_EQ(header_of_answer(chosen[0]), Header::kAuthorization);
  EXPECT_EQ(header_of_answer(chosen[2]), Header::kProxyAuthorization);
}

TEST(NextNonce, ComesFromAuthenticationInfo) {
  EXPECT_EQ(next_nonce("nextnonce=\"47364c23432d2e131a5fb210812c\""),
            "47364c23432d2e131a5fb210812c");
  EXPECT_EQ(next_nonce("qop=auth, rspauth=\"x\", cnonce=\"c\", nc=00000001"), std::nullopt);
  EXPECT_EQ(next_nonce("nextnonce=\"x"), std::nullopt);
  EXPECT_EQ(next_nonce(""), std::nullopt);
}

TEST(ProveCredentials, OnlyTheRightPasswordForThisRequestDoes) {
  for (const Qop qop : {Qop::kAuth, Qop::kAuthInt}) {
    const Protected request{.method = "MESSAGE", .uri = "sip:b@c", .body = "hello"};
    const Credentials given = read_credentials(write_credentials(
        answer(challenge(kSha256, {qop}), kAlice, request, {.cnonce = "c", .nc = 7})));
    EXPECT_TRUE(proves(given, kAlice, request));
    EXPECT_FALSE(proves(given, {.username = "alice", .password = "S3cr3t"}, request));
    EXPECT_FALSE(proves(given, {.username = "bob", .password = "s3cr3t"}, request));
    EXPECT_FALSE(proves(given, kAlice, {.method = "BYE", .uri = "sip:b@c", .body = "hello"}));
    const Protected changed{.method = "MESSAGE", .uri = "sip:b@c", .body = "bye"};
    EXPECT_EQ(proves(given, kAlice, changed), qop == Qop::kAuth);
    Credentials repeated = given;
    repeated.nc = 8;
    EXPECT_FALSE(proves(repeated, kAlice, request));
  }
}

}  // namespace
}  // namespace lastcall::sip
