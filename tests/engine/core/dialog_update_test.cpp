// UPDATE (RFC 3311), and requests that collide (RFC 3261 14).

#include "tests/engine/core/dialogs.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

PeerRequest update(const Callee& us, std::uint32_t cseq, std::string body = {}) {
  return {.method = Method::kUpdate,
          .cseq = cseq,
          .to_tag = us.tag,
          .body = std::move(body),
          .contact = "<sip:192.0.2.8>"};
}

void expect_retry_after(const Outbox& out) {
  const Respond answer = answer_in(out);
  EXPECT_EQ(answer.status, 500);
  const std::size_t at = answer.headers.find("Retry-After: ");
  ASSERT_NE(at, std::string::npos);
  const int seconds = std::stoi(answer.headers.substr(at + 13));
  EXPECT_GE(seconds, 0);
  EXPECT_LE(seconds, 10);
}

// Shows INV-12.
TEST(Update, WithoutAnOfferIsAnsweredAtOnceAndMovesTheTarget_3311_5_2) {
  for (Callee us : {early_callee(), accepted_callee(), established_callee()}) {
    const Outbox out = us.receive(update(us, 11));
    EXPECT_EQ(told(out), (Lines{"RequestAccepted", "UpdateAnswered", "> Transaction Respond 200"}));
    EXPECT_NE(answer_in(out).headers.find("Contact: "), std::string::npos);
    EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.8");
    EXPECT_FALSE(us.leg().peer_update);
  }
}

// Shows SDP-09, UAS-20.
TEST(Update, AnOfferIsTheSessionsToAnswer_3311_5_2) {
  Callee us = established_callee();
  EXPECT_EQ(told(us.receive(update(us, 11, sdp_text()))),
            (Lines{"RequestAccepted", "> Session PeerUpdated"}));
  EXPECT_EQ(us.dialog().remote_target, "sip:peer@192.0.2.2");
  // R-OA-11: one at a time, with or without an offer.
  expect_retry_after(us.receive(update(us, 12)));
  expect_retry_after(us.receive(Method::kInvite, 13, sdp_text()));
  const Outbox out = us.layer.when(AnswerUpdate{us.call, 200, "sdp", sdp_text()});
  EXPECT_EQ(told(out), (Lines{"UpdateAnswered", "> Transaction Respond 200"}));
  EXPECT_EQ(answer_in(out).body, "sdp");
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.8");
}

TEST(Update, ARefusedOneMovesNothing_I59) {
  for (const int status : {488, 491, 500}) {
    Callee us = established_callee();
    (void)us.receive(update(us, 11, sdp_text()));
    const Outbox out = us.layer.when(AnswerUpdate{us.call, status, {}, sdp_text()});
    EXPECT_EQ(answer_in(out).status, status);
    if (status == 500) expect_retry_after(out);
    EXPECT_EQ(us.dialog().remote_target, "sip:peer@192.0.2.2");
    EXPECT_FALSE(us.leg().peer_update);
  }
}

// Shows SDP-09, UAS-19, DLG-13.
TEST(Update, CrossingOurReinviteGets491OnlyWithAnOffer_R5407_3_3_2) {
  Callee us = established_callee();
  (void)us.layer.when(Reoffer{us.call, sdp_text()});
  EXPECT_EQ(told(us.receive(update(us, 11, sdp_text()))),
            (Lines{"RequestRefused", "> Transaction Respond 491"}));
  EXPECT_EQ(answer_in(us.receive(update(us, 12))).status, 200);
}

TEST(Update, PendingWhenTheCallEndsGetsItsFinal_I26) {
  Callee us = established_callee();
  (void)us.receive(update(us, 11, sdp_text()));
  const Lines ending = told(us.end(Cause::kLocalHangup));
  EXPECT_NE(std::ranges::find(ending, "> Transaction Respond 487"), ending.end());
  EXPECT_EQ(told(us.layer.when(AnswerUpdate{us.call, 200, "sdp", {}})), Lines{});
  Callee other = established_callee();
  (void)other.receive(update(other, 11, sdp_text()));
  const Lines bye = told(other.receive(Method::kBye, 12));
  EXPECT_NE(std::ranges::find(bye, "> Transaction Respond 487"), bye.end());
}

TEST(Update, AfterAByeGets481_I32) {
  Callee us = established_callee();
  (void)us.end(Cause::kLocalHangup);
  EXPECT_EQ(answer_in(us.receive(update(us, 11))).status, 481);
  EXPECT_EQ(answer_in(us.receive(Method::kPrack, 12)).status, 481);
}

// Shows DLG-07.
TEST(Target, ARequestOfThePeerCountsForMoreThanAResponseUnderWay_ROA18) {
  Callee us = established_callee();
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  (void)us.receive(update(us, 11));
  const std::string accept =
      text_of(sent.request,
              {.status = 200, .to_tag = {}, .body = sdp_text(), .contact = "<sip:192.0.2.7>"});
  (void)us.layer.when(ResponseReceived{us.call, sent.transaction, parsed(accept)});
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.8");
  // The next response may move it again.
  const SendRequest next = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  const std::string moved =
      text_of(next.request,
              {.status = 200, .to_tag = {}, .body = sdp_text(), .contact = "<sip:192.0.2.6>"});
  (void)us.layer.when(ResponseReceived{us.call, next.transaction, parsed(moved)});
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.6");
  // INFO and OPTIONS never do.
  (void)us.receive(
      {.method = Method::kOptions, .cseq = 12, .to_tag = us.tag, .contact = "<sip:192.0.2.5>"});
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.6");
}

template <class Us>
Outbox refuse(Us& us, const SendRequest& sent, int status, std::string lines = {}) {
  return us.layer.when(ResponseReceived{
      us.call, sent.transaction,
      parsed(text_of(sent.request, {.status = status, .to_tag = {}, .lines = std::move(lines)}))});
}

std::int64_t wait_ms(const Outbox& out) {
  return to_ns(event_in<CollisionMet>(out).retry_at) / 1'000'000;
}

// Shows INV-07, SDP-09.
TEST(Collision, A491WaitsByWhoOwnsTheCallIdAndTriesOnceMore_14_1) {
  Caller us = connected_caller();
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  const Outbox out = refuse(us, sent, 491);
  EXPECT_EQ(told(out), (Lines{"RequestFinished", "CollisionMet", "> Session OfferDeferred"}));
  EXPECT_GE(wait_ms(out), 2'100);
  EXPECT_LE(wait_ms(out), 4'000);
  EXPECT_EQ(wait_ms(out) % 10, 0);
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"CollisionOver", "> Session OfferDue"}));
  const SendRequest again = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  EXPECT_EQ(told(refuse(us, again, 491)), (Lines{"RequestFinished", "> Session PeerRefused"}));

  Callee other = established_callee();
  const SendRequest theirs = sent_in(other.layer.when(Reoffer{other.call, sdp_text()}));
  const Outbox waits = refuse(other, theirs, 491);
  EXPECT_LE(wait_ms(waits), 2'000);
  EXPECT_EQ(wait_ms(waits) % 10, 0);
}

TEST(Collision, TheWaitDiesWithTheCall_ROA06_I38) {
  Caller us = connected_caller();
  (void)refuse(us, sent_in(us.layer.when(Reoffer{us.call, sdp_text()})), 491);
  EXPECT_EQ(us.layer.own().deadlines.size(), 1U);
  (void)us.receive(Method::kBye, 1);
  (void)us.end(Cause::kRemoteBye);
  EXPECT_EQ(us.layer.own().deadlines.size(), 1U);  // the tombstone
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"TombstoneEnded"}));
  // R-OA-07: a 491 that comes while it ends starts no wait.
  Caller ending = connected_caller();
  const SendRequest sent = sent_in(ending.layer.when(Reoffer{ending.call, sdp_text()}));
  (void)ending.end(Cause::kLocalHangup);
  EXPECT_EQ(told(refuse(ending, sent, 491)), (Lines{"RequestFinished"}));
}

TEST(Collision, WhatCannotGoOutNowWaitsToo_14_1) {
  Callee us = accepted_callee();
  EXPECT_EQ(told(us.layer.when(Reoffer{us.call, sdp_text()})),
            (Lines{"CollisionMet", "> Session OfferDeferred"}));
  // Nothing is armed twice.
  EXPECT_EQ(told(us.layer.when(Reoffer{us.call, sdp_text()})), (Lines{"> Session OfferDeferred"}));
  (void)us.receive(Method::kAck, 10);
  EXPECT_EQ(told(us.layer.when_due()), (Lines{"CollisionOver", "> Session OfferDue"}));
  EXPECT_EQ(told(us.layer.when(Reoffer{us.call, sdp_text()})).front(), "RequestSent");
}

}  // namespace
}  // namespace lastcall::core
