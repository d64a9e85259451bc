#include "engine/sip/body.hpp"

#include "engine/model/limits.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <stdexcept>

namespace lastcall::sip {
namespace {

SipMessage with_body(const std::string& lines, const std::string& body) {
  return parsed(
      with(kInvite, "Content-Length: 0", lines + "Content-Length: " + std::to_string(body.size())) +
      body);
}

const std::string kMixed = "Content-Type: multipart/mixed;boundary=7a9cbec0\r\n";

std::vector<BodyPart> parts(const SipMessage& message) {
  auto found = body_parts(message);
  if (!found) throw std::runtime_error(found.error().sentence);
  return *std::move(found);
}

// A multipart body with these parts.
std::string mixed(const std::vector<std::string>& all) {
  std::string body;
  for (const std::string& part : all) body += "--7a9cbec0\r\n" + part + "\r\n";
  return body + "--7a9cbec0--\r\n";
}

TEST(BodyParts, APlainBodyIsOnePart) {
  EXPECT_TRUE(parts(parsed(kInvite)).empty());
  const SipMessage message = with_body("c: Application/SDP ;charset=x\r\n", "v=0");
  const std::vector<BodyPart> one = parts(message);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].type, "application/sdp");
  EXPECT_EQ(one[0].disposition, "session");
  EXPECT_EQ(one[0].bytes, "v=0");
  EXPECT_FALSE(one[0].is_optional);
  EXPECT_FALSE(one[0].is_encoded);
}

// Shows MSG-14.
TEST(BodyParts, OfAMultipartBodyAreCutAtTheBoundaryWhateverTheyHold) {
  const std::string binary{"\0\x01--7a9cbec0\n\r\n--7a9cbec0x\r\n-", 29};
  const SipMessage message = with_body(
      kMixed,
      "preamble\r\n" +
          mixed({"Content-Type: text/plain\r\nContent-Transfer-Encoding: "
                 "binary\r\n\r\nHello",
                 "Content-Type:\r\n application/octet-stream\r\n\r\n" + binary, "\r\nplain", ""}) +
          "epilogue");
  const std::vector<BodyPart> found = parts(message);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].type, "text/plain");
  EXPECT_EQ(found[0].bytes, "Hello");
  EXPECT_EQ(found[0].disposition, "render");
  EXPECT_FALSE(found[0].is_encoded);
  EXPECT_EQ(found[1].type, "application/octet-stream");
  EXPECT_EQ(found[1].bytes, binary);
  EXPECT_EQ(found[2].type, "text/plain");
  EXPECT_EQ(found[2].bytes, "plain");
  EXPECT_EQ(found[3].bytes, "");
}

// Shows MSG-14.
TEST(BodyParts, MarkedAsOptionalMayBePassedOver) {
  const std::vector<BodyPart> found = parts(with_body(
      kMixed, mixed({"Content-Type: a/b\r\nContent-Disposition: x;handling=OPTIONAL\r\n\r\n1",
                     "Content-Type: a/b\r\nContent-Disposition: x;handling=required\r\n\r\n2",
                     "Content-Type: a/b\r\n\r\n3"})));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_TRUE(found[0].is_optional);
  EXPECT_FALSE(found[1].is_optional);
  EXPECT_FALSE(found[2].is_optional);
  const auto whole = parts(
      with_body("Content-Disposition: session;handling=optional\r\n" + kMixed, mixed({"\r\n1"})));
  EXPECT_TRUE(whole.at(0).is_optional);
}

TEST(BodyParts, AlternativesAreOptionalEach) {
  const std::string inner = "--in\r\nContent-Type: a/b\r\n\r\n1\r\n--in\r\n\r\n2\r\n--in--";
  const SipMessage message = with_body(
      kMixed,
      mixed({"Content-Type: multipart/alternative; boundary=\"in\"\r\n\r\n" + inner, "\r\n3"}));
  const std::vector<BodyPart> found = parts(message);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_TRUE(found[0].is_optional);
  EXPECT_TRUE(found[1].is_optional);
  EXPECT_EQ(found[1].bytes, "2");
  EXPECT_FALSE(found[2].is_optional);
}

// Shows SDP-13.
TEST(BodyOfType, FindsTheSessionDescriptionWhereverItIs) {
  constexpr std::string_view kSdp = "application/sdp";
  const auto sdp = [&](const std::string& lines, const std::string& body) {
    const SipMessage message = with_body(lines, body);
    return std::string{body_of_type(message, kSdp).value_or("none")};
  };
  EXPECT_EQ(sdp("Content-Type: application/sdp\r\n", "v=0"), "v=0");
  EXPECT_EQ(sdp("Content-Type: application/sdp\r\nContent-Disposition: session\r\n", "v=0"), "v=0");
  EXPECT_EQ(sdp("Content-Type: application/sdp\r\nContent-Disposition: early-session\r\n", "v=0"),
            "none");
  EXPECT_EQ(sdp("Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", "v=0"), "none");
  EXPECT_EQ(sdp("Content-Type: application/sdpx\r\n", "v=0"), "none");
  EXPECT_EQ(sdp("", "v=0"), "none");
  const std::string part = "Content-Type: application/SDP\r\n";
  EXPECT_EQ(sdp(kMixed, mixed({"\r\nhello", part + "\r\nv=0\r\ns=-\r\n"})), "v=0\r\ns=-\r\n");
  EXPECT_EQ(sdp(kMixed, mixed({part + "Content-Transfer-Encoding: base64\r\n\r\ndj0w"})), "none");
  EXPECT_EQ(sdp(kMixed, "no boundary"), "none");
}

TEST(BodyParts, AMultipartBodyMustBeWhole) {
  EXPECT_FALSE(body_parts(with_body("Content-Type: multipart/mixed\r\n", mixed({"\r\n1"}))));
  EXPECT_FALSE(body_parts(with_body("Content-Type: multipart/mixed;boundary=\"\"\r\n", "x")));
  EXPECT_FALSE(body_parts(with_body(kMixed, "x")));
  EXPECT_FALSE(body_parts(with_body(kMixed, "--7a9cbec0\r\n\r\n1\r\n")));
  EXPECT_FALSE(body_parts(with_body(kMixed, "x--7a9cbec0--")));
  EXPECT_TRUE(parts(with_body(kMixed, "--7a9cbec0--")).empty());
  const std::string long_one(71, 'b');
  EXPECT_FALSE(body_parts(
      with_body("c: multipart/mixed;boundary=" + long_one + "\r\n", "--" + long_one + "--")));
}

// Shows SEC-01.
TEST(BodyParts, AreLimitedInNumberAndDepth) {
  const std::vector<std::string> many(limits::kBodyPartsMax, "\r\n1");
  EXPECT_EQ(parts(with_body(kMixed, mixed(many))).size(), limits::kBodyPartsMax);
  std::vector<std::string> more = many;
  more.emplace_back("\r\n1");
  EXPECT_FALSE(body_parts(with_body(kMixed, mixed(more))));

  const auto nested = [](std::size_t depth) {
    std::string body = "x";
    std::string type = "text/plain";
    for (std::size_t i = 0; i < depth; ++i) {
      const std::string mark = "b" + std::to_string(i);
      body = "--" + mark + "\r\nContent-Type: " + type + "\r\n\r\n" + body + "\r\n--" + mark + "--";
      type = "multipart/mixed;boundary=" + mark;
    }
    return body_parts(with_body("Content-Type: " + type + "\r\n", body));
  };
  EXPECT_TRUE(nested(limits::kBodyDepthMax));
  EXPECT_FALSE(nested(limits::kBodyDepthMax + 1));
}

TEST(BodyParts, AnyBytesGivePartsOrAnError) {
  ASSERT_TRUE(rc::check([] {
    const auto letters = std::string{"-a7\r\n :;="};
    std::string body;
    const int pieces = *rc::gen::inRange(0, 12);
    for (int i = 0; i < pieces; ++i) {
      body += *rc::gen::oneOf(rc::gen::element<std::string>("--7a9cbec0", "\r\n", "--",
                                                            "Content-Type:", "\n", "c: a/b"),
                              rc::gen::container<std::string>(rc::gen::elementOf(letters)));
    }
    const SipMessage message = with_body(kMixed, body);
    const auto found = body_parts(message);
    if (!found) {
      RC_ASSERT(found.error().position <= body.size());
      return;
    }
    for (const BodyPart& part : *found) {
      RC_ASSERT(part.bytes.data() >= message.body().data());
      RC_ASSERT(part.bytes.data() + part.bytes.size() <=
                message.body().data() + message.body().size());
    }
  }));
}

}  // namespace
}  // namespace lastcall::sip
