#include "engine/sip/parse.hpp"

#include "engine/model/limits.hpp"
#include "engine/sip/headers.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lastcall::sip {
namespace {

TEST(ParseRequest, ReadsEverythingThatARequestNeeds) {
  const SipMessage invite = parsed(kInvite);
  EXPECT_TRUE(invite.is_request());
  EXPECT_EQ(invite.method(), Method::kInvite);
  EXPECT_EQ(invite.request_uri(), "sip:bob@192.0.2.4");
  EXPECT_EQ(invite.call_id(), "a84b4c76e66710@192.0.2.1");
  EXPECT_EQ(invite.from_uri(), "sip:alice@192.0.2.1");
  EXPECT_EQ(invite.from_tag(), "1928301774");
  EXPECT_EQ(invite.to_uri(), "sip:bob@192.0.2.4");
  EXPECT_EQ(invite.to_tag(), "");
  EXPECT_EQ(invite.cseq(), 314159U);
  EXPECT_EQ(invite.max_forwards(), 70);
  EXPECT_EQ(invite.via_count(), 1U);
  EXPECT_EQ(invite.body(), "");
  const Via via = invite.via();
  EXPECT_EQ(via.transport, "UDP");
  EXPECT_EQ(via.host, "192.0.2.1");
  EXPECT_EQ(via.port, 5062);
  EXPECT_EQ(via.branch, "z9hG4bK776asdhds");
  EXPECT_EQ(via.rport, 0);
  EXPECT_TRUE(via.has_unique_branch());
}

TEST(ParseRequest, CopiesKeepTheirOwnBytes) {
  SipMessage copy;
  {
    const SipMessage original = parsed(kInvite);
    copy = original;
    EXPECT_EQ(copy, original);
  }
  const SipMessage moved = std::move(copy);
  EXPECT_EQ(moved.call_id(), "a84b4c76e66710@192.0.2.1");
  EXPECT_EQ(moved.via().branch, "z9hG4bK776asdhds");
}

// Shows MSG-02.
TEST(ParseResponse, ReadsStatusReasonAndTheMethodOfItsCseq) {
  const SipMessage ok =
      parsed(with(kInvite, "INVITE sip:bob@192.0.2.4 SIP/2.0", "SIP/2.0 486 Busy \xc3\xbc Here"));
  EXPECT_TRUE(ok.is_response());
  EXPECT_EQ(ok.status(), 486);
  EXPECT_EQ(ok.reason(), "Busy \xc3\xbc Here");
  EXPECT_EQ(ok.method(), Method::kInvite);
}

// Shows MSG-02.
TEST(ParseResponse, AcceptsAnEmptyReasonWithAndWithoutItsSpace) {
  for (const char* line : {"SIP/2.0 100 ", "SIP/2.0 100"}) {
    const SipMessage trying = parsed(with(kInvite, "INVITE sip:bob@192.0.2.4 SIP/2.0", line));
    EXPECT_EQ(trying.status(), 100);
    EXPECT_EQ(trying.reason(), "");
  }
}

// Shows MSG-02.
TEST(ParseResponse, DiscardsStatusCodesOutsideTheirRange) {
  for (const char* line :
       {"SIP/2.0 099 x", "SIP/2.0 700 x", "SIP/2.0 4294967301 better", "SIP/2.0 20 x",
        "SIP/2.0 0200 x", "SIP/3.0 200 OK", "SIP/2.0", "SIP/2.0 2x0 OK"}) {
    EXPECT_EQ(refused(with(kInvite, "INVITE sip:bob@192.0.2.4 SIP/2.0", line)).status, 0) << line;
  }
}

// Shows SEC-02.
TEST(ParseResponse, IsNeverAnswered) {
  const std::string ok = with(kInvite, "INVITE sip:bob@192.0.2.4 SIP/2.0", "SIP/2.0 200 OK");
  const MessageError error = refused(with(ok, "CSeq: 314159", "CSeq: 4294967296"));
  EXPECT_EQ(error.status, 0);
  EXPECT_FALSE(error.request);
}

// Shows MSG-01.
TEST(ParseStartLine, RefusesLooseSpacesWith400) {
  for (const char* line :
       {"INVITE  sip:bob@192.0.2.4 SIP/2.0", "INVITE sip:bob@192.0.2.4 SIP/2.0  ",
        "INVITE sip:bob@192.0.2.4; lr SIP/2.0", "INVITE <sip:bob@192.0.2.4> SIP/2.0",
        "INVITE sip:bob@192.0.2.4", " INVITE sip:bob@192.0.2.4 SIP/2.0",
        "INVITE sip:bob@192.0.2.4?Route=%3Csip:x%3E SIP/2.0", "INVITE sip:2001:db8::4 SIP/2.0",
        "INVITE bob SIP/2.0"}) {
    EXPECT_EQ(refused(with(kInvite, "INVITE sip:bob@192.0.2.4 SIP/2.0", line)).status, 400) << line;
  }
}

// Shows MSG-13.
TEST(ParseStartLine, AnswersAnotherVersionWith505) {
  EXPECT_EQ(refused(with(kInvite, "SIP/2.0\r\nVia", "SIP/7.0\r\nVia")).status, 505);
}

// Shows MSG-06.
TEST(ParseStartLine, LeavesUnknownMethodsAndSchemesToTheUser) {
  const std::string strange = with(kInvite, "314159 INVITE", "314159 !odd*Method%41");
  const SipMessage message = parsed(
      with(strange, "INVITE sip:bob@192.0.2.4 ", "!odd*Method%41 soap.beep://192.0.2.4:1/x "));
  EXPECT_EQ(message.method(), Method::kOther);
  EXPECT_EQ(message.method_text(), "!odd*Method%41");
  EXPECT_EQ(message.request_uri(), "soap.beep://192.0.2.4:1/x");
}

// Shows MSG-03, MSG-04.
TEST(ParseHeaders, NamesIgnoreCaseAndHaveCompactForms) {
  std::string text = with(kInvite, "Via:", "v  :");
  text = with(text, "From:", "F:");
  text = with(text, "To:", "tO\t:");
  text = with(text, "Call-ID:", "i:");
  text = with(text, "Contact:", "m:");
  text = with(text, "Content-Length:", "l:");
  const SipMessage compact = parsed(text);
  EXPECT_EQ(compact.from_tag(), "1928301774");
  EXPECT_EQ(compact.header(Header::kContact), "<sip:alice@192.0.2.1:5062>");
  EXPECT_EQ(compact.via().host, "192.0.2.1");
}

// Shows MSG-03.
TEST(ParseHeaders, FoldsCountAsSpaces) {
  std::string text = with(kInvite, "CSeq: 314159 INVITE", "CSeq:\r\n 314159\r\n\t INVITE");
  text = with(text, ";tag=1928301774", "\r\n ;\r\n tag\r\n =\r\n 1928301774");
  text = with(text, "Content-Length", "Subject: a\r\n b\r\nContent-Length");
  const SipMessage folded = parsed(text);
  EXPECT_EQ(folded.cseq(), 314159U);
  EXPECT_EQ(folded.from_tag(), "1928301774");
  EXPECT_EQ(folded.header(Header::kSubject), "a   b");
  EXPECT_EQ(folded.header_count(), 9U);
}

TEST(ParseHeaders, BareLineFeedsAreLineEnds) {
  std::string text = kInvite;
  std::erase(text, '\r');
  EXPECT_EQ(parsed(text).call_id(), "a84b4c76e66710@192.0.2.1");
}

TEST(ParseHeaders, ABareCarriageReturnIsRefused) {
  EXPECT_EQ(refused(with(kInvite, "Contact:", "Subject: a\rb\r\nContact:")).status, 400);
}

// Shows MSG-07.
TEST(ParseHeaders, NulsInQuotedStringsEndNothing) {
  using std::string_literals::operator""s;
  const std::string odd = "\"NUL:\\\0 BEL:\\\a\""s;
  const SipMessage message = parsed(with(kInvite, "\"Alice, A.\"", odd));
  EXPECT_EQ(message.from_tag(), "1928301774");
  const auto from = parse_name_addr(*message.header(Header::kFrom));
  ASSERT_TRUE(from);
  EXPECT_EQ(from->display, odd.substr(1, odd.size() - 2));
}

// Shows MSG-03, MSG-06.
TEST(ParseHeaders, UnknownOnesAreKeptUnderTheirName) {
  const SipMessage message =
      parsed(with(kInvite, "Contact:", "C%6Fntact: ;;,,;;,;\r\nX-Fun:  yes \r\nContact:"));
  EXPECT_EQ(message.header("x-fun"), "yes");
  EXPECT_EQ(message.header("C%6Fntact"), ";;,,;;,;");
  EXPECT_EQ(message.header("X-None"), std::nullopt);
}

TEST(ParseHeaders, ALineWithoutColonIsRefused) {
  EXPECT_EQ(refused(with(kInvite, "Contact:", "Foobar roobar\r\nContact:")).status, 400);
}

TEST(ParseHeaders, AHeaderWithoutEmptyLineBehindItIsRefused) {
  EXPECT_EQ(refused(kInvite.substr(0, kInvite.size() - 2)).status, 400);
}

// Shows SEC-01.
TEST(ParseHeaders, TooManyAreRefusedAndTheSenderIsTold) {
  std::string many;
  for (std::size_t i = 0; i < limits::kHeadersMax; ++i) many += "X: y\r\n";
  const MessageError error = refused(with(kInvite, "Content-Length", many + "Content-Length"));
  EXPECT_EQ(error.status, 400);
  EXPECT_TRUE(error.request);
}

// Shows MSG-10.
TEST(ParseMandatory, AMissingHeaderIs400WhenTheRestCanBeAnsweredElseDropped) {
  EXPECT_EQ(refused(with(kInvite, "Max-Forwards: 70\r\n", "")).status, 400);
  for (const char* line : {"To: Bob <sip:bob@192.0.2.4>\r\n", "CSeq: 314159 INVITE\r\n",
                           "Call-ID: a84b4c76e66710@192.0.2.1\r\n",
                           "Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK776asdhds;rport\r\n"}) {
    const MessageError error = refused(with(kInvite, line, ""));
    EXPECT_EQ(error.status, 0) << line;
    EXPECT_FALSE(error.request) << line;
  }
}

// Shows MSG-10.
TEST(ParseMandatory, ARepeatedSingleHeaderIs400) {
  for (const char* line :
       {"To: <sip:b@192.0.2.4>\r\n", "From: <sip:b@192.0.2.4>\r\n", "Call-ID: b\r\n",
        "CSeq: 314159 INVITE\r\n", "Max-Forwards: 5\r\n", "l: 0\r\n"}) {
    EXPECT_EQ(refused(with(kInvite, "Contact:", std::string{line} + "Contact:")).status, 400)
        << line;
  }
}

// Shows TRN-04.
TEST(ParseMandatory, AnRfc2543RequestNeedsNeitherMaxForwardsNorTagsNorBranch) {
  std::string text = with(kInvite, "Max-Forwards: 70\r\n", "");
  text = with(text, ";branch=z9hG4bK776asdhds;rport", "");
  text = with(text, ";tag=1928301774", "");
  text = with(text, "Content-Length: 0\r\n", "");
  const SipMessage old = parsed(text + "body to the end");
  EXPECT_EQ(old.from_tag(), "");
  EXPECT_EQ(old.max_forwards(), std::nullopt);
  EXPECT_FALSE(old.via().has_unique_branch());
  EXPECT_EQ(old.body(), "body to the end");
}

TEST(ParseMandatory, TheBareCookieIsNoUniqueBranch) {
  const SipMessage bare = parsed(with(kInvite, "z9hG4bK776asdhds", "z9hG4bK"));
  EXPECT_FALSE(bare.via().has_unique_branch());
}

// Shows MSG-11, MSG-12, SEC-04.
TEST(ParseCseq, HoldsNumbersBelow2To32AndTheMethodOfTheRequest) {
  EXPECT_EQ(parsed(with(kInvite, "314159", "4294967295")).cseq(), 4294967295U);
  EXPECT_EQ(parsed(with(kInvite, "314159", "0009")).cseq(), 9U);
  EXPECT_EQ(refused(with(kInvite, "314159", "4294967296")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "314159", "36893488147419103232")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "314159", "-1")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "314159 INVITE", "314159 OPTIONS")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "314159 INVITE", "314159 invite")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "INVITE sip", "NEWMETHOD sip")).status, 501);
}

// Shows MSG-11, SEC-04.
TEST(ParseMaxForwards, AboveItsRangeCountsAsAbsentNoNumberIsRefused) {
  EXPECT_EQ(parsed(with(kInvite, "Forwards: 70", "Forwards: 300")).max_forwards(), std::nullopt);
  EXPECT_EQ(parsed(with(kInvite, "Forwards: 70", "Forwards: 0")).max_forwards(), 0);
  EXPECT_EQ(refused(with(kInvite, "Forwards: 70", "Forwards: many")).status, 400);
}

// Shows MSG-14, TRN-04.
TEST(ParseBody, BytesBehindContentLengthAreDropped) {
  const std::string text = with(kInvite, "Content-Length: 0", "Content-Length: 3");
  const SipMessage message = parsed(text + std::string{"a\0b", 3} + "INVITE sip:other SIP/2.0");
  EXPECT_EQ(message.body(), (std::string_view{"a\0b", 3}));
  EXPECT_EQ(message.bytes(), text + (std::string{"a\0b", 3}));
  EXPECT_EQ(parsed(kInvite + "tail").bytes(), kInvite);
}

// Shows TRN-04.
TEST(ParseBody, AShortBodyIs400ForARequestAndNothingForAResponse) {
  const std::string text = with(kInvite, "Content-Length: 0", "Content-Length: 9999") + "short";
  EXPECT_EQ(refused(text).status, 400);
  EXPECT_EQ(refused(with(text, "INVITE sip:bob@192.0.2.4 SIP/2.0", "SIP/2.0 200 OK")).status, 0);
}

// Shows SEC-04.
TEST(ParseBody, ALengthThatIsNoLengthIsRefused) {
  for (const char* length : {"-999", "five", "", "1 1", "99999999999999999999"}) {
    EXPECT_EQ(refused(with(kInvite, "Length: 0", std::string{"Length: "} + length)).status, 400);
  }
}

TEST(ParseVia, CountsTheElementsOfAllLines) {
  const SipMessage message = parsed(
      with(kInvite, "Max-Forwards", "Via: SIP/2.0/TCP a, SIP / 2.0 / TLS b\r\nMax-Forwards"));
  EXPECT_EQ(message.via_count(), 3U);
}

TEST(ParseVia, EmptyElementsBehindTheTopAreRefused) {
  for (const char* more : {"Via: SIP/2.0/TCP a,,SIP/2.0/TCP b", "Via: SIP/2.0/TCP a,", "Via:"}) {
    const std::string lines = std::string{more} + "\r\nMax-Forwards";
    EXPECT_EQ(refused(with(kInvite, "Max-Forwards", lines)).status, 400) << more;
  }
}

TEST(ParseCallId, IsOneWord) {
  for (const char* id : {"", "a b", "a\x01", "a\x7f"}) {
    EXPECT_EQ(refused(with(kInvite, "a84b4c76e66710@192.0.2.1", id)).status, 400) << id;
  }
}

// Shows SEC-01.
TEST(ParseVia, TooManyElementsAreRefused) {
  std::string vias = "Via: SIP/2.0/UDP a";
  for (std::size_t i = 0; i < limits::kViasMax; ++i) vias += ",SIP/2.0/UDP a";
  EXPECT_EQ(refused(with(kInvite, "Max-Forwards", vias + "\r\nMax-Forwards")).status, 400);
}

TEST(ParseVia, ABrokenTopViaIsStillAnsweredToTheSource) {
  const MessageError error = refused(with(kInvite, ";branch=z9hG4bK776asdhds;rport", ";;,;,,"));
  EXPECT_EQ(error.status, 400);
  ASSERT_TRUE(error.request);
  EXPECT_EQ(error.request->via().host, "");
}

// Shows MSG-09.
TEST(ParseAddresses, BrokenOnesAreRefusedWhereTheEngineActsOnThem) {
  EXPECT_EQ(refused(with(kInvite, "To: Bob <", "To: \"Bob <")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "To: Bob <", "To: Bell, Bob <")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "To: Bob <sip", "To: Bob < sip")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "<sip:alice@192.0.2.1:5062>", "sip:a@b?Route=%3Cx%3E")).status,
            400);
  EXPECT_EQ(refused(with(kInvite, "192.0.2.1:5062>", "192.0.2.1:5062>;;;;")).status, 400);
  EXPECT_EQ(refused(with(kInvite, "Contact:", "Record-Route: <sip:p;lr>,,\r\nContact:")).status,
            400);
  EXPECT_NO_THROW((void)parsed(with(kInvite, "<sip:alice@192.0.2.1:5062>", "*")));
}

// Shows SEC-02.
TEST(ParseAnswerable, AMalformedAckIsNeverAnswered) {
  std::string ack = with(kInvite, "INVITE sip", "ACK sip");
  ack = with(ack, "314159 INVITE", "x ACK");
  EXPECT_EQ(refused(ack).status, 0);
}

TEST(ParseAnswerable, TheErrorNamesThePlace) {
  const MessageError error = refused(with(kInvite, "CSeq: 314159 INVITE", "CSeq: 31415x INVITE"));
  EXPECT_EQ(kInvite.substr(0, error.position), kInvite.substr(0, kInvite.find("314159") + 6));
  EXPECT_EQ(error.sentence, "The CSeq number is no number below 2^32.");
}

TEST(ParseKeepAlive, IsToldFromAFault) {
  for (const char* text : {"\r\n\r\n", "\r\n", "\n", ""}) {
    EXPECT_TRUE(refused(text).keep_alive);
    EXPECT_EQ(refused(text).status, 0);
  }
  EXPECT_FALSE(refused("x").keep_alive);
}

TEST(ParseKeepAlive, LineEndsInFrontOfTheStartLineAreSkipped) {
  EXPECT_EQ(parsed("\r\n\r\n" + kInvite).method(), Method::kInvite);
}

// Shows TRN-02, SEC-01.
TEST(ParseLimits, AMessageOfFullSizeIsReadAndALongerOneIsNot) {
  std::string text = with(kInvite, "Content-Length: 0\r\n", "");
  text.append(limits::kMessageBytesMax - text.size(), 'b');
  EXPECT_EQ(parsed(text).body().back(), 'b');
  EXPECT_EQ(parsed(text).bytes().size(), limits::kMessageBytesMax);
  EXPECT_EQ(refused(text + "b").status, 0);
}

}  // namespace
}  // namespace lastcall::sip
