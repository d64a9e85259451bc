// The session layer while the call lives: set-up, answer, hold and resume of either side, and the
// offers and answers it may take.

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {
namespace {

using SessionGiven = Given<SessionLayer>;

constexpr CallId kCall{0x11};
constexpr CommandId kCommand{0x22};
const Endpoint kMedia{"192.0.2.1", 4000, Transport::kUdp};

SessionGiven ringing_callee(std::string offer) {
  SessionGiven layer;
  (void)layer.when(CallOffered{kCall, "<sip:peer@192.0.2.2>", std::move(offer)});
  return layer;
}

SessionGiven connected_callee(std::string offer = sdp_text()) {
  SessionGiven layer = ringing_callee(std::move(offer));
  (void)layer.when(Operate{kCall, kCommand, Op::kAnswer, {}});
  (void)layer.when(StreamReady{kCall, kMedia});
  return layer;
}

SessionGiven connected_caller() {
  SessionGiven layer;
  (void)layer.when(Operate{kCall, kCommand, Op::kCall, "sip:bob@192.0.2.2"});
  (void)layer.when(StreamReady{kCall, kMedia});
  (void)layer.when(PeerAccepted{kCall, sdp_text()});
  return layer;
}

CallState state_of(const SessionGiven& layer) { return layer.own().calls.find(kCall)->state; }

Operate wish(Op op, std::uint64_t command = 0x33) { return {kCall, CommandId{command}, op, {}}; }

TEST(SessionSetup, AnOfferedCallRingsAndTellsTheClient) {
  SessionGiven layer;
  EXPECT_EQ(told(layer.when(CallOffered{kCall, "<sip:peer@192.0.2.2>", sdp_text()})),
            (Lines{"CallStarted", "> Dialog Ring", "> Client CallArrived"}));
  EXPECT_EQ(state_of(layer), CallState::kRinging);
}

TEST(SessionSetup, AnsweringOpensTheStreamFirstAndAcceptsWhenItIsThere) {
  SessionGiven layer = ringing_callee(sdp_text());
  EXPECT_EQ(told(layer.when(wish(Op::kAnswer))), (Lines{"OperationStarted", "> Media OpenStream"}));
  EXPECT_EQ(told(layer.when(StreamReady{kCall, kMedia})),
            (Lines{"CallConnected", "OperationFinished", "> Dialog Accept", "> Media AimStream",
                   "> Client OperationDone", "> Client CallProgressed"}));
  EXPECT_EQ(state_of(layer), CallState::kConnected);
}

TEST(SessionSetup, ACallerOffersWhenItsPortIsOpen) {
  SessionGiven layer;
  EXPECT_EQ(told(layer.when(Operate{kCall, kCommand, Op::kCall, "sip:bob@192.0.2.2"})),
            (Lines{"CallStarted", "> Media OpenStream", "> Client OperationDone"}));
  EXPECT_EQ(told(layer.when(StreamReady{kCall, kMedia})),
            (Lines{"OfferMade", "> Dialog PlaceCall"}));
  EXPECT_EQ(told(layer.when(PeerRinging{kCall})),
            (Lines{"CallRinging", "> Client CallProgressed"}));
  EXPECT_EQ(told(layer.when(PeerRinging{kCall})), Lines{});
  EXPECT_EQ(told(layer.when(PeerAccepted{kCall, sdp_text()})),
            (Lines{"CallConnected", "> Media AimStream", "> Client CallProgressed"}));
}

TEST(SessionSetup, ALateRingingAfterConnectedIsIgnored_REST09) {
  SessionGiven layer = connected_caller();
  EXPECT_EQ(told(layer.when(PeerRinging{kCall})), Lines{});
}

TEST(SessionSetup, NobodyAnsweringEndsTheCallAtTheRingTimeout) {
  SessionGiven layer = ringing_callee(sdp_text());
  EXPECT_EQ(event_in<CallTerminating>(layer.when_due()).cause, Cause::kNoAnswer);
  EXPECT_EQ(layer.now(), at_ms(180'000));
}

TEST(SessionSetup, AnOfferWithoutCommonCodecIsRefused488_13_3_1_3) {
  std::string offer = sdp_text();
  offer.replace(offer.find("AVP 0"), 5, "AVP 9");
  SessionGiven layer = ringing_callee(offer);
  (void)layer.when(wish(Op::kAnswer));
  const auto ending = event_in<CallTerminating>(layer.when(StreamReady{kCall, kMedia}));
  EXPECT_EQ(ending.cause, Cause::kMediaFailure);
  EXPECT_EQ(ending.status, 488);
}

TEST(SessionSetup, AnAnswerThatCannotBeUsedEndsTheCall_ROA24) {
  SessionGiven layer;
  (void)layer.when(Operate{kCall, kCommand, Op::kCall, "sip:bob@192.0.2.2"});
  (void)layer.when(StreamReady{kCall, kMedia});
  EXPECT_EQ(event_in<CallTerminating>(layer.when(PeerAccepted{kCall, "no sdp"})).cause,
            Cause::kMediaFailure);
}

TEST(SessionHold, OurHoldIsOfferedAndTakesEffectWithTheAnswer) {
  SessionGiven layer = connected_callee();
  const Outbox asked = layer.when(wish(Op::kHold));
  EXPECT_EQ(told(asked), (Lines{"OperationStarted", "> Dialog Reoffer"}));
  EXPECT_NE((mail_in<Reoffer, ToDialog>(asked).sdp.find("a=sendonly")), std::string::npos);
  EXPECT_EQ(state_of(layer), CallState::kConnected);
  EXPECT_EQ(told(layer.when(PeerAccepted{kCall, sdp_text("recvonly")})),
            (Lines{"SessionChanged", "OperationFinished", "> Media AimStream",
                   "> Client CallProgressed", "> Client OperationDone"}));
  EXPECT_EQ(state_of(layer), CallState::kOnHold);
}

TEST(SessionHold, ResumeOffersSendrecvAndEndsTheHold) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  (void)layer.when(PeerAccepted{kCall, sdp_text("recvonly")});
  const Outbox asked = layer.when(wish(Op::kResume, 0x34));
  EXPECT_NE((mail_in<Reoffer, ToDialog>(asked).sdp.find("a=sendrecv")), std::string::npos);
  (void)layer.when(PeerAccepted{kCall, sdp_text()});
  EXPECT_EQ(state_of(layer), CallState::kConnected);
  EXPECT_EQ(layer.own().calls.find(kCall)->direction, Direction::kSendRecv);
}

TEST(SessionHold, ARefusedHoldLeavesTheSessionAsItWas_14_1) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  const Outbox out = layer.when(PeerRefused{kCall, 491});
  EXPECT_EQ(event_in<OperationFinished>(out).result, OpResult::kRefused);
  EXPECT_EQ(state_of(layer), CallState::kConnected);
}

TEST(SessionHold, TheVersionOfOurSdpGrowsByOneWithEachOffer_SDP03) {
  SessionGiven layer = connected_callee();
  EXPECT_EQ(layer.own().calls.find(kCall)->offer_version, 1U);
  const auto reoffer = mail_in<Reoffer, ToDialog>(layer.when(wish(Op::kHold)));
  EXPECT_EQ(layer.own().calls.find(kCall)->offer_version, 2U);
  EXPECT_NE(reoffer.sdp.find(" 2 IN IP4"), std::string::npos);
}

TEST(SessionHold, OneOperationAtATime_I36) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  const Outbox second = layer.when(wish(Op::kHold, 0x34));
  EXPECT_EQ(event_in<OperationFinished>(second).result, OpResult::kWrongState);
  EXPECT_EQ(layer.own().calls.find(kCall)->operation->command, CommandId{0x33});
}

TEST(SessionHold, TheWishMustFitTheState) {
  SessionGiven ringing = ringing_callee(sdp_text());
  EXPECT_EQ(event_in<OperationFinished>(ringing.when(wish(Op::kHold))).result,
            OpResult::kWrongState);
  SessionGiven connected = connected_callee();
  EXPECT_EQ(event_in<OperationFinished>(connected.when(wish(Op::kResume))).result,
            OpResult::kWrongState);
  EXPECT_EQ(event_in<OperationFinished>(connected.when(wish(Op::kAnswer))).result,
            OpResult::kWrongState);
}

TEST(SessionReoffer, TheRemoteHoldIsAnsweredRecvonlyAndShown_SDP06) {
  SessionGiven layer = connected_callee();
  const Outbox out = layer.when(PeerReoffered{kCall, sdp_text("sendonly")});
  EXPECT_EQ(told(out), (Lines{"SessionChanged", "> Dialog Accept", "> Media AimStream",
                              "> Client CallProgressed"}));
  EXPECT_EQ(event_in<SessionChanged>(out).direction, Direction::kRecvOnly);
  EXPECT_NE((mail_in<Accept, ToDialog>(out).sdp.find("a=recvonly")), std::string::npos);
  EXPECT_EQ(state_of(layer), CallState::kOnHold);
}

TEST(SessionReoffer, TheOldHoldIsUnderstood_SDP07) {
  SessionGiven layer = connected_callee();
  const Outbox out = layer.when(PeerReoffered{kCall, sdp_text("sendrecv", "0.0.0.0")});
  EXPECT_EQ((mail_in<AimStream, ToMedia>(out).remote), Endpoint{});
  EXPECT_EQ(state_of(layer), CallState::kOnHold);
  (void)layer.when(PeerReoffered{kCall, sdp_text()});
  EXPECT_EQ(state_of(layer), CallState::kConnected);
}

TEST(SessionReoffer, EachSideKeepsItsOwnHold_ROA21) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  (void)layer.when(PeerAccepted{kCall, sdp_text("recvonly")});
  const Outbox out = layer.when(PeerReoffered{kCall, sdp_text("sendonly")});
  EXPECT_NE((mail_in<Accept, ToDialog>(out).sdp.find("a=inactive")), std::string::npos);
  (void)layer.when(PeerReoffered{kCall, sdp_text("sendrecv")});
  EXPECT_EQ(state_of(layer), CallState::kOnHold);  // ours still stands
}

TEST(SessionReoffer, AnOfferWeCannotMeetGets488AndChangesNothing_14_2) {
  SessionGiven layer = connected_callee();
  const Outbox out = layer.when(PeerReoffered{kCall, "v=0\r\n"});
  EXPECT_EQ(told(out), (Lines{"> Dialog Refuse 488"}));
}

TEST(SessionOfferIn2xx, TheAckBringsTheAnswer_INV15) {
  SessionGiven layer = connected_callee({});
  EXPECT_EQ(layer.own().calls.find(kCall)->remote_media, Endpoint{});
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text()})),
            (Lines{"SessionChanged", "> Media AimStream"}));
  EXPECT_EQ(layer.own().calls.find(kCall)->remote_media.port, 4000);
}

TEST(SessionOfferIn2xx, AnAckWithoutTheAnswerEndsTheCall_13_2_1) {
  SessionGiven layer = connected_callee({});
  EXPECT_EQ(event_in<CallTerminating>(layer.when(PeerAnswered{kCall, {}})).cause,
            Cause::kMediaFailure);
}

TEST(SessionOfferIn2xx, AnSdpThatAnswersNothingIsIgnored_INV15) {
  SessionGiven layer = connected_callee();
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text("inactive")})), Lines{});
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, {}})), Lines{});
}

TEST(SessionOfferIn2xx, AnOfferThatOvertakesTheAnswerGets491_R5407_3_1_5) {
  SessionGiven layer = connected_callee({});
  const Outbox out = layer.when(PeerReoffered{kCall, sdp_text()});
  EXPECT_EQ((mail_in<Refuse, ToDialog>(out).status), 491);
  (void)layer.when(PeerAnswered{kCall, sdp_text()});
  EXPECT_EQ(told(layer.when(PeerReoffered{kCall, sdp_text()})).front(), "SessionChanged");
}

TEST(SessionOfferIn2xx, AnOfferlessReinviteIsAnsweredWithAnOffer_14_2) {
  SessionGiven layer = connected_callee();
  const Outbox out = layer.when(PeerReoffered{kCall, {}});
  EXPECT_EQ(told(out), (Lines{"OfferMade", "> Dialog Accept"}));
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text()})),
            (Lines{"SessionChanged", "> Media AimStream"}));
}

}  // namespace
}  // namespace lastcall::core
