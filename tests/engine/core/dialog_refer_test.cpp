// The peer asks us to call somebody: REFER, its subscription, and the call that it asks for.

#include "engine/core/inspection.hpp"
#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

constexpr std::string_view kTo = "Refer-To: <sip:carol@192.0.2.9>\r\n";

PeerRequest refer_request(const Callee& us, std::uint32_t cseq, std::string lines = {}) {
  return {.method = Method::kRefer,
          .cseq = cseq,
          .to_tag = us.tag,
          .lines = std::string{kTo} + std::move(lines)};
}

// We have taken a REFER with CSeq 11; its first NOTIFY is answered.
struct Referred {
  Callee us = established_callee();
  CallId placed;
  std::uint32_t notified = 0;  // how many NOTIFYs were sent

  Referred() { take(us.receive(refer_request(us, 11))); }
  void take(const Outbox& out) {
    placed = mail_in<PlaceReferred, ToSession>(out).call;
    answer_notify(200);
  }
  Outbox answer_notify(int status) {
    const auto own = us.leg().own_request(Method::kNotify);
    if (own == nullptr) throw std::runtime_error("no NOTIFY is under way");
    const std::string notify =
        text_of({.method = Method::kNotify, .cseq = own->cseq, .to_tag = "x"});
    return us.layer.when(
        ResponseReceived{us.call, own->transaction, parsed(text_of(notify, {.status = status}))});
  }
  Outbox report(int status) { return us.layer.when(ReferReport{us.call, placed, status}); }
};

std::string notify_in(const Outbox& out) { return sent_in(out).request; }

void expect_notify(const std::string& notify, std::string_view event, std::string_view state,
                   std::string_view line) {
  EXPECT_TRUE(notify.starts_with("NOTIFY ")) << notify;
  EXPECT_EQ(header_of(notify, Header::kEvent), event);
  EXPECT_TRUE(header_of(notify, Header::kSubscriptionState).starts_with(state)) << notify;
  EXPECT_EQ(header_of(notify, Header::kContentType), "message/sipfrag");
  EXPECT_EQ(parsed(notify).body(), std::string{line} + "\r\n");
}

// Shows EVT-01.
TEST(Refer, IsAcceptedWithASubscriptionAndAnImmediateNotify) {
  Callee us = established_callee();
  const Outbox out = us.receive(refer_request(us, 11));
  EXPECT_EQ(told(out), (Lines{"RequestAccepted", "ReferTaken", "RequestSent", "ReferTold",
                              "> Transaction Respond 202", "> Session PlaceReferred",
                              "> Transaction SendRequest NOTIFY"}));
  EXPECT_NE(answer_in(out).headers.find("Contact: <sip:"), std::string::npos);
  expect_notify(notify_in(out), "refer", "active;expires=", "SIP/2.0 100 Trying");
  const auto place = mail_in<PlaceReferred, ToSession>(out);
  EXPECT_EQ(place.target, "sip:carol@192.0.2.9");
  EXPECT_NE(place.call, us.call);
  EXPECT_EQ(event_in<ReferTaken>(out).placed, place.call) << "the link is in the log (TP-18)";
  PeerRequest none{.method = Method::kRefer, .cseq = 12, .to_tag = us.tag};
  EXPECT_EQ(told(us.receive(none)), (Lines{"RequestAccepted", "> Transaction Respond 400"}));
  EXPECT_EQ(answer_in(us.receive(refer_request(us, 13, std::string{kTo}))).status, 400);
}

TEST(Refer, OnePeerMayAskForSoManyCallsAndNoMore) {
  Callee us = established_callee();
  std::uint32_t cseq = 11;
  const std::string silent = "Refer-Sub: false\r\n";
  for (std::uint32_t i = 0; i < limits::kRefersMax; ++i) {
    EXPECT_EQ(answer_in(us.receive(refer_request(us, cseq++, silent))).status, 202);
  }
  EXPECT_EQ(told(us.receive(refer_request(us, cseq, silent))),
            (Lines{"RequestAccepted", "> Transaction Respond 403"}));
}

TEST(Refer, ProgressIsToldOneNotifyAtATimeUntilTheFinalOne_2_4_5) {
  Referred at;
  expect_notify(notify_in(at.report(180)), "refer", "active", "SIP/2.0 180 Ringing");
  EXPECT_EQ(told(at.report(180)), Lines{}) << "nothing new";
  EXPECT_EQ(told(at.report(183)), (Lines{"ReferProgressed"}));
  EXPECT_EQ(told(at.report(200)), (Lines{"ReferProgressed"})) << "a NOTIFY is under way";
  const Outbox last = at.answer_notify(200);
  expect_notify(notify_in(last), "refer", "terminated;reason=noresource", "SIP/2.0 200 OK");
  EXPECT_TRUE(at.us.leg().refers.empty());
  EXPECT_EQ(told(at.report(486)), Lines{});
  EXPECT_EQ(told(at.answer_notify(200)), (Lines{"RequestFinished"}));
}

// Shows EVT-02.
TEST(Refer, TheSecondOneOfADialogIsNamedByItsCseq_RREF05) {
  Referred at;
  expect_notify(notify_in(at.us.receive(refer_request(at.us, 42))), "refer;id=42", "active",
                "SIP/2.0 100 Trying");
  (void)at.answer_notify(200);
  expect_notify(notify_in(at.report(486)), "refer", "terminated;reason=noresource",
                "SIP/2.0 486 Busy Here");
  // The first is over; a third is named all the same.
  expect_notify(notify_in(at.us.receive(refer_request(at.us, 43))), "refer;id=43", "active",
                "SIP/2.0 100 Trying");
}

// Shows EVT-03.
TEST(Refer, WhoReferredMayLeaveOrUnsubscribeAndTheCallGoesOn_RREF03) {
  Referred left;
  EXPECT_EQ(told(left.us.receive(Method::kBye, 12)).back(), "> Session CallLost remote-bye");
  (void)left.us.end(Cause::kRemoteBye);
  // The subscription lives on in the tombstone (RFC 6665 4.5.2).
  expect_notify(notify_in(left.report(200)), "refer", "terminated", "SIP/2.0 200 OK");

  Referred quit;
  const Outbox out = quit.us.receive({.method = Method::kSubscribe,
                                      .cseq = 12,
                                      .to_tag = quit.us.tag,
                                      .lines = "Event: refer\r\nExpires: 0\r\n"});
  EXPECT_EQ(answer_in(out).status, 200);
  expect_notify(notify_in(out), "refer", "terminated", "SIP/2.0 100 Trying");
  EXPECT_EQ(told(quit.report(200)), Lines{}) << "nobody hears of the call any more, and it lives";
}

TEST(Refer, ItsSubscriptionIsRenewedInsideTheDialogOnly) {
  Referred at;
  const Outbox out = at.us.receive({.method = Method::kSubscribe,
                                    .cseq = 12,
                                    .to_tag = at.us.tag,
                                    .lines = "Event: refer;id=11\r\nExpires: 600\r\n"});
  EXPECT_EQ(answer_in(out).status, 200);
  EXPECT_TRUE(answer_in(out).headers.starts_with("Expires: ")) << answer_in(out).headers;
  expect_notify(notify_in(out), "refer", "active", "SIP/2.0 100 Trying");
  EXPECT_EQ(answer_in(at.us.receive({.method = Method::kSubscribe,
                                     .cseq = 13,
                                     .to_tag = at.us.tag,
                                     .lines = "Event: refer;id=99\r\n"}))
                .status,
            481);
}

// Shows EVT-04.
TEST(Refer, WithoutASubscriptionIfThePeerWantsNone_Rfc4488) {
  Callee us = established_callee();
  const Outbox out = us.receive(refer_request(us, 11, "Refer-Sub: false\r\n"));
  EXPECT_EQ(told(out), (Lines{"RequestAccepted", "ReferTaken", "> Transaction Respond 202",
                              "> Session PlaceReferred"}));
  EXPECT_NE(answer_in(out).headers.find("Refer-Sub: false\r\n"), std::string::npos);
  EXPECT_TRUE(us.leg().refers.empty());
  EXPECT_NE(capability_lines().find("norefersub"), std::string::npos);
  PeerRequest required = refer_request(us, 12, "Refer-Sub: false\r\nRequire: norefersub\r\n");
  EXPECT_EQ(answer_in(us.receive(required)).status, 202);
}

// Shows EVT-06.
TEST(Refer, TheReferredInviteSaysWhoAskedAndWhomItReplaces) {
  Callee us = established_callee();
  PeerRequest refer = refer_request(us, 11, "Referred-By: <sip:peer@192.0.2.2>;cid=1@x\r\n");
  const std::string to{kTo};
  refer.lines.replace(0, to.size(),
                      "Refer-To: <sip:carol@192.0.2.9?Replaces=id%40c%3Bto-tag%3D1%3Bfrom-tag%3D2>"
                      "\r\n");
  const auto place = mail_in<PlaceReferred, ToSession>(us.receive(refer));
  EXPECT_EQ(place.target, "sip:carol@192.0.2.9");
  const Outbox out = us.layer.when(PlaceCall{place.call, place.target, sdp_text()});
  const std::string invite = sent_in(out).request;
  EXPECT_EQ(header_of(invite, Header::kReferredBy), "<sip:peer@192.0.2.2>;cid=1@x");
  EXPECT_EQ(header_of(invite, Header::kReplaces), "id@c;to-tag=1;from-tag=2");
  EXPECT_EQ(header_of(invite, Header::kRequire), "replaces");
  EXPECT_EQ(us.layer.own().legs.find(place.call)->referrer, us.call);
  EXPECT_TRUE(us.layer.own().referrals.empty());
}

TEST(Refer, TheReferredCallReportsEachResponseOfItsInvite) {
  const auto placed = [](Callee& us) {
    const auto place = mail_in<PlaceReferred, ToSession>(us.receive(refer_request(us, 11)));
    return sent_in(us.layer.when(PlaceCall{place.call, place.target, sdp_text()}));
  };
  const auto respond = [](Callee& us, const SendRequest& invite, int status) {
    return us.layer.when(
        ResponseReceived{invite.call, invite.transaction,
                         parsed(text_of(invite.request, {.status = status, .body = sdp_text()}))});
  };
  for (const int status : {180, 200, 486}) {
    Callee us = established_callee();
    const SendRequest invite = placed(us);
    EXPECT_EQ(told(respond(us, invite, 100)), (Lines{"InviteProceeding"}));
    const auto report = mail_in<ReferReport, ToDialog>(respond(us, invite, status));
    EXPECT_EQ(report.call, us.call);
    EXPECT_EQ(report.placed, invite.call);
    EXPECT_EQ(report.status, status);
  }
  Callee us = established_callee();
  const SendRequest invite = placed(us);
  const Outbox gone = us.layer.when(BeginCleanup{invite.call, Cause::kLocalHangup});
  EXPECT_EQ((mail_in<ReferReport, ToDialog>(gone).status), 487);
}

TEST(Refer, ACallThatNeverSentItsInviteIsReportedToo) {
  Callee us = established_callee();
  const auto place = mail_in<PlaceReferred, ToSession>(us.receive(refer_request(us, 11)));
  const Outbox out = us.layer.when(BeginCleanup{place.call, Cause::kMediaFailure});
  EXPECT_EQ((mail_in<ReferReport, ToDialog>(out).status), 503);
  EXPECT_TRUE(us.layer.own().referrals.empty());
}

TEST(Refer, IsFollowedOnlyForAPeerInItsCallAndOnlyToAnInvite_5_2) {
  Callee us = established_callee();
  std::uint32_t cseq = 20;
  const auto status_of = [&](std::string target) {
    PeerRequest refer{.method = Method::kRefer, .cseq = ++cseq, .to_tag = us.tag};
    refer.lines = "Refer-To: " + std::move(target) + "\r\n";
    return answer_in(us.receive(refer)).status;
  };
  EXPECT_EQ(status_of("<sip:carol@192.0.2.9;method=BYE>"), 403);
  EXPECT_EQ(status_of("<tel:+4930>"), 416);
  us.layer.config().follows_refers = false;
  EXPECT_EQ(status_of("<sip:carol@192.0.2.9>"), 403);
  us.layer.config().follows_refers = true;
  Callee stranger;
  EXPECT_EQ(
      answer_in(stranger.receive({.method = Method::kRefer, .lines = std::string{kTo}})).status,
      403);
  (void)us.end(Cause::kLocalHangup);
  EXPECT_EQ(status_of("<sip:carol@192.0.2.9>"), 481) << "R-REF-04";
}

TEST(Refer, WhoRefusesANotifyGetsNoMore_Rfc6665_4_2_2) {
  Referred at;
  (void)at.report(180);
  EXPECT_EQ(told(at.answer_notify(481)), (Lines{"RequestFinished", "ReferEnded"}));
  EXPECT_EQ(told(at.report(200)), Lines{});
}

// Shows EVT-08.
TEST(Refer, TheTombstoneStaysAsLongAsItsSubscription_I47) {
  Referred at;
  (void)at.us.receive(Method::kBye, 12);
  (void)at.us.end(Cause::kRemoteBye);
  EXPECT_EQ(told(at.us.layer.when_due()), (Lines{"TombstoneKept"}));
  while (!at.us.leg().refers.empty()) {
    const Outbox out = at.us.layer.when_due();
    if (!out.mail.empty()) {
      expect_notify(notify_in(out), "refer", "terminated;reason=timeout", "SIP/2.0 100 Trying");
    }
  }
  (void)at.answer_notify(200);
  EXPECT_EQ(told(at.us.layer.when_due()), (Lines{"TombstoneEnded"}));
  EXPECT_EQ(at.us.layer.own().deadlines.size(), 0U);
}

}  // namespace
}  // namespace lastcall::core
