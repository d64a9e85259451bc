// The states of a dialog (RFC 5407 2) as a peer meets them: what each kind of request is told in
// each, and what leads from one to the next.

#include "tests/engine/core/dialogs.hpp"

#include <array>

namespace lastcall::core {
namespace {

// What may come inside the INVITE usage, besides BYE and ACK.
constexpr std::array kInside{Method::kInvite, Method::kOptions, Method::kInfo, Method::kMessage};

template <class Us>
void expect_answers(Us& us, std::uint32_t cseq, int status) {
  for (const Method method : kInside) {
    EXPECT_EQ(answer_in(us.receive(method, cseq)).status, status) << name(method);
    ++cseq;
  }
  EXPECT_EQ(told(us.receive(Method::kAck, cseq)), Lines{}) << "an ACK never gets an answer";
}

// Shows DLG-13.
TEST(DialogStates, EarlyIsLeftByTheAnswerOrAByeOfTheCaller) {
  Callee us = early_callee();
  EXPECT_EQ(us.phase(), DialogPhase::kEarly);
  EXPECT_EQ(answer_in(us.receive(Method::kOptions, 11)).status, 200);
  EXPECT_EQ(us.phase(), DialogPhase::kEarly);
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 12)).status, 200);
  EXPECT_EQ(us.phase(), DialogPhase::kMortal);
  Callee other = accepted_callee();
  EXPECT_EQ(other.phase(), DialogPhase::kMoratorium);
}

// Shows DLG-13.
TEST(DialogStates, MoratoriumIsLeftByTheAckOrABye) {
  Callee us = accepted_callee();
  EXPECT_EQ(answer_in(us.receive(Method::kOptions, 11)).status, 200);
  EXPECT_EQ(us.phase(), DialogPhase::kMoratorium);
  (void)us.receive(Method::kAck, 10);
  EXPECT_EQ(us.phase(), DialogPhase::kEstablished);
  Callee other = accepted_callee();
  EXPECT_EQ(answer_in(other.receive(Method::kBye, 11)).status, 200);
  EXPECT_EQ(other.phase(), DialogPhase::kMortal);
  EXPECT_EQ(told(other.receive(Method::kAck, 10)), Lines{}) << "R-5407-3.2.4";
}

// Shows DLG-13.
TEST(DialogStates, MortalTakesByesAndRefusesTheRestWhoeverHungUp) {
  Callee heard = established_callee();
  (void)heard.receive(Method::kBye, 11);
  Callee said = established_callee();
  (void)said.end(Cause::kLocalHangup);
  for (Callee* us : {&heard, &said}) {
    EXPECT_EQ(us->phase(), DialogPhase::kMortal);
    expect_answers(*us, 12, 481);
    EXPECT_EQ(answer_in(us->receive(Method::kUpdate, 20)).status, 481);
    EXPECT_EQ(answer_in(us->receive(Method::kRefer, 21)).status, 481);
    EXPECT_EQ(answer_in(us->receive(Method::kBye, 30)).status, 200);
  }
  EXPECT_EQ(told(heard.layer.when(Reoffer{heard.call, sdp_text()})),
            (Lines{"> Session PeerRefused"}))
      << "nothing new of ours begins";
}

// Shows DLG-13.
TEST(DialogStates, MortalStillAcknowledges2xxForTheCaller) {
  Caller us = connected_caller();
  EXPECT_EQ(us.dialog().phase, DialogPhase::kEstablished);
  EXPECT_EQ(told(us.receive(200)), (Lines{"> Transaction SendAck"}));
  (void)us.receive(Method::kBye, 1);
  EXPECT_EQ(us.dialog().phase, DialogPhase::kMortal);
  EXPECT_EQ(told(us.receive(200)), (Lines{"> Transaction SendAck"}));
  expect_answers(us, 2, 481);
}

// Shows UAS-22.
TEST(DialogStates, WhoIsRefusedByAShutdownIsToldWhenToComeBack_21_5_4) {
  Callee us = early_callee();
  const Respond refusal = answer_in(us.end(Cause::kShutdown));
  EXPECT_EQ(refusal.status, 503);
  EXPECT_EQ(refusal.headers, "Retry-After: 10\r\n");
}

// Shows DLG-13.
TEST(DialogStates, MorgueKnowsNoDialogAnyMore) {
  Callee us = established_callee();
  (void)us.receive(Method::kBye, 11);
  (void)us.end(Cause::kRemoteBye);
  us.layer.fact(CallTerminated{.call = us.call});
  (void)us.layer.when_due();
  EXPECT_EQ(us.layer.own(), DialogLayer::State{});
  expect_answers(us, 12, 481);
  EXPECT_EQ(answer_in(us.receive(Method::kBye, 30)).status, 481);
}

}  // namespace
}  // namespace lastcall::core
