#include "engine/sip/write.hpp"

#include "engine/sip/headers.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lastcall::sip {
namespace {

const Endpoint kSource{"192.0.2.1", 5062, Transport::kUdp};
const Endpoint kNat{"203.0.113.9", 40000, Transport::kUdp};
const std::string kRport = ";rport";

SipMessage answer(const std::string& request, const Endpoint& source, const ResponseParts& parts) {
  return parsed(response(response_head(parsed(request), source), parts));
}

TEST(WriteRequest, IsReadBackAsItWasComposed) {
  Writer writer{Method::kBye, "sip:bob@192.0.2.4"};
  writer.via(kSource, "z9hG4bK1").max_forwards(70);
  writer.header(Header::kFrom, "<sip:a@b>;tag=1").header(Header::kTo, "<sip:c@d>;tag=2");
  writer.header(Header::kCallId, "x@y").cseq(7).header("X-Own", "1");
  const SipMessage bye = parsed(std::move(writer).finish("hello", "text/plain"));
  EXPECT_EQ(bye.method(), Method::kBye);
  EXPECT_EQ(bye.header_at(0).value, "SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK1;rport");
  EXPECT_EQ(bye.cseq(), 7U);
  EXPECT_EQ(bye.to_tag(), "2");
  EXPECT_EQ(bye.header("x-own"), "1");
  EXPECT_EQ(bye.body(), "hello");
  EXPECT_EQ(bye.header(Header::kContentType), "text/plain");
  EXPECT_EQ(bye.header(Header::kContentLength), "5");
}

// Shows MSG-15.
TEST(WriteRequest, AnIpv6SentByStandsInBrackets) {
  Writer writer{Method::kBye, "sip:b"};
  writer.via({"2001:db8::1", 5060, Transport::kTls}, "z9hG4bK1");
  EXPECT_NE(std::move(writer).finish({}, {}).find("SIP/2.0/TLS [2001:db8::1]:5060;"),
            std::string::npos);
}

TEST(WriteRequest, NoValueCanAddALine) {
  Writer writer{Method::kBye, "sip:b SIP/2.0\r\nEvil: 1"};
  writer.header(Header::kSubject, "a\r\nEvil: 2").header("X\r\nEvil", "b\nEvil: 3");
  const std::string text = std::move(writer).finish({}, {});
  EXPECT_EQ(text.find("\nEvil"), std::string::npos);
  EXPECT_EQ(header_line(Header::kContact, "a\r\n\r\nb"), "Contact: a    b\r\n");
  const std::string answered =
      response(response_head(parsed(kInvite), kSource), {.status = 200, .to_tag = "x\r\nEvil: 4"});
  EXPECT_EQ(answered.find("\nEvil"), std::string::npos);
}

TEST(WriteResponse, CopiesWhatIdentifiesTheRequest) {
  const std::string request =
      with(kInvite, "Max-Forwards", "v: SIP/2.0/TCP p1,SIP/2.0/UDP p2\r\nMax-Forwards");
  const SipMessage ringing = answer(request, kSource, {.status = 180, .to_tag = "77"});
  const SipMessage invite = parsed(request);
  EXPECT_EQ(ringing.status(), 180);
  EXPECT_EQ(ringing.reason(), "Ringing");
  EXPECT_EQ(ringing.call_id(), invite.call_id());
  EXPECT_EQ(ringing.cseq(), invite.cseq());
  EXPECT_EQ(ringing.method(), Method::kInvite);
  EXPECT_EQ(ringing.header(Header::kFrom), invite.header(Header::kFrom));
  EXPECT_EQ(ringing.to_tag(), "77");
  EXPECT_EQ(ringing.via_count(), 3U);
  EXPECT_EQ(ringing.via().branch, invite.via().branch);
  EXPECT_EQ(ringing.header(Header::kContentLength), "0");
}

TEST(WriteResponse, KeepsTheViasThatShareALineWithTheTop) {
  const std::string request = with(kInvite, kRport, kRport + " , SIP/2.0/TCP p1, SIP/2.0/UDP p2");
  const SipMessage trying = answer(request, kNat, {.status = 100});
  std::vector<std::string_view> vias;
  for_each_value(trying, Header::kVia, [&](std::string_view each) { vias.push_back(each); });
  ASSERT_EQ(vias.size(), 3U);
  EXPECT_TRUE(vias[0].ends_with(";received=203.0.113.9;rport=40000"));
  EXPECT_EQ(vias[1], "SIP/2.0/TCP p1");
  EXPECT_EQ(vias[2], "SIP/2.0/UDP p2");
}

TEST(WriteResponse, TryingHasNoTagAndAnExistingTagStays) {
  EXPECT_EQ(answer(kInvite, kSource, {.status = 100}).to_tag(), "");
  const std::string tagged = with(kInvite, "<sip:bob@192.0.2.4>", "<sip:bob@192.0.2.4>;tag=5");
  EXPECT_EQ(answer(tagged, kSource, {.status = 481, .to_tag = "9"}).to_tag(), "5");
  EXPECT_EQ(answer(tagged, kSource, {.status = 481, .to_tag = "9"}).header(Header::kTo),
            "Bob <sip:bob@192.0.2.4>;tag=5");
}

TEST(WriteResponse, CarriesFurtherLinesAndABody) {
  const std::string request =
      with(kInvite, "Contact:",
           "Record-Route: <sip:p2;lr>, <sip:p1;lr>\r\nRecord-Route: <sip:p0;lr>\r\nContact:");
  const std::string lines =
      record_route_lines(parsed(request)) + header_line(Header::kContact, contact_of(kSource));
  const SipMessage ok = answer(request, kSource,
                               {.status = 200,
                                .to_tag = "1",
                                .lines = lines,
                                .body = "v=0\r\n",
                                .content_type = "application/sdp"});
  std::string routes;
  for_each_value(ok, Header::kRecordRoute, [&](std::string_view each) { routes += each; });
  EXPECT_EQ(routes, "<sip:p2;lr><sip:p1;lr><sip:p0;lr>");
  EXPECT_EQ(ok.header(Header::kContact), "<sip:192.0.2.1:5062>");
  EXPECT_EQ(ok.body(), "v=0\r\n");
  EXPECT_EQ(ok.header(Header::kContentType), "application/sdp");
}

// Shows TRN-10.
TEST(WriteResponse, AnEmptyRportIsFilledAndReceivedAlwaysAdded) {
  const SipMessage trying = answer(kInvite, kSource, {.status = 100});
  EXPECT_EQ(trying.via().received, "192.0.2.1");
  EXPECT_EQ(trying.via().rport, 5062);
  const SipMessage far = answer(kInvite, kNat, {.status = 100});
  EXPECT_EQ(far.header_at(0).value,
            "SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK776asdhds;received=203.0.113.9;rport=40000");
}

// Shows TRN-09.
TEST(WriteResponse, WithoutRportOnlyADifferentSourceIsReceived) {
  const std::string plain = with(kInvite, kRport, "");
  EXPECT_EQ(answer(plain, kSource, {.status = 100}).header_at(0).value,
            parsed(plain).header_at(0).value);
  EXPECT_EQ(answer(plain, kNat, {.status = 100}).via().received, "203.0.113.9");
  EXPECT_EQ(answer(plain, kNat, {.status = 100}).via().rport, std::nullopt);
  const std::string named = with(plain, "192.0.2.1:5062;b", "host.example.com;b");
  EXPECT_EQ(answer(named, kSource, {.status = 100}).via().received, "192.0.2.1");
}

TEST(WriteResponse, AReceivedOfTheSenderIsReplacedWhateverItsParametersHold) {
  const std::string lying =
      with(kInvite, kRport, "; Received = 198.51.100.1 ;x=\"a;rport=1\\\";\" ; RPORT;received=::1");
  EXPECT_EQ(answer(lying, kNat, {.status = 100}).header_at(0).value,
            "SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK776asdhds;x=\"a;rport=1\\\";\" "
            ";received=203.0.113.9;rport=40000");
}

// Shows MSG-15.
TEST(WriteResponse, ReceivedIsWrittenWithoutBrackets) {
  const Endpoint v6{"2001:db8::9", 5060, Transport::kUdp};
  EXPECT_NE(response_head(parsed(kInvite), v6).find(";received=2001:db8::9;"), std::string::npos);
  const std::string upper = with(with(kInvite, kRport, ""), "192.0.2.1:5062;b", "[2001:DB8::9];b");
  EXPECT_EQ(response_head(parsed(upper), v6).find("received"), std::string::npos);
}

TEST(WriteResponse, ABadRequestIsAnsweredFromWhatCouldBeRead) {
  const MessageError error = refused(with(kInvite, "CSeq: 314159", "CSeq: 4294967296"));
  ASSERT_TRUE(error.request);
  const std::string text =
      response(response_head(*error.request, kSource), {.status = error.status, .to_tag = "3"});
  EXPECT_TRUE(text.starts_with("SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP 192.0.2.1:5062;"));
  EXPECT_NE(text.find("CSeq: 4294967296 INVITE\r\n"), std::string::npos);
  EXPECT_NE(text.find("To: Bob <sip:bob@192.0.2.4>;tag=3\r\n"), std::string::npos);
  EXPECT_EQ(response_destination(*error.request, kSource), kSource);
}

// Shows TRN-23.
TEST(WriteAck, ForAFailureTakesToFromTheResponseAndTheRestFromTheInvite) {
  const std::string text =
      with(with(kInvite, "Contact:", "Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\nContact:"),
           "Max-Forwards", "Via: SIP/2.0/UDP other\r\nMax-Forwards");
  const SipMessage invite = parsed(text);
  const SipMessage busy = answer(text, kSource, {.status = 486, .to_tag = "8"});
  const SipMessage ack = parsed(ack_for_failure(invite, busy));
  EXPECT_EQ(ack.method(), Method::kAck);
  EXPECT_EQ(ack.request_uri(), invite.request_uri());
  EXPECT_EQ(ack.via_count(), 1U);
  EXPECT_EQ(ack.header_at(0).value, invite.header_at(0).value);
  EXPECT_EQ(ack.to_tag(), "8");
  EXPECT_EQ(ack.header(Header::kFrom), invite.header(Header::kFrom));
  EXPECT_EQ(ack.cseq(), invite.cseq());
  EXPECT_EQ(ack.call_id(), invite.call_id());
  EXPECT_EQ(ack.header(Header::kRoute), "<sip:p1;lr>");
  EXPECT_EQ(ack.body(), "");
}

// Shows TRN-23.
TEST(WriteCancel, RepeatsTheInviteUnderItsBranchWithoutATag) {
  const SipMessage invite = parsed(kInvite);
  const SipMessage cancel = parsed(cancel_for(invite));
  EXPECT_EQ(cancel.method(), Method::kCancel);
  EXPECT_EQ(cancel.via().branch, invite.via().branch);
  EXPECT_EQ(cancel.cseq(), invite.cseq());
  EXPECT_EQ(cancel.header(Header::kTo), invite.header(Header::kTo));
  EXPECT_EQ(cancel.header(Header::kContact), std::nullopt);
}

// Shows TRN-10, TRN-12.
TEST(ResponseDestination, FollowsRportThenSentByPortThenMaddr) {
  const auto destination = [](const std::string& via, const Endpoint& source) {
    return response_destination(
        parsed(with(kInvite, "192.0.2.1:5062;branch=z9hG4bK776asdhds;rport", via)), source);
  };
  EXPECT_EQ(destination("192.0.2.1:5062;rport", kNat), kNat);
  EXPECT_EQ(destination("192.0.2.1:5062", kNat), (Endpoint{kNat.host, 5062, Transport::kUdp}));
  EXPECT_EQ(destination("192.0.2.1", kNat), (Endpoint{kNat.host, 5060, Transport::kUdp}));
  EXPECT_EQ(destination("192.0.2.1:7;maddr=239.1.1.1;rport", kNat),
            (Endpoint{"239.1.1.1", 7, Transport::kUdp}));
  const Endpoint connection{"192.0.2.1", 33000, Transport::kTcp};
  EXPECT_EQ(destination("192.0.2.1:5062", connection), connection);
}

TEST(ReasonPhrases, UnknownCodesHaveThePhraseOfTheirClass) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(487), "Request Terminated");
  EXPECT_EQ(reason_phrase(431), "Bad Request");
  EXPECT_EQ(reason_phrase(599), "Server Internal Error");
  EXPECT_EQ(reason_phrase(199), "Early Dialog Terminated");
  EXPECT_EQ(reason_phrase(99), "Unknown");
  EXPECT_EQ(reason_phrase(700), "Unknown");
}

}  // namespace
}  // namespace lastcall::sip
