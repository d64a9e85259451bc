// The ending in two phases (RACES section 3): one door in, one door out, whatever comes in which
// order.

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace lastcall::core {
namespace {

using SessionGiven = Given<SessionLayer>;

constexpr CallId kCall{0x11};
const CleanupLayers kAll{CleanupLayer::kDialog, CleanupLayer::kMedia, CleanupLayer::kClient};

SessionGiven live_call() {
  SessionGiven layer;
  layer.fact(CallStarted{.call = kCall,
                         .session = SessionId{1},
                         .role = CallRole::kCallee,
                         .peer = "<sip:peer@192.0.2.2>",
                         .offer = sdp_text(),
                         .rings_until = at_ms(180'000)});
  layer.fact(CallConnected{.call = kCall});
  return layer;
}

SessionGiven ending_call() {
  SessionGiven layer = live_call();
  (void)layer.when(CallLost{kCall, Cause::kRemoteBye, 0});
  return layer;
}

Operate wish(Op op) { return {kCall, CommandId{0x33}, op, {}}; }

Verdict verdict(SessionGiven& layer, CleanupLayer of) {
  return event_in<CleanupConfirmed>(layer.when(CleanupDone{kCall, of})).verdict;
}

// Shows INV-16.
TEST(Termination, TheFirstTriggerFixesCauseRequiredLayersAndDeadline_TP01) {
  SessionGiven layer = live_call();
  layer.clock(at_ms(1'000));
  const Outbox out = layer.when(CallLost{kCall, Cause::kRemoteBye, 0});
  EXPECT_EQ(told(out), (Lines{"CallTerminating", "> Dialog BeginCleanup", "> Media BeginCleanup",
                              "> Client BeginCleanup"}));
  EXPECT_EQ(event_in<CallTerminating>(out),
            (CallTerminating{kCall, Cause::kRemoteBye, 0, kAll, at_ms(6'000)}));
}

// Shows INV-16.
TEST(Termination, EveryTriggerGoesThroughTheSameDoor_TP01) {
  const auto cause_of = [](auto mail) {
    SessionGiven layer = live_call();
    return event_in<CallTerminating>(layer.when(mail)).cause;
  };
  EXPECT_EQ(cause_of(wish(Op::kHangup)), Cause::kLocalHangup);
  EXPECT_EQ(cause_of(StreamUnavailable{kCall}), Cause::kMediaFailure);
  for (std::size_t i = 0; i < kEnumSize<Cause>; ++i) {
    EXPECT_EQ(cause_of(CallLost{kCall, static_cast<Cause>(i), 0}), static_cast<Cause>(i));
  }
}

TEST(Termination, RejectingARingingCallEndsItToo_RTP20) {
  SessionGiven layer;
  (void)layer.when(CallOffered{kCall, "peer", sdp_text()});
  const Outbox out = layer.when(wish(Op::kReject));
  EXPECT_EQ(event_in<CallTerminating>(out).cause, Cause::kLocalReject);
  EXPECT_EQ(event_in<OperationFinished>(out).result, OpResult::kOk);
}

TEST(Termination, ALaterTriggerIsAbsorbedAndResetsNothing_RTP05) {
  SessionGiven layer = ending_call();
  EXPECT_EQ(verdict(layer, CleanupLayer::kMedia), Verdict::kAccepted);
  const CleanupTracker before = *layer.own().calls.find(kCall)->cleanup;
  layer.clock(at_ms(1'000));
  EXPECT_EQ(told(layer.when(CallLost{kCall, Cause::kNoAck, 0})), (Lines{"TriggerAbsorbed"}));
  EXPECT_EQ(*layer.own().calls.find(kCall)->cleanup, before);
}

// Shows INV-16.
TEST(Termination, TheLastConfirmationCompletesItAtOnce_I19) {
  SessionGiven layer = ending_call();
  EXPECT_EQ(verdict(layer, CleanupLayer::kDialog), Verdict::kAccepted);
  EXPECT_EQ(verdict(layer, CleanupLayer::kMedia), Verdict::kAccepted);
  const Outbox out = layer.when(CleanupDone{kCall, CleanupLayer::kClient});
  EXPECT_EQ(told(out), (Lines{"CleanupConfirmed", "CallTerminated", "> Client CallEnded"}));
  const auto end = event_in<CallTerminated>(out);
  EXPECT_EQ(end.cause, Cause::kRemoteBye);  // TP-14
  EXPECT_FALSE(end.forced);
  EXPECT_TRUE(end.remembered);
  EXPECT_EQ(layer.own().calls.size(), 0U);
  EXPECT_EQ(layer.own().deadlines.size(), 0U);
}

TEST(Termination, ConfirmationsAreJudged_TP06) {
  SessionGiven layer = live_call();
  EXPECT_EQ(verdict(layer, CleanupLayer::kMedia), Verdict::kEarly);  // R-TP-02
  layer.config().cleanup_layers = {CleanupLayer::kDialog, CleanupLayer::kMedia};
  (void)layer.when(CallLost{kCall, Cause::kRemoteBye, 0});
  EXPECT_EQ(verdict(layer, CleanupLayer::kMedia), Verdict::kAccepted);
  EXPECT_EQ(verdict(layer, CleanupLayer::kMedia), Verdict::kDuplicate);     // R-TP-03
  EXPECT_EQ(verdict(layer, CleanupLayer::kClient), Verdict::kNotRequired);  // R-TP-26
  EXPECT_NE(layer.own().calls.find(kCall), nullptr);
}

TEST(Termination, AConfirmationAfterTheEndChangesNothing_RTP04) {
  SessionGiven layer = ending_call();
  (void)layer.when_due();
  EXPECT_EQ(told(layer.when(CleanupDone{kCall, CleanupLayer::kMedia})), Lines{});
  EXPECT_EQ(told(layer.when(CallLost{kCall, Cause::kNoAck, 0})), Lines{});
}

// Shows INV-16.
TEST(Termination, TheDeadlineForcesItAndAbortsExactlyTheMissing_RTP21) {
  SessionGiven layer = ending_call();
  (void)layer.when(CleanupDone{kCall, CleanupLayer::kMedia});
  const Outbox out = layer.when_due();
  EXPECT_EQ(layer.now(), at_ms(5'000));
  EXPECT_EQ(told(out), (Lines{"CallTerminated", "> Client CallEnded", "> Dialog AbortCleanup",
                              "> Client AbortCleanup"}));
  const auto end = event_in<CallTerminated>(out);
  EXPECT_TRUE(end.forced);
  EXPECT_EQ(end.missing, (CleanupLayers{CleanupLayer::kDialog, CleanupLayer::kClient}));
}

TEST(Termination, TheOperationUnderWayFailsWithTheCall_I15) {
  SessionGiven layer = live_call();
  (void)layer.when(wish(Op::kHold));
  const Outbox out = layer.when(CallLost{kCall, Cause::kRemoteBye, 0});
  EXPECT_EQ(event_in<OperationFinished>(out),
            (OperationFinished{kCall, CommandId{0x33}, OpResult::kEnding}));
}

TEST(Termination, WhileEndingEveryWishIsRefusedAndHangupSucceeds_RTP08) {
  for (const Op op : {Op::kAnswer, Op::kReject, Op::kHold, Op::kResume}) {
    SessionGiven layer = ending_call();
    const Outbox out = layer.when(wish(op));
    EXPECT_EQ(told(out), (Lines{"OperationFinished", "> Client OperationDone"})) << name(op);
    EXPECT_EQ(event_in<OperationFinished>(out).result, OpResult::kEnding) << name(op);
  }
  SessionGiven layer = ending_call();
  const Outbox out = layer.when(wish(Op::kHangup));  // R-TP-07
  EXPECT_EQ(told(out), (Lines{"OperationFinished", "> Client OperationDone"}));
  EXPECT_EQ(event_in<OperationFinished>(out).result, OpResult::kOk);
}

TEST(Termination, WhileEndingNoOfferOrAnswerIsTaken_I20) {
  SessionGiven layer = ending_call();
  EXPECT_EQ(told(layer.when(PeerAccepted{kCall, sdp_text()})), Lines{});
  EXPECT_EQ(told(layer.when(PeerRefused{kCall, 491})), Lines{});
  EXPECT_EQ(told(layer.when(PeerReoffered{kCall, sdp_text()})), Lines{});
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text()})), Lines{});
  EXPECT_EQ(told(layer.when(PeerRinging{kCall})), Lines{});
  EXPECT_EQ(told(layer.when(StreamReady{kCall, kUs})), Lines{});
}

TEST(Termination, AWishThatComesAfterTheEndIsAnsweredEnded_I53) {
  SessionGiven layer = ending_call();
  (void)layer.when_due();
  EXPECT_EQ((mail_in<OperationDone, ToClient>(layer.when(wish(Op::kHold))).result),
            OpResult::kEnded);
  EXPECT_EQ((mail_in<OperationDone, ToClient>(layer.when(wish(Op::kHangup))).result),
            OpResult::kOk);
}

TEST(ImmediateRules, NothingIsWaitedForAndNothingRemembered) {
  SessionGiven layer = live_call();
  layer.config().rules = Rules::kImmediate;
  EXPECT_EQ(told(layer.when(CallLost{kCall, Cause::kRemoteBye, 0})),
            (Lines{"CallTerminating", "CallTerminated", "> Dialog BeginCleanup",
                   "> Client CallEnded", "> Media AbortCleanup"}));
  EXPECT_EQ(layer.state().directory.find(kCall).found, Found::kNotFound);
}

// The model of I-01, I-02, I-10, I-12 and I-16: a set that loses its members.
struct Model {
  bool ending = false;
  bool ended = false;
  Cause cause = Cause::kLocalHangup;
  CleanupLayers missing = kAll;
};

struct Seen {
  int terminating = 0;
  std::vector<CallTerminated> terminated;
};

void note(const Outbox& out, Seen& seen) {
  for (const Event& event : out.events) {
    if (get_event<CallTerminating>(event)) ++seen.terminating;
    if (const auto* end = get_event<CallTerminated>(event)) seen.terminated.push_back(*end);
  }
}

// One move: 0 to 2 a confirmation, 3 the deadline, above a trigger.
Outbox move(SessionGiven& layer, Model& model, int which) {
  if (which < 3) {
    const auto of = static_cast<CleanupLayer>(which);
    if (model.ending && !model.ended) model.missing.erase(of);
    model.ended = model.ended || (model.ending && model.missing.empty());
    return layer.when(CleanupDone{kCall, of});
  }
  if (which == 3) {
    if (!model.ending || model.ended) return {};
    model.ended = true;
    return layer.when_due();
  }
  const auto cause = static_cast<Cause>(which - 4);
  if (!model.ending) model.cause = cause;
  model.ending = true;
  return layer.when(CallLost{kCall, cause, 0});
}

// Shows INV-16.
RC_GTEST_PROP(TerminationProperty, AnyOrderGivesOneBeginningOneEndAndForcedIffSomethingIsMissing,
              ()) {
  const auto moves = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7));
  SessionGiven layer = live_call();
  Model model;
  Seen seen;
  for (const int which : moves) note(move(layer, model, which), seen);
  RC_ASSERT(seen.terminating == (model.ending ? 1 : 0));
  RC_ASSERT(seen.terminated.size() == (model.ended ? 1U : 0U));
  RC_ASSERT((layer.own().calls.find(kCall) == nullptr) == model.ended);
  if (!model.ended) return;
  const CallTerminated& end = seen.terminated.front();
  RC_ASSERT(end.missing == model.missing);
  RC_ASSERT(end.forced == !model.missing.empty());
  RC_ASSERT(end.cause == model.cause);
}

}  // namespace
}  // namespace lastcall::core
