#include "engine/sip/again.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/write.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <utility>

namespace lastcall::sip {
namespace {

const std::string kSdp = "v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\n";
const std::string kSent =
    with(with(kInvite, "Contact:", "Route: <sip:p1;lr>, <sip:p2;lr>\r\nx-Odd :  kept  \r\nm:"),
         "Content-Length: 0",
         "Content-Type: application/sdp\r\nContent-Disposition: session\r\nl: 31") +
    kSdp;

TEST(Again, WithoutChangesIsTheSameBytes) {
  EXPECT_EQ(again(parsed(kSent), {}), kSent);
  EXPECT_EQ(again(parsed(kInvite), {}), kInvite);
}

// Shows AUT-08.
TEST(Again, WithCredentialsOnlyCseqBranchAndTheirLineDiffer) {
  const std::string credentials = header_line(Header::kProxyAuthorization, "Digest x=\"y\"");
  std::string expected = with(kSent, "z9hG4bK776asdhds", "z9hG4bKnew");
  expected = with(expected, "CSeq: 314159", "CSeq: 314160");
  expected = with(expected, "x-Odd", credentials + "x-Odd");
  const std::string text =
      again(parsed(kSent), {.branch = "z9hG4bKnew", .cseq = 314160, .lines = credentials});
  EXPECT_EQ(text.find(credentials), text.find("<sip:p2;lr>\r\n") + 13) << "behind the last Route";
  EXPECT_EQ(text, expected);
}

TEST(Again, ToTheNextTargetOnlyTheBranchDiffers) {
  EXPECT_EQ(again(parsed(kSent), {.branch = "z9hG4bK2"}),
            with(kSent, "z9hG4bK776asdhds", "z9hG4bK2"));
}

TEST(Again, OverAnotherTransportTheTopViaSaysSo) {
  const Endpoint local{"2001:db8::1", 5070, Transport::kTcp};
  EXPECT_EQ(again(parsed(kSent), {.branch = "z9hG4bK2", .sent_by = local}),
            with(kSent, "SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK776asdhds",
                 "SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bK2"));
}

TEST(Again, OnlyTheTopOfTheViasIsOurs) {
  const std::string sent =
      with(kInvite, "Max-Forwards",
           "Via: SIP/2.0/UDP b;branch=z9hG4bK776asdhds, SIP/2.0/UDP c\r\nMax-Forwards");
  const std::string joined = with(sent, ";rport\r\nVia: SIP", ";rport , SIP");
  EXPECT_EQ(again(parsed(sent), {.branch = "x"}), with(sent, "z9hG4bK776asdhds", "x"));
  EXPECT_EQ(again(parsed(joined), {.branch = "x"}), with(joined, "z9hG4bK776asdhds", "x"));
  const std::string bare = with(kInvite, ";branch=z9hG4bK776asdhds", "");
  EXPECT_EQ(again(parsed(bare), {.branch = "x"}), with(bare, ";rport", ";rport;branch=x"));
}

TEST(Again, LinesAreReplacedByDroppingTheirKind) {
  const std::string sent =
      with(kSent, "CSeq", "Session-Expires: 90\r\nMin-SE: 90\r\nx: 91\r\nCSeq");
  const std::string lines = header_line(Header::kSessionExpires, "1800;refresher=uac") +
                            header_line(Header::kMinSe, "1800");
  const SipMessage second = parsed(
      again(parsed(sent), {.drop = {Header::kSessionExpires, Header::kMinSe}, .lines = lines}));
  EXPECT_EQ(second.header(Header::kSessionExpires), "1800;refresher=uac");
  EXPECT_EQ(second.header(Header::kMinSe), "1800");
  EXPECT_EQ(second.header_count(), parsed(sent).header_count() - 1) << "x: is Session-Expires, too";
}

TEST(Again, ARedirectedRequestHasANewUri) {
  EXPECT_EQ(again(parsed(kSent), {.request_uri = "sip:carol@192.0.2.9;x"}),
            with(kSent, "sip:bob@192.0.2.4 SIP", "sip:carol@192.0.2.9;x SIP"));
}

TEST(Again, ANewBodyTakesWhatDescribedTheOldOneWithIt) {
  const SipMessage plain =
      parsed(again(parsed(kSent), {.body = Changes::Body{"hello", "text/plain"}}));
  EXPECT_EQ(plain.body(), "hello");
  EXPECT_EQ(plain.header(Header::kContentType), "text/plain");
  EXPECT_EQ(plain.header(Header::kContentLength), "5");
  EXPECT_EQ(plain.header(Header::kContentDisposition), std::nullopt);
  const SipMessage none = parsed(again(parsed(kSent), {.body = Changes::Body{}}));
  EXPECT_EQ(none.body(), "");
  EXPECT_EQ(none.header(Header::kContentType), std::nullopt);
  EXPECT_EQ(none.header(Header::kContentLength), "0");
}

// Every line as "name:value", without those whose kind is named.
std::vector<std::string> lines_without(const SipMessage& message,
                                       const std::vector<Header>& kinds) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    const HeaderView line = message.header_at(i);
    if (std::ranges::find(kinds, line.kind) != kinds.end()) continue;
    lines.push_back(std::string{line.name} + ":" + std::string{line.value});
  }
  return lines;
}

TEST(Again, DiffersInExactlyWhatWasAsked) {
  ASSERT_TRUE(rc::check([] {
    std::vector<std::string> kept{
        "Route: <sip:p;lr>", "X-A: b",       "Supported: timer, 100rel", "Empty:",
        "Expires: 60",       "t2: \"x\\\"\""};
    std::string text = with(kInvite, "Content-Length: 0\r\n", "");
    const int count = *rc::gen::inRange(0, 8);
    for (int i = 0; i < count; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size() - 1);
      const std::string line = *rc::gen::elementOf(kept) + "\r\n";
      text.insert(text.find("\r\n", at) + 2 == text.size() ? text.find("\r\n") + 2
                                                           : text.find("\r\n", at) + 2,
                  line);
    }
    text += *rc::gen::arbitrary<std::string>();
    const SipMessage first = parsed(text);
    const bool moves = *rc::gen::arbitrary<bool>(), counts = *rc::gen::arbitrary<bool>(),
               drops = *rc::gen::arbitrary<bool>(), adds = *rc::gen::arbitrary<bool>(),
               readdressed = *rc::gen::arbitrary<bool>();
    Changes changes;
    if (moves) changes.branch = "z9hG4bKother";
    if (counts) changes.cseq = *rc::gen::arbitrary<std::uint32_t>();
    if (drops) changes.drop = {Header::kExpires, Header::kSupported};
    if (adds) changes.lines = "Authorization: Digest a=b\r\n";
    if (readdressed) changes.request_uri = "sip:new@h";
    const SipMessage second = parsed(again(first, changes));
    RC_ASSERT(second.via().branch == (moves ? "z9hG4bKother" : first.via().branch));
    RC_ASSERT(second.via().rport == first.via().rport);
    RC_ASSERT(second.cseq() == (counts ? *changes.cseq : first.cseq()));
    RC_ASSERT(second.request_uri() == (readdressed ? "sip:new@h" : first.request_uri()));
    RC_ASSERT(second.header(Header::kAuthorization).has_value() == adds);
    RC_ASSERT(!drops || (!second.header(Header::kExpires) && !second.header(Header::kSupported)));
    RC_ASSERT(second.body() == first.body());
    std::vector<Header> touched{Header::kVia, Header::kCseq, Header::kAuthorization};
    if (drops) touched.insert(touched.end(), {Header::kExpires, Header::kSupported});
    RC_ASSERT(lines_without(second, touched) == lines_without(first, touched));
  }));
}

}  // namespace
}  // namespace lastcall::sip
