// OPTIONS, INFO, MESSAGE and events without a subscription: requests that change no call.

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

News news_in(const Outbox& out) { return mail_in<News, ToClient>(out); }

// Shows SDP-12.
TEST(Options, TellWhatWeCanDoAndDescribeItWithoutAPort) {
  Callee us;
  const Respond answer = answer_in(us.receive({.method = Method::kOptions}));
  EXPECT_EQ(answer.status, 200);
  for (const char* line :
       {"Allow: INVITE", "Accept: application/sdp\r\n", "Allow-Events: refer\r\n",
        "Accept-Encoding: identity\r\n", "Accept-Language: *\r\n"}) {
    EXPECT_NE(answer.headers.find(line), std::string::npos) << line;
  }
  EXPECT_NE(answer.body.find("t=0 0\r\n"), std::string::npos);
  EXPECT_NE(answer.body.find("m=audio 0 RTP/AVP 0 8"), std::string::npos) << answer.body;
  EXPECT_EQ(answer.body.find("m=audio", answer.body.find("m=audio") + 1), std::string::npos);
  PeerRequest no_sdp{.method = Method::kOptions, .lines = "Accept: text/plain\r\n"};
  EXPECT_EQ(answer_in(us.receive(no_sdp)).body, "");
}

// Shows EVT-10.
TEST(Options, GetTheCodeThatAnInviteWouldGet) {
  for (const char* uri : {"tel:+4930", "sip:stranger@192.0.2.1", "sip:lastcall@192.0.2.1"}) {
    for (const char* lines : {"", "Require: foo\r\n", "Content-Encoding: gzip\r\n"}) {
      PeerRequest invite = first_invite(lines);
      invite.uri = uri;
      PeerRequest options = invite;
      options.method = Method::kOptions;
      Callee called;
      called.layer.config().users = "lastcall";
      Callee asked = called;
      const Respond answer = answer_in(asked.receive(options));
      const Outbox out = called.receive(invite);
      const bool taken = told(out).front() == "LegStarted";
      EXPECT_EQ(answer.status, taken ? 200 : answer_in(out).status) << uri << lines;
    }
  }
}

TEST(Options, InsideADialogChangeNothing_11_2) {
  Callee us = established_callee();
  const Dialog before = us.dialog();
  const Respond answer = answer_in(us.receive(Method::kOptions, 11));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.to_tag, us.tag);
  EXPECT_NE(answer.headers.find("Allow: INVITE"), std::string::npos);
  Dialog expected = before;
  expected.remote_cseq = 11;
  EXPECT_EQ(us.dialog(), expected);
}

// Shows EVT-09, UAS-18.
TEST(Info, IsTakenInsideADialogIfItsPackageAndBodyAreKnown) {
  Callee us = established_callee();
  PeerRequest info{.method = Method::kInfo, .cseq = 11, .to_tag = us.tag};
  EXPECT_EQ(answer_in(us.receive(info)).status, 200);
  info.body = "Signal=5\r\nDuration=160\r\n";
  info.type = "application/dtmf-relay";
  ++info.cseq;
  EXPECT_EQ(answer_in(us.receive(info)).status, 200);
  info.type = "application/unknown";
  ++info.cseq;
  const Respond unknown = answer_in(us.receive(info));
  EXPECT_EQ(unknown.status, 415);
  EXPECT_EQ(unknown.headers, "Accept: application/dtmf-relay\r\n");
  info.lines = "Info-Package: trains\r\n";
  ++info.cseq;
  const Respond package = answer_in(us.receive(info));
  EXPECT_EQ(package.status, 469);
  EXPECT_TRUE(package.headers.starts_with("Recv-Info:")) << package.headers;
  Callee stranger;
  EXPECT_EQ(answer_in(stranger.receive({.method = Method::kInfo})).status, 481);
}

// Shows EVT-11.
TEST(Message, PlainTextIsToldToTheUserAnythingElseIs415) {
  Callee us;
  PeerRequest text{.method = Method::kMessage, .body = "hello", .type = "text/plain"};
  Outbox out = us.receive(text);
  EXPECT_EQ(answer_in(out).status, 200);
  EXPECT_EQ(answer_in(out).headers, "") << "no Contact, no dialog";
  EXPECT_EQ(news_in(out).text, "hello");
  EXPECT_EQ(news_in(out).peer, "sip:peer@192.0.2.2");
  EXPECT_EQ(news_in(out).notice, NoticeKind::kMessage);
  EXPECT_TRUE(out.events.empty());
  text.type = "text/html";
  EXPECT_EQ(answer_in(us.receive(text)).status, 415);
}

TEST(Message, InsideADialogBelongsToItsCall) {
  Callee us = established_callee();
  const Outbox out = us.receive({.method = Method::kMessage,
                                 .cseq = 11,
                                 .to_tag = us.tag,
                                 .body = "on my way",
                                 .type = "text/plain;charset=utf-8"});
  EXPECT_EQ(answer_in(out).status, 200);
  EXPECT_EQ(news_in(out).call, us.call);
  EXPECT_EQ(news_in(out).text, "on my way");
}

// Shows UAS-03, UAS-18.
TEST(Events, WithoutASubscriptionNotifyGets481AnUnknownPackage489) {
  Callee us = established_callee();
  std::uint32_t cseq = 20;
  for (const std::string& tag : {std::string{}, us.tag}) {
    for (const Method method : {Method::kNotify, Method::kSubscribe}) {
      PeerRequest request{.method = method, .cseq = ++cseq, .to_tag = tag};
      request.lines = "Event: message-summary\r\n";
      const Respond unknown = answer_in(us.receive(request));
      EXPECT_EQ(unknown.status, 489);
      EXPECT_EQ(unknown.headers, "Allow-Events: refer\r\n");
      request.lines = "Event: refer\r\n";
      request.cseq = ++cseq;
      const bool subscribes = method == Method::kSubscribe && tag.empty();
      EXPECT_EQ(answer_in(us.receive(request)).status, subscribes ? 403 : 481);
    }
  }
}

}  // namespace
}  // namespace lastcall::core
