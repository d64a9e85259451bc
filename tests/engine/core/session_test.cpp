// The session layer while the call lives: set-up, answer, hold and resume of either side, and the
// offers and answers it may take.

#include "engine/sip/sdp.hpp"
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
                   "> Client CallProgressed", "> Client OperationDone"}));
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
  EXPECT_EQ(told(asked), (Lines{"OperationStarted", "OfferMade", "> Dialog Reoffer"}));
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
  const auto reoffer = mail_in<Reoffer, ToDialog>(layer.when(wish(Op::kHold)));
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
  EXPECT_EQ(told(out), (Lines{"SessionChanged", "> Media AimStream", "> Client CallProgressed",
                              "> Dialog Accept"}));
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

// Shows INV-08.
TEST(SessionReoffer, AnOfferWeCannotMeetGets488AndChangesNothing_14_2) {
  SessionGiven layer = connected_callee();
  const Outbox out = layer.when(PeerReoffered{kCall, "v=0\r\n"});
  EXPECT_EQ(told(out), (Lines{"> Dialog Refuse 488"}));
}

TEST(SessionOfferIn2xx, TheAckBringsTheAnswer_INV15) {
  SessionGiven layer = connected_callee({});
  EXPECT_EQ(layer.own().calls.find(kCall)->remote_media, Endpoint{});
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text(), true})),
            (Lines{"SessionChanged", "> Media AimStream"}));
  EXPECT_EQ(layer.own().calls.find(kCall)->remote_media.port, 4000);
}

TEST(SessionOfferIn2xx, AnAckWithoutTheAnswerEndsTheCall_13_2_1) {
  SessionGiven layer = connected_callee({});
  EXPECT_EQ(event_in<CallTerminating>(layer.when(PeerAnswered{kCall, {}, true})).cause,
            Cause::kMediaFailure);
}

TEST(SessionOfferIn2xx, AnSdpThatAnswersNothingIsIgnored_INV15) {
  SessionGiven layer = connected_callee();
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text("inactive"), true})), Lines{});
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, {}, true})), Lines{});
}

// Shows INV-08, SDP-09, UAS-19, DLG-13.
TEST(SessionOfferIn2xx, AnOfferThatOvertakesTheAnswerGets491_R5407_3_1_5) {
  SessionGiven layer = connected_callee({});
  const Outbox out = layer.when(PeerReoffered{kCall, sdp_text()});
  EXPECT_EQ((mail_in<Refuse, ToDialog>(out).status), 491);
  (void)layer.when(PeerAnswered{kCall, sdp_text(), true});
  EXPECT_EQ(told(layer.when(PeerReoffered{kCall, sdp_text()})).front(), "SessionChanged");
}

TEST(SessionOfferIn2xx, AnOfferlessReinviteIsAnsweredWithAnOffer_14_2) {
  SessionGiven layer = connected_callee();
  const Outbox out = layer.when(PeerReoffered{kCall, {}});
  EXPECT_EQ(told(out), (Lines{"OfferMade", "> Dialog Accept"}));
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text(), true})),
            (Lines{"SessionChanged", "> Media AimStream"}));
}

// The ACK of a 2xx that answered an offer of the peer may come when ours is on its way already.
TEST(SessionReoffer, AnAckThatCrossesAnOfferOfOursIsNoAnswerToIt_I36) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, {}, true})), Lines{});
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text("recvonly"), true})), Lines{});
  (void)layer.when(PeerAccepted{kCall, sdp_text("recvonly")});
  EXPECT_EQ(state_of(layer), CallState::kOnHold);
}

std::string offer_in(const Outbox& out) { return mail_in<Reoffer, ToDialog>(out).sdp; }

std::uint64_t version_of(const std::string& sdp) {
  return sip::parse_sdp(sdp).value().origin.version;
}

SessionGiven ringing_caller() {
  SessionGiven layer;
  (void)layer.when(Operate{kCall, kCommand, Op::kCall, "sip:bob@192.0.2.2"});
  (void)layer.when(StreamReady{kCall, kMedia});
  return layer;
}

TEST(SessionEarlyMedia, TheAnswerInA183IsHeardAndTheNewestForkWins_SDP17) {
  SessionGiven layer = ringing_caller();
  EXPECT_EQ(told(layer.when(PeerRinging{kCall, sdp_text()})),
            (Lines{"CallRinging", "RingBackChosen", "EarlyMediaAgreed", "> Client CallProgressed",
                   "> Media AimStream"}));
  EXPECT_EQ(state_of(layer), CallState::kRinging);
  const Outbox fork = layer.when(PeerRinging{kCall, sdp_text("sendonly", "192.0.2.7")});
  EXPECT_EQ((mail_in<AimStream, ToMedia>(fork).remote.host), "192.0.2.7");
  // The fork that answers is the one that is heard then.
  const Outbox answered = layer.when(PeerAccepted{kCall, sdp_text()});
  EXPECT_EQ(event_in<CallConnected>(answered).remote_media.host, "192.0.2.2");
}

TEST(SessionEarlyMedia, AnUpdateMayChangeASettledAnswerOnly_3311_5_2) {
  SessionGiven layer = ringing_caller();
  const auto answer_to_update = [&] {
    const Outbox out = layer.when(PeerUpdated{kCall, sdp_text("inactive")});
    return mail_in<AnswerUpdate, ToDialog>(out).status;
  };
  EXPECT_EQ(answer_to_update(), 491);  // ours is not answered
  (void)layer.when(PeerRinging{kCall, sdp_text()});
  EXPECT_EQ(answer_to_update(), 491);  // an unreliable answer is a preview
  (void)layer.when(PeerRinging{kCall, sdp_text(), true});
  EXPECT_EQ(answer_to_update(), 200);
  // What the caller hears follows (RFC 3960 3.2).
  SessionGiven silent = ringing_caller();
  (void)silent.when(PeerRinging{kCall, sdp_text("inactive"), true, true});
  EXPECT_EQ(silent.own().calls.find(kCall)->ring_back, RingBack::kOwn);
  (void)silent.when(PeerUpdated{kCall, sdp_text()});
  EXPECT_EQ(silent.own().calls.find(kCall)->ring_back, RingBack::kPeer);
  SessionGiven callee = ringing_callee(sdp_text());
  const Outbox owed = callee.when(PeerUpdated{kCall, sdp_text()});
  EXPECT_EQ((mail_in<AnswerUpdate, ToDialog>(owed).status), 500);  // R-OA-12
}

TEST(SessionDelayedOffer, The2xxOffersAndTheAckAnswers_INV15) {
  SessionGiven layer;
  layer.config().delayed_offer = true;
  (void)layer.when(Operate{kCall, kCommand, Op::kCall, "sip:bob@192.0.2.2"});
  const Outbox placed = layer.when(StreamReady{kCall, kMedia});
  EXPECT_EQ((mail_in<PlaceCall, ToDialog>(placed).sdp), "");
  const Outbox out = layer.when(PeerAccepted{kCall, sdp_text("sendonly")});
  EXPECT_EQ(told(out), (Lines{"CallConnected", "> Dialog AnswerOffer", "> Media AimStream",
                              "> Client CallProgressed"}));
  EXPECT_NE((mail_in<AnswerOffer, ToDialog>(out).sdp.find("a=recvonly")), std::string::npos);
}

// Shows SDP-10.
TEST(SessionDelayedOffer, AnOfferWeCannotTakeIsAnsweredAndEndsTheCall_ROA24) {
  SessionGiven layer;
  layer.config().delayed_offer = true;
  (void)layer.when(Operate{kCall, kCommand, Op::kCall, "sip:bob@192.0.2.2"});
  (void)layer.when(StreamReady{kCall, kMedia});
  const Outbox out = layer.when(PeerAccepted{kCall, "v=0\r\n"});
  EXPECT_EQ((mail_in<AnswerOffer, ToDialog>(out).sdp), "");
  EXPECT_EQ(event_in<CallTerminating>(out).cause, Cause::kMediaFailure);
}

// Shows SDP-03.
TEST(SessionCollision, AnOfferThatWasNeverSentTakesNoVersion_SDP03) {
  SessionGiven layer = connected_callee();
  EXPECT_EQ(version_of(offer_in(layer.when(wish(Op::kHold)))), 2U);
  EXPECT_EQ(told(layer.when(OfferDeferred{kCall, false})), (Lines{"OfferWithdrawn"}));
  // The peer changes the session in between; our retry counts from there.
  const Outbox peer = layer.when(PeerReoffered{kCall, sdp_text("recvonly")});
  EXPECT_EQ(version_of(mail_in<Accept, ToDialog>(peer).sdp), 2U);
}

TEST(SessionCollision, TheRetrySaysTheSameInTheSameVersion_RFC5407_3_3_1) {
  SessionGiven layer = connected_callee();
  const std::string first = offer_in(layer.when(wish(Op::kHold)));
  EXPECT_EQ(told(layer.when(OfferDeferred{kCall, true})), (Lines{"OfferRefused"}));
  EXPECT_EQ(offer_in(layer.when(OfferDue{kCall, false})), first);
  (void)layer.when(PeerAccepted{kCall, sdp_text("recvonly")});
  EXPECT_EQ(state_of(layer), CallState::kOnHold);
  // R-OA-08: nothing is wanted any more.
  EXPECT_EQ(told(layer.when(OfferDue{kCall, false})), Lines{});
}

TEST(SessionCollision, ThePeersOwnRetryCarriesOurHoldAsWell_ROA21) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  (void)layer.when(OfferDeferred{kCall, true});
  const Outbox out = layer.when(PeerReoffered{kCall, sdp_text("sendonly")});
  EXPECT_NE((mail_in<Accept, ToDialog>(out).sdp.find("a=inactive")), std::string::npos);
  EXPECT_EQ(event_in<OperationFinished>(out).result, OpResult::kOk);
  EXPECT_EQ(told(layer.when(OfferDue{kCall, false})), Lines{});
}

// Shows SDP-18.
TEST(SessionCollision, AnEndingCallOffersAndAnswersNothing_ROA06) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  (void)layer.when(OfferDeferred{kCall, true});
  (void)layer.when(CallLost{kCall, Cause::kRemoteBye, 0});
  EXPECT_EQ(told(layer.when(OfferDue{kCall, false})), Lines{});
  EXPECT_EQ(told(layer.when(OfferDue{kCall, true})), Lines{});
  EXPECT_EQ(told(layer.when(PeerReoffered{kCall, sdp_text()})), Lines{});
  EXPECT_EQ(told(layer.when(PeerUpdated{kCall, sdp_text()})), Lines{});
  EXPECT_EQ(told(layer.when(PeerAccepted{kCall, sdp_text()})), Lines{});
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text()})), Lines{});
  EXPECT_EQ(told(layer.when(PeerRefused{kCall, 488})), Lines{});
}

TEST(SessionRefresh, OffersWhatStandsWithTheSameOrigin_TMR04) {
  SessionGiven layer = connected_caller();
  const std::string sdp = layer.own().calls.find(kCall)->description;
  EXPECT_EQ(offer_in(layer.when(OfferDue{kCall, true})), sdp);
  (void)layer.when(PeerAccepted{kCall, sdp_text()});
  EXPECT_EQ(state_of(layer), CallState::kConnected);
}

// Shows SDP-06.
TEST(SessionRefresh, DoesNotStickToTheHoldOfThePeer_ROA22) {
  SessionGiven layer = connected_callee();
  (void)layer.when(PeerReoffered{kCall, sdp_text("sendonly")});
  const std::string offer = offer_in(layer.when(OfferDue{kCall, true}));
  EXPECT_NE(offer.find("a=sendrecv"), std::string::npos);
  // The peer holds on, and the call stays on hold.
  (void)layer.when(PeerAccepted{kCall, sdp_text("sendonly")});
  EXPECT_EQ(state_of(layer), CallState::kOnHold);
}

// Shows INV-13.
TEST(SessionRollback, AFailureAfterTheAnswerBringsBothSidesBack_ROA16) {
  SessionGiven layer = connected_callee();
  (void)layer.when(wish(Op::kHold));
  EXPECT_EQ(told(layer.when(PeerAnswered{kCall, sdp_text("recvonly")})),
            (Lines{"SessionChanged", "> Media AimStream", "> Client CallProgressed"}));
  const Outbox out = layer.when(PeerRefused{kCall, 488});
  EXPECT_EQ(event_in<OperationFinished>(out).result, OpResult::kRefused);
  EXPECT_NE(offer_in(out).find("a=sendrecv"), std::string::npos);
  (void)layer.when(PeerAccepted{kCall, sdp_text()});
  EXPECT_EQ(state_of(layer), CallState::kConnected);
}

TEST(SessionOfferIn2xx, AWishWaitsForTheAnswerToTheOfferThatIsOut_I36) {
  SessionGiven layer = connected_callee({});
  EXPECT_EQ(told(layer.when(wish(Op::kHold))), (Lines{"OperationStarted"}));
  const Outbox out = layer.when(PeerAnswered{kCall, sdp_text(), true});
  EXPECT_NE(offer_in(out).find("a=sendonly"), std::string::npos);
}

}  // namespace
}  // namespace lastcall::core
