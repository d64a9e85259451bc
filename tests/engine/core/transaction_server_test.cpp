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

TEST(InviteServer, ProceedingRepeatsItsNewestProvisionalAtOnce_17_2_1) {
  Server layer;
  const TransactionId id = arrived(layer, kInvite);
  EXPECT_EQ(told(layer.when(response(id, 180))), (Lines{"ResponseSent", "!! Transmit 180 INVITE"}));
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))), (Lines{"!! Transmit 180 INVITE"}));
  EXPECT_EQ(layer.own().deadlines.size(), 0U);  // no timer runs in Proceeding
}

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

TEST(ServerMatching, TheSameBranchFromAnotherSenderIsAnotherRequest_17_2_3) {
  Server layer;
  (void)arrived(layer, kBye);
  std::string other = text_of(kBye);
  other.replace(other.find("192.0.2.2:5060"), 14, "192.0.2.9:5060");
  EXPECT_EQ(told(layer.when(datagram(other))),
            (Lines{"ServerTransactionStarted", "> Dialog RequestReceived"}));
}

TEST(ServerMatching, AnswersGoWhereTheRequestCameFrom_3581) {
  Server layer;
  const TransactionId id = arrived(layer, kBye);
  const Transmit out = output_in<Transmit>(layer.when(response(id, 200)));
  EXPECT_EQ(out.destination, kPeer);
  EXPECT_EQ(out.local, kUs);
  EXPECT_EQ(out.transaction, TransactionId{});
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

// Shows INV-02.
TEST(CancelServer, OfNoInviteGets481_REST06) {
  Server layer;
  EXPECT_EQ(told(layer.when(datagram(text_of(kCancel)))),
            (Lines{"ServerTransactionStarted", "ResponseSent", "! Transmit 481 CANCEL"}));
}

std::uint64_t dropped(const Server& layer, DropReason reason) {
  return layer.own().dropped[static_cast<std::size_t>(reason)];
}

TEST(Datagrams, MalformedRequestsGet400AndAreCounted) {
  Server layer;
  std::string bad = text_of(kInvite);
  bad.replace(bad.find("CSeq: 1 "), 8, "CSeq: x ");
  EXPECT_EQ(told(layer.when(datagram(bad))), (Lines{"DatagramDropped", "!! Transmit 400 INVITE"}));
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
  const std::string stray = text_of(text_of(kBye), {.status = 200});
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
