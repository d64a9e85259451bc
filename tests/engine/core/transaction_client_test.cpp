// The client transactions: INVITE (RFC 3261 17.1.1 with RFC 6026 7.2) and the others (17.1.2),
// transition by transition, with their exact instants (RACES section 1).

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {
namespace {

using Client = Given<TransactionLayer>;

constexpr CallId kCall{0x11};
constexpr std::string_view kBranch = "z9hG4bKours";

std::string own_request(Method method) {
  sip::Writer writer{method, "sip:callee@192.0.2.2"};
  writer.via(kUs, kBranch)
      .max_forwards(70)
      .header(Header::kRoute, "<sip:192.0.2.3;lr>")
      .header(Header::kFrom, "<sip:lastcall@192.0.2.1>;tag=ours")
      .header(Header::kTo, "<sip:callee@192.0.2.2>")
      .header(Header::kCallId, kCallId)
      .cseq(7)
      .header(Header::kContact, "<sip:192.0.2.1>");
  return std::move(writer).finish({}, {});
}

struct Sent {
  TransactionId id;
  std::string wire;
  Outbox out;
};

Sent send(Client& layer, Method method) {
  const TransactionId id = layer.draws().client_transaction(kBranch, method);
  const std::string wire = own_request(method);
  return {id, wire,
          layer.when(SendRequest{.call = kCall,
                                 .transaction = id,
                                 .method = method,
                                 .destination = kPeer,
                                 .local = kUs,
                                 .request = wire})};
}

Outbox answer(Client& layer, const Sent& sent, int status, std::string tag = "callee-tag") {
  return layer.when(datagram(text_of(sent.wire, {.status = status, .to_tag = std::move(tag)})));
}

// Shows TXN-01.
TEST(InviteClient, SendsSevenTimesAndGivesUpAfter32s_17_1_1_2) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  EXPECT_EQ(told(sent.out), (Lines{"ClientTransactionStarted", "! Transmit INVITE"}));
  EXPECT_EQ(output_in<Transmit>(sent.out).transaction, sent.id);
  EXPECT_EQ(layer.schedule(6),
            (Lines{"500 Transmit INVITE", "1500 Transmit INVITE", "3500 Transmit INVITE",
                   "7500 Transmit INVITE", "15500 Transmit INVITE", "31500 Transmit INVITE"}));
  const Outbox gave_up = layer.when_due();
  EXPECT_EQ(layer.now(), at_ms(32'000));  // Timer B
  EXPECT_EQ(told(gave_up), (Lines{"TransactionEnded", "> Dialog RequestFailed"}));
  EXPECT_EQ((mail_in<RequestFailed, ToDialog>(gave_up).status), 408);
}

// Shows TXN-01, TXN-11.
TEST(InviteClient, ProceedingRepeatsNothingAndHasNoTimeout_TXN11) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  EXPECT_EQ(told(answer(layer, sent, 100)),
            (Lines{"ProvisionalReceived", "> Dialog ResponseReceived"}));
  EXPECT_EQ(told(answer(layer, sent, 180)), (Lines{"> Dialog ResponseReceived"}));
  EXPECT_EQ(layer.own().deadlines.size(), 0U);
  layer.clock(at_ms(600'000));
  EXPECT_EQ(told(answer(layer, sent, 200)), (Lines{"FinalReceived", "> Dialog ResponseReceived"}));
}

// A response as it comes back to somebody whom the peer sees at another address.
Outbox answer_through_nat(Client& layer, const Sent& sent, int status, const Endpoint& seen) {
  const std::string head = sip::response_head(parsed(sent.wire), seen);
  return layer.when(datagram(sip::response(head, {.status = status, .to_tag = "callee-tag"})));
}

// Shows TRN-11.
TEST(InviteClient, ThatRingsBehindANatGoesAgainEvery20s_3581_3) {
  for (const Endpoint& seen : {Endpoint{"203.0.113.9", 5060, Transport::kUdp},
                               Endpoint{"192.0.2.1", 4711, Transport::kUdp}}) {
    Client layer;
    const Sent sent = send(layer, Method::kInvite);
    EXPECT_EQ(parsed(sent.wire).via().rport, 0) << "asked for, without a value";
    (void)answer_through_nat(layer, sent, 180, seen);
    EXPECT_EQ(layer.schedule(3),
              (Lines{"20000 Transmit INVITE", "40000 Transmit INVITE", "60000 Transmit INVITE"}));
    (void)answer_through_nat(layer, sent, 200, seen);
    EXPECT_EQ(layer.schedule(1), (Lines{"92000 TransactionEnded"}));
  }
}

// Shows TXN-01, TXN-09, INV-14.
TEST(InviteClient, AcceptedPassesEvery2xxOnWithoutAckUntilTimerM_6026_7_2) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  EXPECT_EQ(told(answer(layer, sent, 200)), (Lines{"FinalReceived", "> Dialog ResponseReceived"}));
  EXPECT_EQ(told(answer(layer, sent, 200)), (Lines{"> Dialog ResponseReceived"}));
  EXPECT_EQ(told(answer(layer, sent, 200, "fork")), (Lines{"> Dialog ResponseReceived"}));
  EXPECT_EQ(told(answer(layer, sent, 180)), Lines{});
  EXPECT_EQ(told(answer(layer, sent, 486)), Lines{});
  EXPECT_EQ(layer.schedule(1), (Lines{"32000 TransactionEnded"}));
  EXPECT_EQ(told(answer(layer, sent, 200)), (Lines{"DatagramDropped"}));  // R-6026-3
}

// Shows TXN-01.
TEST(InviteClient, CompletedAcknowledgesEveryCopyAndTellsTheDialogOnce_I30) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  const Outbox first = answer(layer, sent, 486);
  EXPECT_EQ(told(first), (Lines{"FinalReceived", "> Dialog ResponseReceived", "!! Transmit ACK"}));
  EXPECT_EQ(told(answer(layer, sent, 486)), (Lines{"!! Transmit ACK"}));
  EXPECT_EQ(layer.schedule(1), (Lines{"32000 TransactionEnded"}));  // Timer D
}

// Shows TXN-07.
TEST(InviteClient, TheAckOfAFailureEchoesTheInvite_17_1_1_3) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  const Transmit ack = output_in<Transmit>(answer(layer, sent, 486));
  const SipMessage invite = parsed(sent.wire);
  const SipMessage message = parsed(ack.wire.bytes);
  EXPECT_EQ(message.request_uri(), invite.request_uri());
  EXPECT_EQ(message.via().branch, kBranch);
  EXPECT_EQ(message.via_count(), 1U);
  EXPECT_EQ(message.cseq(), 7U);
  EXPECT_EQ(message.to_tag(), "callee-tag");
  EXPECT_EQ(message.header(Header::kRoute), "<sip:192.0.2.3;lr>");
  EXPECT_EQ(ack.destination, kPeer);
}

// Shows TXN-01, UAC-01.
TEST(InviteClient, ATransportErrorCountsAs503_8_1_3_1) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  const Outbox failed = layer.when(TransmitFailed{sent.id});
  EXPECT_EQ(told(failed), (Lines{"TransactionEnded", "> Dialog RequestFailed"}));
  EXPECT_EQ((mail_in<RequestFailed, ToDialog>(failed).status), 503);
  EXPECT_EQ(told(layer.when(TransmitFailed{sent.id})), Lines{});
}

TEST(InviteClient, AnInviteThatCannotBeReadAgainStillEnds) {
  // What the peer made us copy (a route set, a target) may exceed what a message can hold.
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  ClientTransactionStarted broken = event_in<ClientTransactionStarted>(sent.out);
  broken.wire.bytes = "INVITE  SIP/2.0\r\n\r\n";
  layer.fact(TransactionEnded{sent.id, kCall, TransactionEnd::kLingered}).fact(broken);
  (void)answer(layer, sent, 180);
  EXPECT_EQ(told(layer.when(SendCancel{kCall, sent.id})), Lines{});
  EXPECT_EQ(told(answer(layer, sent, 486)), (Lines{"FinalReceived", "> Dialog ResponseReceived"}));
}

// Shows INV-01.
TEST(CancelClient, FollowsTheInviteAndBoundsIt_9_1) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  (void)answer(layer, sent, 180);
  layer.clock(at_ms(1'000));
  const Outbox out = layer.when(SendCancel{kCall, sent.id});
  EXPECT_EQ(told(out), (Lines{"ClientTransactionStarted", "CancelSent", "! Transmit CANCEL"}));
  const SipMessage cancel = parsed(output_in<Transmit>(out).wire.bytes);
  EXPECT_EQ(cancel.via().branch, kBranch);
  EXPECT_EQ(cancel.cseq(), 7U);
  EXPECT_EQ(cancel.request_uri(), "sip:callee@192.0.2.2");
  EXPECT_EQ(cancel.header(Header::kRoute), "<sip:192.0.2.3;lr>");
  // R-EST-03: the INVITE ends 64*T1 after its CANCEL even if no final comes.
  EXPECT_EQ(event_in<CancelSent>(out).gives_up_at, at_ms(33'000));
}

TEST(InviteClient, RingingOnAfterItsDialogEndedIsGivenUp_I44) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  (void)answer(layer, sent, 180);
  layer.clock(at_ms(1'000));
  EXPECT_EQ(told(layer.when(AwaitFinal{kCall, sent.id})), Lines{"FinalAwaited"});
  layer.clock(at_ms(33'000));
  EXPECT_EQ(told(layer.when_due()), (Lines{"TransactionEnded", "> Dialog RequestFailed"}));
}

// Shows INV-01.
TEST(CancelClient, IsNotSentForAnInviteThatHasItsFinal_I34) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  (void)answer(layer, sent, 200);
  EXPECT_EQ(told(layer.when(SendCancel{kCall, sent.id})), Lines{});
}

// Shows TXN-05.
TEST(CancelClient, ItsAnswerIsToldApartFromThatOfTheInvite_TXN05) {
  Client layer;
  const Sent sent = send(layer, Method::kInvite);
  (void)answer(layer, sent, 180);
  const Outbox out = layer.when(SendCancel{kCall, sent.id});
  const std::string cancel = output_in<Transmit>(out).wire.bytes;
  (void)layer.when(datagram(text_of(cancel, {.status = 200})));
  EXPECT_EQ(layer.own().live.find(sent.id)->phase, TransactionPhase::kProceeding);
}

// Shows TXN-03.
TEST(OtherClient, SendsElevenTimesAndGivesUpAfter32s_17_1_2_2) {
  Client layer;
  EXPECT_EQ(told(send(layer, Method::kBye).out),
            (Lines{"ClientTransactionStarted", "! Transmit BYE"}));
  EXPECT_EQ(
      layer.schedule(11),
      (Lines{"500 Transmit BYE", "1500 Transmit BYE", "3500 Transmit BYE", "7500 Transmit BYE",
             "11500 Transmit BYE", "15500 Transmit BYE", "19500 Transmit BYE", "23500 Transmit BYE",
             "27500 Transmit BYE", "31500 Transmit BYE", "32000 TransactionEnded"}));
}

// Shows TXN-03.
TEST(OtherClient, ProceedingRepeatsEveryT2FromTheNextRepeatOn_17_1_2_2) {
  Client layer;
  const Sent sent = send(layer, Method::kBye);
  layer.clock(at_ms(100));
  (void)answer(layer, sent, 100);
  EXPECT_EQ(layer.schedule(9),
            (Lines{"500 Transmit BYE", "4500 Transmit BYE", "8500 Transmit BYE",
                   "12500 Transmit BYE", "16500 Transmit BYE", "20500 Transmit BYE",
                   "24500 Transmit BYE", "28500 Transmit BYE", "32000 TransactionEnded"}));
}

// Shows TXN-03.
TEST(OtherClient, CompletedAbsorbsRepeatsUntilTimerK_17_1_2_2) {
  Client layer;
  const Sent sent = send(layer, Method::kBye);
  EXPECT_EQ(told(answer(layer, sent, 200)), (Lines{"FinalReceived", "> Dialog ResponseReceived"}));
  EXPECT_EQ(told(answer(layer, sent, 200)), Lines{});
  EXPECT_EQ(layer.schedule(1), (Lines{"5000 TransactionEnded"}));
}

TEST(ClientMatching, AResponseWithASecondViaIsNotOurs_8_1_3_3) {
  Client layer;
  const Sent sent = send(layer, Method::kBye);
  std::string bytes = text_of(sent.wire, {.status = 200});
  bytes.insert(bytes.find("Via:"), "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\n");
  EXPECT_EQ(told(layer.when(datagram(bytes))), (Lines{"DatagramDropped"}));
}

// When the peer of a request hears only the copies that are not in `lost` and its answer is lost as
// often as `answers_lost` says: the instants at which we sent.
std::vector<std::int64_t> sent_at(Method method, std::uint32_t lost, int answers_lost) {
  Client layer;
  const Sent sent = send(layer, method);
  std::vector<std::int64_t> instants;
  for (std::uint32_t copy = 0;; ++copy) {
    instants.push_back(to_ns(layer.now()) / 1'000'000);
    const bool heard = (lost >> copy & 1U) == 0;
    if (heard && answers_lost-- <= 0) (void)answer(layer, sent, 486);
    if (told(layer.when_due()).front() != "Resent") return instants;
  }
}

// Shows TXN-12.
TEST(Schedules, AreExactWhicheverCopiesAndAnswersAreLost) {
  const std::vector<std::int64_t> invite{0, 500, 1'500, 3'500, 7'500, 15'500, 31'500};
  const std::vector<std::int64_t> other{0,      500,    1'500,  3'500,  7'500, 11'500,
                                        15'500, 19'500, 23'500, 27'500, 31'500};
  const auto check = [](Method method, const std::vector<std::int64_t>& schedule) {
    for (std::uint32_t lost = 0; lost < 1U << schedule.size(); ++lost) {
      for (int answers_lost = 0; answers_lost < 3; ++answers_lost) {
        // The last copy is the first that is heard and answered audibly, or the last of all.
        std::size_t copies = 0;
        for (int heard = 0; copies < schedule.size() && heard <= answers_lost; ++copies) {
          if ((lost >> copies & 1U) == 0) ++heard;
        }
        const std::vector<std::int64_t> expected(
            schedule.begin(), schedule.begin() + static_cast<std::ptrdiff_t>(copies));
        ASSERT_EQ(sent_at(method, lost, answers_lost), expected) << lost << ' ' << answers_lost;
      }
    }
  };
  check(Method::kInvite, invite);
  check(Method::kBye, other);
}

TEST(Transactions, MailForOneThatIsGoneChangesNothing) {
  Client layer;
  const TransactionId gone{0x99};
  EXPECT_EQ(told(layer.when(Respond{kCall, gone, 200, "t", {}, {}})), Lines{});
  EXPECT_EQ(told(layer.when(RepeatResponse{kCall, gone})), Lines{});
  EXPECT_EQ(told(layer.when(SendCancel{kCall, gone})), Lines{});
  EXPECT_EQ(told(layer.when(TransmitFailed{gone})), Lines{});
  EXPECT_EQ(
      told(layer.when(DeadlineDue{LayerId::kTransaction, kCall, {at_ms(0), Timer::kResend, 9}})),
      Lines{});
}

}  // namespace
}  // namespace lastcall::core
