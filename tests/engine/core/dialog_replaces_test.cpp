// An INVITE that wants to take the place of a call of ours (RFC 3891 3), and reasons in both
// directions (RFC 3326).

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

PeerRequest replacing(std::string_view tag, std::string more = {}, std::string from = "peer-tag") {
  PeerRequest invite{.cseq = 5, .branch = "c", .body = sdp_text()};
  invite.contact = "<sip:carol@192.0.2.9>";
  invite.from_tag = "carol-tag";
  invite.call_id = "call-3@carol";
  invite.lines = "Replaces: call-1@peer;to-tag=" + std::string{tag} +
                 ";from-tag=" + std::move(from) + std::move(more) + "\r\n";
  return invite;
}

Outbox receive_new(Callee& us, const PeerRequest& invite) {
  const CallId call = us.call;
  us.call = CallId{0x77};
  Outbox out = us.receive(invite);
  us.call = call;
  return out;
}

TEST(Replaces, AConfirmedCallIsNamedToTheSession) {
  Callee us = established_callee();
  const Leg before = us.leg();
  const Outbox out = receive_new(us, replacing(us.tag));
  EXPECT_EQ(told(out), (Lines{"LegStarted", "DialogStarted", "> Session CallOffered"}));
  const auto offered = mail_in<CallOffered, ToSession>(out);
  EXPECT_EQ(offered.replaces, us.call);
  EXPECT_EQ(offered.call, CallId{0x77});
  EXPECT_EQ(us.leg(), before) << "the old call stays until the new one is up";
}

TEST(Replaces, OurOwnRingingCallMayBeTakenOver) {
  for (const char* more : {"", ";early-only"}) {
    Caller us = calling();
    (void)us.receive(180);
    const SipMessage ours = parsed(us.request);
    PeerRequest invite = replacing(ours.from_tag(), more, "callee-tag");
    const std::string id = "call-1@peer";
    invite.lines.replace(invite.lines.find(id), id.size(), ours.call_id());
    const Outbox out = us.layer.when(
        RequestReceived{CallId{0x77}, TransactionId{900}, kPeer, kUs, parsed(text_of(invite))});
    EXPECT_EQ((mail_in<CallOffered, ToSession>(out).replaces), us.call) << more;
  }
}

// Shows UAS-12.
TEST(Replaces, WhatCannotBeReplacedIsRefusedAndStaysIntact) {
  Callee us = established_callee();
  const auto status_of = [&](const PeerRequest& invite) {
    const Leg before = us.leg();
    const int status = answer_in(receive_new(us, invite)).status;
    EXPECT_EQ(us.leg(), before);
    EXPECT_EQ(us.layer.own().legs.size(), 1U);
    return status;
  };
  EXPECT_EQ(status_of(replacing("unknown")), 481);
  EXPECT_EQ(status_of(replacing(us.tag, {}, "unknown")), 481);
  EXPECT_EQ(status_of(replacing(us.tag, ";early-only")), 486);
  EXPECT_EQ(status_of(replacing(us.tag, "\r\nReplaces: b@c;to-tag=1;from-tag=2")), 400);
  EXPECT_EQ(status_of(replacing(us.tag, ";to-tag=again")), 400);
  // R-REP-01: its user has just hung up.
  (void)us.end(Cause::kLocalHangup);
  EXPECT_EQ(status_of(replacing(us.tag)), 603);
  us.layer.fact(CallTerminated{.call = us.call});
  EXPECT_EQ(status_of(replacing(us.tag)), 603);
}

TEST(Replaces, WhatRingsHereWasNotCalledByUs) {
  Callee us = early_callee();
  EXPECT_EQ(answer_in(receive_new(us, replacing(us.tag))).status, 481);
}

TEST(Reason, TheReplacedPeerLearnsThatTheCallGoesOnElsewhere_Rfc3326) {
  Callee us = established_callee();
  EXPECT_EQ(header_of(sent_in(us.end(Cause::kReplaced)).request, Header::kReason),
            "SIP;cause=200;text=\"Call completed elsewhere\"");
  Callee plain = established_callee();
  EXPECT_EQ(header_of(sent_in(plain.end(Cause::kLocalHangup)).request, Header::kReason), "");
  Caller ringing = calling();
  (void)ringing.receive(180);
  const Outbox out = ringing.end(Cause::kNoAnswer);
  EXPECT_EQ((mail_in<SendCancel, ToTransaction>(out).lines), "Reason: SIP;cause=408\r\n");
}

TEST(Reason, OfAByeOrCancelIsToldWithTheCause) {
  Callee us = established_callee();
  const std::string lines = "Reason: Q.850;cause=16;text=\"Terminated\"\r\n";
  const Outbox out =
      us.receive({.method = Method::kBye, .cseq = 11, .to_tag = us.tag, .lines = lines});
  EXPECT_EQ((mail_in<CallLost, ToSession>(out).reason), "Q.850;cause=16;text=\"Terminated\"");
  Callee early = early_callee();
  const Outbox cancelled =
      early.layer.when(CancelReceived{early.call, early.leg().invite, "SIP;cause=200"});
  EXPECT_EQ((mail_in<CallLost, ToSession>(cancelled).reason), "SIP;cause=200");
}

}  // namespace
}  // namespace lastcall::core
