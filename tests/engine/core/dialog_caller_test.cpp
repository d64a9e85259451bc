// Dialogs that we began: forks, the 2xx and its ACK, our re-INVITEs.

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

SendAck ack_in(const Outbox& out) { return mail_in<SendAck, ToTransaction>(out); }

TEST(CallerDialog, WhatIsNoSipUriCannotBeCalled) {
  DialogGiven layer;
  EXPECT_EQ(told(layer.when(PlaceCall{CallId{1}, "tel:+4912345", {}})),
            (Lines{"> Session CallLost transport-failure"}));
}

// RACES I-20: the order to place it can be on its way when the user hangs up.
TEST(CallerDialog, ACallThatIsEndingIsNotPlaced_TP01) {
  DialogGiven layer;
  const CallId call{1};
  layer.fact(CallStarted{.call = call, .role = CallRole::kCaller, .peer = "sip:bob@192.0.2.2"});
  layer.fact(CallTerminating{.call = call, .cause = Cause::kLocalHangup});
  EXPECT_EQ(told(layer.when(PlaceCall{call, "sip:bob@192.0.2.2", {}})), Lines{});
  EXPECT_EQ(told(layer.when(BeginCleanup{call, Cause::kLocalHangup})),
            (Lines{"DutiesTaken", "> Session CleanupDone"}));
}

TEST(CallerDialog, ANameIsCalledByItsTransportAndLookedUpOnTheWay_8_1_2) {
  DialogGiven layer;
  const SendRequest sent =
      sent_in(layer.when(PlaceCall{CallId{1}, "sip:bob@example.org;transport=tcp", {}}));
  EXPECT_EQ(sent.destination.host, "");
  EXPECT_EQ(sent.next_hop, "sip:bob@example.org;transport=tcp");
  EXPECT_EQ(header_of(sent.request, Header::kContact), "<sip:192.0.2.1:5060;transport=tcp>");
  // Hung up meanwhile: nothing is to go out any more.
  const Outbox hangup = layer.when(BeginCleanup{CallId{1}, Cause::kLocalHangup});
  EXPECT_EQ((mail_in<AwaitFinal, ToTransaction>(hangup).invite), sent.transaction);
}

TEST(CallerDialog, NamesInContactAndRecordRouteAreLookedUpForEachRequest_12_2_1_1) {
  Caller us = calling();
  const SendAck ack = ack_in(us.receive(
      {.status = 200, .body = sdp_text(), .contact = "<sip:callee@pc.example.org;transport=tcp>"}));
  EXPECT_EQ(ack.destination, (Endpoint{"", 0, Transport::kTcp}));
  EXPECT_EQ(ack.next_hop, "sip:callee@pc.example.org;transport=tcp");
  const SendRequest bye = sent_in(us.end(Cause::kLocalHangup));
  EXPECT_EQ(bye.destination.host, "");
  EXPECT_EQ(bye.next_hop, ack.next_hop);

  Caller routed = calling();
  EXPECT_EQ(ack_in(routed.receive({.status = 200,
                                   .lines = "Record-Route: <sip:proxy.example.org;lr>\r\n",
                                   .body = sdp_text()}))
                .next_hop,
            "sip:proxy.example.org;lr");
}

TEST(CallerDialog, TheOutboundProxyIsTheFirstHopOfAnInvite_8_1_2) {
  DialogGiven layer;
  layer.config().outbound_proxy = "sip:192.0.2.7:5070;lr";
  const SendRequest sent = sent_in(layer.when(PlaceCall{CallId{1}, "sip:bob@example.org", {}}));
  EXPECT_EQ(header_of(sent.request, Header::kRoute), "<sip:192.0.2.7:5070;lr>");
  EXPECT_EQ(sent.destination, (Endpoint{"192.0.2.7", 5070, Transport::kUdp}));
  EXPECT_EQ(sent.next_hop, "sip:192.0.2.7:5070;lr");
  EXPECT_EQ(parsed(sent.request).request_uri(), "sip:bob@example.org");
}

TEST(CallerDialog, HeadersOfATargetAreNotSent_19_1_5) {
  DialogGiven layer;
  const Outbox out = layer.when(PlaceCall{CallId{1}, "sip:bob@192.0.2.2?Priority=urgent", {}});
  EXPECT_EQ(parsed(sent_in(out).request).request_uri(), "sip:bob@192.0.2.2");
}

TEST(CallerDialog, ATagged1xxMakesAnEarlyDialog_12_1_2) {
  Caller us = calling();
  EXPECT_EQ(told(us.receive({.status = 100, .to_tag = {}, .contact = {}})),
            (Lines{"InviteProceeding"}));
  EXPECT_EQ(told(us.receive({.status = 180})), (Lines{"DialogStarted", "> Session PeerRinging"}));
  EXPECT_EQ(told(us.receive({.status = 180})), (Lines{"> Session PeerRinging"}));
  EXPECT_EQ(told(us.receive({.status = 180, .to_tag = "fork"})),
            (Lines{"DialogStarted", "> Session PeerRinging"}));
  EXPECT_EQ(us.leg().dialogs.size(), 2U);
}

// Shows INV-06.
TEST(CallerDialog, A2xxIsAcknowledgedAndToldOnce_13_2_2_4) {
  Caller us = calling();
  const Outbox first = us.receive(200);
  EXPECT_EQ(told(first),
            (Lines{"DialogStarted", "AckSent", "> Transaction SendAck", "> Session PeerAccepted"}));
  EXPECT_EQ(us.dialog().phase, DialogPhase::kEstablished);
  // I-29: a repeat gets the same bytes.
  const Outbox again = us.receive(200);
  EXPECT_EQ(told(again), (Lines{"> Transaction SendAck"}));
  EXPECT_EQ(ack_in(again).ack, ack_in(first).ack);
}

TEST(CallerDialog, TheAckHasTheRouteTheTargetAndTheCseqOfTheInvite_TXN08) {
  Caller us = calling();
  const Outbox out = us.receive(
      {.status = 200,
       .lines = "Record-Route: <sip:192.0.2.6;lr>\r\nRecord-Route: <sip:192.0.2.5;lr>\r\n",
       .body = sdp_text()});
  const SendAck ack = ack_in(out);
  const SipMessage message = parsed(ack.ack);
  EXPECT_EQ(message.request_uri(), "sip:callee@192.0.2.2");
  EXPECT_EQ(message.header(Header::kRoute), "<sip:192.0.2.5;lr>");  // reversed
  EXPECT_EQ(message.cseq(), parsed(us.request).cseq());
  EXPECT_EQ(message.to_tag(), "callee-tag");
  EXPECT_EQ(ack.destination.host, "192.0.2.5");
}

TEST(CallerDialog, ViaAndContactSayTheTransportThatLeadsThere_18_1_1) {
  DialogGiven layer;
  const Outbox out = layer.when(PlaceCall{CallId{1}, "sip:bob@192.0.2.2;transport=tcp", {}});
  const std::string invite = sent_in(out).request;
  EXPECT_NE(invite.find("\r\nVia: SIP/2.0/TCP "), std::string::npos) << invite;
  EXPECT_NE(header_of(invite, Header::kContact).find(";transport=tcp>"), std::string::npos);

  Caller us = calling();
  const std::string ack = ack_in(us.receive({.status = 200,
                                             .body = sdp_text(),
                                             .contact = "<sip:callee@192.0.2.2;transport=tcp>"}))
                              .ack;
  EXPECT_NE(ack.find("\r\nVia: SIP/2.0/TCP "), std::string::npos) << ack;
}

TEST(CallerDialog, The2xxSetsRouteAndTargetAnew_DLG08) {
  Caller us = calling();
  (void)us.receive({.status = 180, .lines = "Record-Route: <sip:192.0.2.5;lr>\r\n"});
  (void)us.receive({.status = 200,
                    .lines = "Record-Route: <sip:192.0.2.6;lr>\r\n",
                    .body = sdp_text(),
                    .contact = "<sip:192.0.2.9>"});
  EXPECT_EQ(us.dialog().routes, (Lines{"<sip:192.0.2.6;lr>"}));
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.9");
}

TEST(CallerDialog, A2xxWithoutContactIsAnsweredAtTheUriThatWasCalled) {
  Caller us = calling();
  const Outbox out = us.receive({.status = 200, .body = sdp_text(), .contact = {}});
  EXPECT_EQ(parsed(ack_in(out).ack).request_uri(), "sip:callee@192.0.2.2");
}

// Shows INV-06.
TEST(CallerForks, ASecond2xxGetsAckAndBye_R5407_E5_E6) {
  Caller us = connected_caller();
  const Outbox out = us.receive(200, "fork");
  EXPECT_EQ(told(out), (Lines{"DialogStarted", "AckSent", "RequestSent", "> Transaction SendAck",
                              "> Transaction SendRequest BYE"}));
  EXPECT_EQ(parsed(sent_in(out).request).to_tag(), "fork");
  EXPECT_EQ(parsed(sent_in(out).request).cseq(), 2U);
  EXPECT_EQ(us.dialog().phase, DialogPhase::kEstablished);  // I-48: the kept one is untouched
  EXPECT_EQ(us.leg().dialogs[1].phase, DialogPhase::kMortal);
  // Its repeat is acknowledged, and not hung up again.
  EXPECT_EQ(told(us.receive(200, "fork")), (Lines{"> Transaction SendAck"}));
  // The peer may hang that one up too without touching the call.
  EXPECT_EQ(told(us.receive(Method::kBye, 1, "fork")),
            (Lines{"RequestAccepted", "> Transaction Respond 200"}));
}

// Shows DLG-11.
TEST(CallerForks, AFailureEndsAllEarlyDialogs_DLG11) {
  Caller us = calling();
  (void)us.receive(180);
  (void)us.receive(180, "fork");
  EXPECT_EQ(told(us.receive(486)), (Lines{"InviteFailed", "> Session CallLost remote-reject"}));
  for (const Dialog& dialog : us.leg().dialogs) EXPECT_EQ(dialog.phase, DialogPhase::kMortal);
}

TEST(CallerInvite, ItsFailuresAreToldApart) {
  const auto lost = [](int status) {
    Caller us = calling();
    return told(us.layer.when(RequestFailed{us.call, us.invite, Method::kInvite, status})).back();
  };
  EXPECT_EQ(lost(408), "> Session CallLost no-answer");
  EXPECT_EQ(lost(503), "> Session CallLost transport-failure");
  Caller refused = calling();
  EXPECT_EQ(told(refused.receive(503)).back(), "> Session CallLost remote-reject");
}

TEST(CallerReinvite, TakesTheNextCseqAndItsRepeatsGetTheSameAck_I29) {
  Caller us = connected_caller("Record-Route: <sip:192.0.2.5;lr>\r\n");
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  EXPECT_EQ(parsed(sent.request).cseq(), 2U);
  const PeerResponse accept{.status = 200, .body = sdp_text(), .contact = "<sip:192.0.2.9>"};
  const Outbox first = us.receive(sent.request, sent.transaction, accept);
  EXPECT_EQ(told(first), (Lines{"AckSent", "RequestFinished", "> Transaction SendAck",
                                "> Session PeerAccepted"}));
  const Outbox again = us.receive(sent.request, sent.transaction, accept);
  EXPECT_EQ(told(again), (Lines{"> Transaction SendAck"}));
  EXPECT_EQ(ack_in(again).ack, ack_in(first).ack);
  // The target is refreshed; the route set is that of the first 2xx for ever.
  EXPECT_EQ(us.dialog().remote_target, "sip:192.0.2.9");
  EXPECT_EQ(us.dialog().routes, (Lines{"<sip:192.0.2.5;lr>"}));
}

// Shows UAS-19.
TEST(CallerReinvite, OneInviteAtATime_14_1) {
  Caller us = connected_caller();
  (void)us.layer.when(Reoffer{us.call, sdp_text()});
  EXPECT_EQ(told(us.layer.when(Reoffer{us.call, sdp_text()})),
            (Lines{"CollisionMet", "> Session OfferDeferred"}));
  EXPECT_EQ(told(us.receive(Method::kInvite, 1)),
            (Lines{"RequestRefused", "> Transaction Respond 491"}));
}

TEST(CallerReinvite, ARefusalIsPassedOnOnlyWhatEndsTheUsageEndsTheCall_ROA26) {
  for (const int status :
       {404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 502, 604}) {
    Caller us = connected_caller();
    const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
    EXPECT_EQ(told(us.receive(sent.request, sent.transaction, {.status = status})),
              (Lines{"RequestFinished", "> Session CallLost dialog-failure"}))
        << status;
  }
  for (const int status : {400, 403, 415, 488, 500, 503, 606}) {
    Caller us = connected_caller();
    const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
    EXPECT_EQ(told(us.receive(sent.request, sent.transaction, {.status = status})),
              (Lines{"RequestFinished", "> Session PeerRefused"}))
        << status;
  }
}

TEST(CallerReinvite, WithoutAnswerEndsTheCall_ROA25) {
  Caller us = connected_caller();
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  EXPECT_EQ(told(us.layer.when(RequestFailed{us.call, sent.transaction, Method::kInvite, 408})),
            (Lines{"RequestFinished", "> Session CallLost dialog-failure"}));
}

// Shows INV-14.
TEST(CallerReinvite, MayBeFollowedByThePeersOwnOnceItIsAcknowledged_C05) {
  Caller us = connected_caller();
  EXPECT_EQ(told(us.receive(Method::kInvite, 1)).front(), "RequestAccepted");
}

TEST(DialogLayer, MailForACallThatIsGoneChangesNothing) {
  Caller us;
  us.request = calling().request;
  EXPECT_EQ(told(us.receive(200)), Lines{});
  EXPECT_EQ(told(us.layer.when(Ring{us.call})), Lines{});
  EXPECT_EQ(told(us.layer.when(Accept{us.call, {}})), Lines{});
  EXPECT_EQ(told(us.layer.when(Refuse{us.call, 488})), Lines{});
  EXPECT_EQ(told(us.layer.when(Reoffer{us.call, {}})), Lines{});
  EXPECT_EQ(told(us.layer.when(CancelReceived{us.call, us.invite})), Lines{});
  EXPECT_EQ(told(us.layer.when(RequestFailed{us.call, us.invite, Method::kBye, 408})), Lines{});
  EXPECT_EQ(told(us.layer.when(AbortCleanup{us.call})), Lines{});
}

}  // namespace
}  // namespace lastcall::core
