// What a request is told before its method does anything: the first check that fails answers.

#include "engine/core/inspection.hpp"

#include "tests/engine/core/dialogs.hpp"

#include <array>

namespace lastcall::core {
namespace {

// One fault each, in the order in which RFC 3261 8.2 looks for them.
struct Fault {
  std::string why;
  void (*spoil)(PeerRequest&);
  int status;
  std::string line;  // a header line that the answer must have
};

const std::vector<Fault>& faults() {
  static const std::vector<Fault> table{
      {"method", [](PeerRequest& r) { r.method = Method::kRegister; }, 405,
       "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, MESSAGE"},
      {"scheme", [](PeerRequest& r) { r.uri = "nobodyKnowsThisScheme:totallyopaquecontent"; }, 416,
       ""},
      {"user", [](PeerRequest& r) { r.uri = "sip:stranger@192.0.2.1"; }, 404, ""},
      {"extension", [](PeerRequest& r) { r.lines += "Require: foo, bar\r\n"; }, 420,
       "Unsupported: foo, bar\r\n"},
      {"encoding", [](PeerRequest& r) { r.lines += "Content-Encoding: gzip\r\n"; }, 415,
       "Accept-Encoding: identity\r\n"},
      {"body", [](PeerRequest& r) { r.type = "application/unknown"; }, 415,
       "Accept: application/sdp\r\n"},
      {"answer", [](PeerRequest& r) { r.lines += "Accept: text/nobodyKnowsThis\r\n"; }, 406,
       "Warning: 399 "},
      {"two Replaces",
       [](PeerRequest& r) { r.lines += "Replaces: a;to-tag=1;from-tag=2\r\nReplaces: b\r\n"; }, 400,
       ""},
      {"no Contact", [](PeerRequest& r) { r.contact = {}; }, 400, ""}};
  return table;
}

Respond answer_to(const PeerRequest& request) {
  Callee us;
  us.layer.config().users = "lastcall,other";
  const Respond answer = answer_in(us.receive(request));
  EXPECT_EQ(us.layer.own().legs.size(), 0U) << "no call comes of a refused request";
  EXPECT_FALSE(answer.to_tag.empty()) << "every final response has a tag";
  return answer;
}

// Shows UAS-04, UAS-05, UAS-06, UAS-08, UAS-09, UAS-10, UAS-01.
TEST(Inspection, EachFaultHasItsCodeAndTheHeaderThatHelps) {
  for (const Fault& fault : faults()) {
    PeerRequest request = first_invite();
    fault.spoil(request);
    const Respond answer = answer_to(request);
    EXPECT_EQ(answer.status, fault.status) << fault.why;
    EXPECT_NE(answer.headers.find(fault.line), std::string::npos) << fault.why << answer.headers;
  }
}

TEST(Inspection, OfTwoFaultsTheFirstOfTheRfcAnswers_8_2) {
  for (std::size_t first = 0; first < faults().size(); ++first) {
    for (std::size_t second = first + 1; second < faults().size(); ++second) {
      PeerRequest request = first_invite();
      faults()[second].spoil(request);
      faults()[first].spoil(request);
      // A URI of another scheme names no user.
      EXPECT_EQ(answer_to(request).status,
                faults()[first].status == 404 && second == 1 ? 416 : faults()[first].status)
          << faults()[first].why << " and " << faults()[second].why;
    }
  }
}

// Shows UAS-21.
TEST(Inspection, AMethodNobodyKnowsIsNotImplemented) {
  std::string text = text_of({.method = Method::kOptions});
  for (std::size_t at = text.find("OPTIONS"); at != text.npos; at = text.find("OPTIONS")) {
    text.replace(at, 7, "NEWMETHOD");
  }
  const Rejection why = inspect_method(parsed(text));
  EXPECT_EQ(why.status, 501);
  EXPECT_NE(why.lines.find("Allow: INVITE"), std::string::npos);
}

// Shows UAS-31, UAS-32.
TEST(Inspection, ForeignToAndBadHeadersThatNobodyNeedsAreNoFault) {
  Callee us;
  std::string text =
      text_of(first_invite("Date: Fri, 01 Jan 2010 16:00:00 EST\r\nX-Odd: ;;,,;;\r\n"));
  const std::string to = "To: <sip:lastcall@192.0.2.1>";
  text.replace(text.find(to), to.size(), "To: <isbn:2983792873>");
  const Outbox out =
      us.layer.when(RequestReceived{CallId{5}, TransactionId{6}, kPeer, kUs, parsed(text)});
  EXPECT_EQ(told(out).front(), "LegStarted");
}

TEST(Inspection, WithoutNamedUsersEverybodyCanBeCalled) {
  Config config = test_config();
  PeerRequest request = first_invite();
  request.uri = "sip:stranger@192.0.2.1";
  EXPECT_EQ(inspect_outside(parsed(text_of(request)), config, false).status, 0);
  config.users = "lastcall";
  EXPECT_EQ(inspect_outside(parsed(text_of(request)), config, false).status, 404);
  for (const char* uri : {"sip:192.0.2.1", "sip:%6castcall:secret@192.0.2.1"}) {
    request.uri = uri;
    EXPECT_EQ(inspect_outside(parsed(text_of(request)), config, false).status, 0) << uri;
  }
}

TEST(Inspection, WhatNeedNotBeUnderstoodIsNoFault_8_2_3) {
  PeerRequest request = first_invite("Content-Disposition: render;handling=optional\r\n");
  request.type = "application/unknown";
  EXPECT_EQ(inspect_outside(parsed(text_of(request)), test_config(), false).status, 0);
  request.type = "Application/SDP ;charset=utf-8";
  request.lines = "Content-Encoding: identity\r\nContent-Language: fr\r\n";
  EXPECT_EQ(inspect_outside(parsed(text_of(request)), test_config(), false).status, 0);
}

// Shows UAS-13, DLG-06.
TEST(Inspection, WhatNeedsADialogGets481WithoutOne) {
  const std::array<PeerRequest, 3> table{PeerRequest{.method = Method::kBye},
                                         PeerRequest{.method = Method::kBye, .to_tag = "unknown"},
                                         PeerRequest{.to_tag = "unknown", .body = sdp_text()}};
  for (const PeerRequest& request : table) EXPECT_EQ(answer_to(request).status, 481);
  // Whether the method means anything is asked first.
  EXPECT_EQ(answer_to({.method = Method::kRegister, .to_tag = "unknown"}).status, 405);
}

TEST(Inspection, InsideADialogTheSameChecksAnswerAndTheCseqCounts) {
  Callee us = established_callee();
  PeerRequest options{.method = Method::kOptions, .cseq = 11, .to_tag = us.tag};
  options.lines = "Require: foo\r\n";
  EXPECT_EQ(answer_in(us.receive(options)).headers, "Unsupported: foo\r\n");
  EXPECT_EQ(us.dialog().remote_cseq, 11U);
  const Respond refused = answer_in(us.receive(Method::kPublish, 12));
  EXPECT_EQ(refused.status, 405);
  EXPECT_NE(refused.headers.find("Allow: INVITE"), std::string::npos);
}

}  // namespace
}  // namespace lastcall::core
