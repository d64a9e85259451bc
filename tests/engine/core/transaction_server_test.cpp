// The server transactions: INVITE (RFC 3261 17.2.1 with RFC 6026 7.1) and the others (17.2.2),
// transition by transition; and what is no transaction at all.

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {
namespace {

using Server = Given<TransactionLayer>;

// A request has arrived; gives the id of its transaction.
TransactionId arrived(Server& layer, const PeerRequest& request) {
  const Outbox out = layer.when(datagram(text_of(request)));
  return event_in<ServerTransactionStarted>(out).transaction;
}

Respond response(TransactionId id, int status) {
  return {
      .call = {}, .transaction = id, .status = status, .to_tag = "ours", .headers = {}, .body = {}};
}

const PeerRequest kInvite{};
const PeerRequest kBye{.method = Method::kBye, .cseq = 2, .branch = "bye", .to_tag = "ours"};

TEST(InviteServer, TellsTheDialogOfANewInviteAndOfNoRepeat_I40) {
  Server layer;
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))),
            (Lines{"ServerTransactionStarted", "> Dialog RequestReceived"}));
  // Trying has nothing to repeat yet.
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))), Lines{});
}

// Shows TXN-02.
TEST(InviteServer, ProceedingRepeatsItsNewestProvisionalAtOnce_17_2_1) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  EXPECT_EQ(told(layer.when(response(id, 180))), (Lines{"ResponseSent", "!! Transmit 180 INVITE"}));
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))), (Lines{"!! Transmit 180 INVITE"}));
  EXPECT_EQ(layer.own().deadlines.size(), 0U);  // no timer runs in Proceeding
}

// Shows TXN-02, TXN-15, INV-14.
TEST(InviteServer, AcceptedWaitsForTheLogAbsorbsRepeatsAndLingers32s_6026_7_1) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  EXPECT_EQ(told(layer.when(response(id, 200))), (Lines{"ResponseSent", "! Transmit 200 INVITE"}));
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))), Lines{});  // never resends by itself
  EXPECT_EQ(layer.schedule(1), (Lines{"32000 TransactionEnded"}));   // Timer L
  EXPECT_FALSE(layer.own().live.contains(id));
}

TEST(InviteServer, AcceptedSendsThe2xxAgainWhenTheDialogAsks_13_3_1_4) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  const std::string first = output_in<Transmit>(layer.when(response(id, 200))).wire.bytes;
  const Outbox again = layer.when(RepeatResponse{{}, id});
  EXPECT_EQ(told(again), (Lines{"! Transmit 200 INVITE"}));
  EXPECT_EQ(output_in<Transmit>(again).wire.bytes, first);
}

// Shows TXN-02, TXN-12.
TEST(InviteServer, CompletedResendsByTimerGUntilTimerH_17_2_1) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  EXPECT_EQ(told(layer.when(response(id, 486))), (Lines{"ResponseSent", "! Transmit 486 INVITE"}));
  EXPECT_EQ(
      layer.schedule(11),
      (Lines{"500 Transmit 486 INVITE", "1500 Transmit 486 INVITE", "3500 Transmit 486 INVITE",
             "7500 Transmit 486 INVITE", "11500 Transmit 486 INVITE", "15500 Transmit 486 INVITE",
             "19500 Transmit 486 INVITE", "23500 Transmit 486 INVITE", "27500 Transmit 486 INVITE",
             "31500 Transmit 486 INVITE", "32000 TransactionEnded"}));
}

TEST(InviteServer, CompletedAnswersARepeatWithTheSameBytes_I40) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  const std::string first = output_in<Transmit>(layer.when(response(id, 486))).wire.bytes;
  const Outbox again = layer.when(datagram(text_of(kInvite)));
  EXPECT_EQ(told(again), (Lines{"! Transmit 486 INVITE"}));
  EXPECT_EQ(output_in<Transmit>(again).wire.bytes, first);
}

// Shows TXN-02.
TEST(InviteServer, AnAckConfirmsAndTimerIEndsItAfterT4_17_2_1) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  (void)layer.when(response(id, 486));
  const PeerRequest ack{.method = Method::kAck, .to_tag = "ours", .contact = {}};
  layer.clock(at_ms(100));
  EXPECT_EQ(told(layer.when(datagram(text_of(ack)))), (Lines{"FailureAcknowledged"}));
  EXPECT_EQ(told(layer.when(datagram(text_of(ack)))), Lines{});      // absorbed
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))), Lines{});  // absorbed
  EXPECT_EQ(layer.schedule(1), (Lines{"5100 TransactionEnded"}));
}

TEST(InviteServer, SendsOneFinalOnly_I28) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  (void)layer.when(response(id, 200));
  EXPECT_EQ(told(layer.when(response(id, 487))), Lines{});
}

TEST(InviteServer, ALateTimerDoesNotShiftTheSchedule) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  (void)layer.when(response(id, 486));
  layer.clock(at_ms(900));  // Timer G was due at 500
  EXPECT_EQ(layer.schedule(4), (Lines{"900 Transmit 486 INVITE", "1500 Transmit 486 INVITE",
                                      "3500 Transmit 486 INVITE", "7500 Transmit 486 INVITE"}));
}

TEST(InviteServer, AfterALongSleepRepeatsGoOnDoublingFromT1) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  (void)layer.when(response(id, 486));
  layer.clock(at_ms(10'000));
  EXPECT_EQ(layer.schedule(4), (Lines{"10000 Transmit 486 INVITE", "10500 Transmit 486 INVITE",
                                      "12500 Transmit 486 INVITE", "16500 Transmit 486 INVITE"}));
}

// Shows TXN-10.
TEST(InviteServer, OutlivesWhatCouldNotBeSent_R60265) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  (void)layer.when(response(id, 200));
  EXPECT_EQ(told(layer.when(TransmitFailed{id})), Lines{});
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))), Lines{});  // absorbed as before
  EXPECT_EQ(told(layer.when(RepeatResponse{{}, id})), Lines{"! Transmit 200 INVITE"});
  EXPECT_EQ(layer.schedule(1), (Lines{"32000 TransactionEnded"}));
}

// Shows TXN-02, UAS-33.
TEST(InviteServer, GetsA100WithoutTagWhenNobodyAnsweredWithin200ms_17_2_1) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  const Outbox trying = layer.when_due();
  EXPECT_EQ(layer.now(), at_ms(200));
  EXPECT_EQ(told(trying), (Lines{"ResponseSent", "!! Transmit 100 INVITE"}));
  EXPECT_EQ(parsed(output_in<Transmit>(trying).wire.bytes).to_tag(), "");
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))), Lines{"!! Transmit 100 INVITE"});
  EXPECT_EQ(told(layer.when(response(id, 180))), (Lines{"ResponseSent", "!! Transmit 180 INVITE"}));
}

// Shows TXN-04.
TEST(OtherServer, GetsA100NotBefore3500msAndThenSurely_4320_4_1) {
  Server layer;
  const TransactionId id = arrived(layer, kBye);
  EXPECT_EQ(told(layer.when_due()), (Lines{"ResponseSent", "!! Transmit 100 BYE"}));
  EXPECT_EQ(layer.now(), at_ms(3'500));
  EXPECT_EQ(told(layer.when(datagram(text_of(kBye)))), Lines{"!! Transmit 100 BYE"});
  EXPECT_EQ(told(layer.when(response(id, 200))), (Lines{"ResponseSent", "! Transmit 200 BYE"}));
  // Answered in time: no 100 at all.
  Server prompt;
  (void)prompt.when(response(arrived(prompt, kBye), 200));
  EXPECT_EQ(prompt.schedule(1), Lines{"32000 TransactionEnded"});
}

// Shows TXN-04.
TEST(OtherServer, NeverSends408_4320_4_2) {
  Server layer;
  EXPECT_EQ(told(layer.when(response(arrived(layer, kBye), 408))), Lines{"TransactionEnded"});
  EXPECT_EQ(layer.own().deadlines.size(), 0U);
}

// Shows TXN-04.
TEST(OtherServer, CompletedRepeatsItsFinalUntilTimerJ_17_2_2) {
  Server layer;
  const TransactionId id = arrived(layer, kBye);
  EXPECT_EQ(told(layer.when(datagram(text_of(kBye)))), Lines{});  // Trying discards
  const Outbox first = layer.when(response(id, 200));
  EXPECT_EQ(told(first), (Lines{"ResponseSent", "! Transmit 200 BYE"}));
  const Outbox again = layer.when(datagram(text_of(kBye)));
  EXPECT_EQ(told(again), (Lines{"! Transmit 200 BYE"}));
  EXPECT_EQ(output_in<Transmit>(again), output_in<Transmit>(first));
  EXPECT_EQ(told(layer.when(response(id, 481))), Lines{});  // another final is discarded
  EXPECT_EQ(layer.schedule(1), (Lines{"32000 TransactionEnded"}));
}

// Shows TXN-06.
TEST(ServerMatching, TheSameBranchFromAnotherSenderIsAnotherRequest_17_2_3) {
  Server layer;
  (void)arrived(layer, kBye);
  std::string other = text_of(kBye);
  other.replace(other.find("192.0.2.2:5060"), 14, "192.0.2.9:5060");
  EXPECT_EQ(told(layer.when(datagram(other))),
            (Lines{"AnswerRationed", "ServerTransactionStarted", "> Dialog RequestReceived"}));
}

TEST(ServerMatching, AnswersGoWhereTheRequestCameFrom_3581) {
  Server layer;
  const TransactionId id = arrived(layer, kBye);
  const Transmit out = output_in<Transmit>(layer.when(response(id, 200)));
  EXPECT_EQ(out.destination, kPeer);
  EXPECT_EQ(out.local, kUs);
  EXPECT_EQ(out.transaction, TransactionId{});
}

// Shows TXN-06.
TEST(ServerMatching, WithoutACookieEverythingElseMustBeTheSame_17_2_3) {
  Server layer;
  const auto old = [](PeerRequest request, std::string_view cseq = {}) {
    std::string bytes = text_of(request);
    bytes.erase(bytes.find(";branch=z9hG4bKb1"), 17);
    if (!cseq.empty()) bytes.replace(bytes.find("CSeq: 1"), 7, cseq);
    return bytes;
  };
  const Outbox first = layer.when(datagram(old(kInvite)));
  const TransactionId id = event_in<ServerTransactionStarted>(first).transaction;
  EXPECT_EQ(told(layer.when(datagram(old(kInvite)))), Lines{});  // a repeat
  for (const std::string& other : {old({.uri = "sip:other@192.0.2.1"}), old({.call_id = "call-2"}),
                                   old({.from_tag = "another"}), old(kInvite, "CSeq: 2")}) {
    EXPECT_NE(event_in<ServerTransactionStarted>(layer.when(datagram(other))).transaction, id);
  }
  // Its CANCEL and the ACK of its failure are matched the same way, the ACK by the To tag as well.
  EXPECT_EQ(told(layer.when(datagram(old({.method = Method::kCancel})))).at(2),
            "> Dialog CancelReceived");
  (void)layer.when(response(id, 487));
  EXPECT_EQ(told(layer.when(datagram(old({.method = Method::kAck, .to_tag = "someone"})))),
            Lines{"DatagramDropped"});
  EXPECT_EQ(told(layer.when(datagram(old({.method = Method::kAck, .to_tag = "ours"})))),
            Lines{"FailureAcknowledged"});
}

// Shows TXN-14, UAS-14.
TEST(ServerMatching, ARequestThatComesOnTwoPathsIsServedOnce_8_2_2_2) {
  for (const Method method : {Method::kInvite, Method::kOptions, Method::kMessage}) {
    Server layer;
    (void)arrived(layer, {.method = method});
    const Outbox merged = layer.when(datagram(text_of({.method = method, .branch = "b2"})));
    const std::string refusal = "! Transmit 482 " + std::string{name(method)};
    EXPECT_EQ(told(merged), (Lines{"ServerTransactionStarted", "ResponseSent", refusal}));
    // Another tag, another Call-ID or another CSeq is another request.
    for (const PeerRequest& other :
         {PeerRequest{.method = method, .branch = "b3", .from_tag = "another"},
          PeerRequest{.method = method, .branch = "b4", .call_id = "call-2"},
          PeerRequest{.method = method, .cseq = 2, .branch = "b5"}}) {
      EXPECT_EQ(told(layer.when(datagram(text_of(other)))).back(), "> Dialog RequestReceived");
    }
  }
}

TEST(ServerMatching, TheSecondPathIsForgottenWithTheFirst) {
  Server layer;
  (void)layer.when(response(arrived(layer, kInvite), 200));
  EXPECT_EQ(layer.schedule(1), Lines{"32000 TransactionEnded"});
  EXPECT_EQ(layer.own().originals.size(), 0U);
}

std::string via_of_answer(std::string_view via) {
  Server layer;
  std::string bytes = text_of(kBye);
  const std::size_t at = bytes.find("SIP/2.0/UDP");
  bytes.replace(at, bytes.find("\r\n", at) - at, via);
  const Outbox out =
      layer.when(DatagramReceived{{"192.0.2.2", 40'000, Transport::kUdp}, kUs, {bytes}});
  const TransactionId id = event_in<ServerTransactionStarted>(out).transaction;
  return header_of(output_in<Transmit>(layer.when(response(id, 200))).wire.bytes, Header::kVia);
}

// Shows TRN-09.
TEST(AnswerVia, TellsTheSourceOfANameOrAnotherAddress_18_2_1) {
  EXPECT_EQ(via_of_answer("SIP/2.0/UDP peer.example.com;branch=z9hG4bKx"),
            "SIP/2.0/UDP peer.example.com;branch=z9hG4bKx;received=192.0.2.2");
  EXPECT_EQ(via_of_answer("SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKx"),
            "SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKx;received=192.0.2.2");
  EXPECT_EQ(via_of_answer("SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKx"),
            "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKx");
}

// Shows TRN-10.
TEST(AnswerVia, TellsThePortAndAlwaysTheSourceToWhoAsks_3581_4) {
  EXPECT_EQ(via_of_answer("SIP/2.0/UDP 192.0.2.2:5060;rport;branch=z9hG4bKx"),
            "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKx;received=192.0.2.2;rport=40000");
  Server layer;
  const Endpoint behind_nat{"192.0.2.2", 40'000, Transport::kUdp};
  const Outbox out = layer.when(DatagramReceived{behind_nat, kUs, {text_of(kBye)}});
  const TransactionId id = event_in<ServerTransactionStarted>(out).transaction;
  const Transmit answer = output_in<Transmit>(layer.when(response(id, 200)));
  EXPECT_EQ(answer.destination, behind_nat);
  EXPECT_EQ(answer.local, kUs);
}

const PeerRequest kCancel{.method = Method::kCancel, .contact = {}};

// Shows INV-02.
TEST(CancelServer, IsAnswered200WithTheTagOfTheInviteAndPassedOn_9_2) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  (void)layer.when(response(id, 180));
  const Outbox out = layer.when(datagram(text_of(kCancel)));
  EXPECT_EQ(told(out), (Lines{"ServerTransactionStarted", "ResponseSent", "> Dialog CancelReceived",
                              "! Transmit 200 CANCEL"}));
  EXPECT_EQ(parsed(output_in<Transmit>(out).wire.bytes).to_tag(), "ours");
  // R-EST-05: a repeat gets the same bytes and tells nobody.
  const Outbox again = layer.when(datagram(text_of(kCancel)));
  EXPECT_EQ(told(again), (Lines{"! Transmit 200 CANCEL"}));
  EXPECT_EQ(output_in<Transmit>(again), output_in<Transmit>(out));
}

// Shows INV-02.
TEST(CancelServer, AfterThe2xxIsAnswered200WithoutEffect_C06) {
  Server layer;
  (void)layer.when(response(arrived(layer, kInvite), 200));
  EXPECT_EQ(told(layer.when(datagram(text_of(kCancel)))),
            (Lines{"ServerTransactionStarted", "ResponseSent", "! Transmit 200 CANCEL"}));
}

TEST(CancelServer, IsNeverChallenged_9_2) {
  Server layer;
  layer.config().realm = "example.com";
  (void)arrived(layer, kInvite);
  EXPECT_EQ(told(output_in<Transmit>(layer.when(datagram(text_of(kCancel))))),
            "Transmit 200 CANCEL");
}

// Shows INV-02.
TEST(CancelServer, OfNoInviteGets481_REST06) {
  Server layer;
  EXPECT_EQ(told(layer.when(datagram(text_of(kCancel)))),
            (Lines{"AnswerRationed", "ServerTransactionStarted", "ResponseSent",
                   "! Transmit 481 CANCEL"}));
}

std::uint64_t dropped(const Server& layer, DropReason reason) {
  return layer.own().dropped[static_cast<std::size_t>(reason)];
}

TEST(Datagrams, MalformedRequestsGet400AndAreCounted) {
  Server layer;
  std::string bad = text_of(kInvite);
  bad.replace(bad.find("CSeq: 1 "), 8, "CSeq: x ");
  EXPECT_EQ(told(layer.when(datagram(bad))),
            (Lines{"AnswerRationed", "DatagramDropped", "!! Transmit 400 INVITE"}));
  EXPECT_EQ(dropped(layer, DropReason::kMalformedAnswered), 1U);
}

TEST(Datagrams, RubbishIsDroppedAndCounted) {
  Server layer;
  EXPECT_EQ(told(layer.when(datagram("rubbish\r\n\r\n"))), (Lines{"DatagramDropped"}));
  EXPECT_EQ(dropped(layer, DropReason::kMalformed), 1U);
  EXPECT_EQ(told(layer.when(datagram("\r\n\r\n"))), (Lines{"DatagramDropped"}));
  EXPECT_EQ(dropped(layer, DropReason::kKeepAlive), 1U);
}

TEST(Datagrams, AResponseToNothingNeverReachesTheCore_6026_7_2) {
  Server layer;
  std::string request = text_of(kBye);
  request.replace(request.find("192.0.2.2:5060"), 14, "192.0.2.1:5060");
  const std::string stray = text_of(request, {.status = 200});
  EXPECT_EQ(told(layer.when(datagram(stray))), (Lines{"DatagramDropped"}));
  EXPECT_EQ(dropped(layer, DropReason::kStrayResponse), 1U);
}

TEST(Datagrams, AnAckThatNobodyWaitsForIsCounted) {
  Server layer;
  const PeerRequest ack{.method = Method::kAck, .to_tag = "unknown", .contact = {}};
  EXPECT_EQ(told(layer.when(datagram(text_of(ack)))), (Lines{"DatagramDropped"}));
  (void)layer.when(response(arrived(layer, kInvite), 180));
  EXPECT_EQ(told(layer.when(datagram(text_of(ack)))), (Lines{"DatagramDropped"}));
  EXPECT_EQ(dropped(layer, DropReason::kStrayAck), 2U);
}

}  // namespace
}  // namespace lastcall::core
