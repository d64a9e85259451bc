// Where requests of ours go: names that are looked up, targets that fail, packets that are too long
// (RFC 3261 18.1.1, RFC 3263 4), and what the layer that asked hears of it.

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

#include <set>

namespace lastcall::core {
namespace {

using Client = Given<TransactionLayer>;

constexpr CallId kCall{0x11};
constexpr std::string_view kBranch = "z9hG4bKours";
const Endpoint kFirst{"192.0.2.11", 5060, Transport::kUdp};
const Endpoint kSecond{"192.0.2.12", 5060, Transport::kUdp};
const Endpoint kThird{"192.0.2.13", 5061, Transport::kTls};

std::string own_request(Method method, std::string_view subject = "a call") {
  sip::Writer writer{method, "sip:callee@example.com"};
  writer.via(kUs, kBranch)
      .max_forwards(70)
      .header(Header::kFrom, "<sip:lastcall@192.0.2.1>;tag=ours")
      .header(Header::kTo, "<sip:callee@example.com>")
      .header(Header::kCallId, kCallId)
      .cseq(7)
      .header("Subject", subject);
  return std::move(writer).finish({}, {});
}

// An own INVITE of exactly this many bytes.
std::string own_request_of(std::size_t bytes) {
  const std::size_t others = own_request(Method::kInvite, "").size();
  return own_request(Method::kInvite, std::string(bytes - others, 'x'));
}

TransactionId own_id(const Client& layer, Method method) {
  return layer.draws().client_transaction(kBranch, method);
}

Outbox send(Client& layer, Method method, const Endpoint& destination, std::string wire) {
  return layer.when(SendRequest{.call = kCall,
                                .transaction = own_id(layer, method),
                                .method = method,
                                .destination = destination,
                                .local = kUs,
                                .request = std::move(wire),
                                .next_hop = destination.host.empty() ? "sip:example.com" : ""});
}

// The name has led to these; gives what was done then.
Outbox resolved(Client& layer, Method method, std::vector<Endpoint> targets) {
  (void)send(layer, method, {}, own_request(method));
  return layer.when(TargetsResolved{kCall, own_id(layer, method), std::move(targets)});
}

Outbox answer(Client& layer, const Transmit& sent, int status) {
  return layer.when(datagram(text_of(sent.wire.bytes, {.status = status})));
}

std::string branch_of(const Transmit& sent) {
  return std::string{parsed(sent.wire.bytes).via().branch};
}

TEST(Names, AreLookedUpBeforeAnythingIsSent) {
  Client layer;
  const Outbox asked = send(layer, Method::kInvite, {}, own_request(Method::kInvite));
  EXPECT_EQ(told(asked), (Lines{"ClientTransactionStarted", "!! Resolve"}));
  EXPECT_EQ(output_in<Resolve>(asked).uri, "sip:example.com");
  layer.clock(at_ms(2'000));
  const Outbox found =
      layer.when(TargetsResolved{kCall, own_id(layer, Method::kInvite), {kFirst, kSecond}});
  EXPECT_EQ(told(found), (Lines{"ClientTransactionAimed", "! Transmit INVITE"}));
  EXPECT_EQ(output_in<Transmit>(found).destination, kFirst);
  EXPECT_EQ(output_in<Transmit>(found).wire.bytes, own_request(Method::kInvite));
  EXPECT_EQ(layer.schedule(2), (Lines{"2500 Transmit INVITE", "3500 Transmit INVITE"}));
}

TEST(Names, ThatAreNumbersNeedNoLookUp) {
  Client layer;
  const Outbox out = layer.when(SendRequest{.call = kCall,
                                            .transaction = own_id(layer, Method::kBye),
                                            .method = Method::kBye,
                                            .destination = {},
                                            .local = kUs,
                                            .request = own_request(Method::kBye),
                                            .next_hop = "sip:192.0.2.11"});
  EXPECT_EQ(output_in<Transmit>(out).destination, kFirst);
}

TEST(Names, ThatLeadNowhereCountAs503) {
  Client layer;
  const Outbox out = resolved(layer, Method::kInvite, {});
  EXPECT_EQ(told(out), (Lines{"TransactionEnded", "> Dialog RequestFailed"}));
  EXPECT_EQ((mail_in<RequestFailed, ToDialog>(out).status), 503);
  EXPECT_EQ(layer.own().deadlines.size(), 0U);
}

TEST(Names, ThatNobodyResolvesEndWithTimerB) {
  Client layer;
  (void)send(layer, Method::kInvite, {}, own_request(Method::kInvite));
  EXPECT_EQ(layer.schedule(1), (Lines{"32000 TransactionEnded"}));
  EXPECT_EQ(told(layer.when(TargetsResolved{kCall, own_id(layer, Method::kInvite), {kFirst}})),
            Lines{});
}

TEST(Names, StillUnresolvedWhenTheCallEndsAreNotCalledAtAll) {
  Client layer;
  (void)send(layer, Method::kInvite, {}, own_request(Method::kInvite));
  EXPECT_EQ(told(layer.when(SendCancel{kCall, own_id(layer, Method::kInvite)})),
            (Lines{"TransactionEnded", "> Dialog RequestFailed"}));
}

TEST(Names, OfTheAckForA2xxAreLookedUpToo) {
  Client layer;
  const SendAck ack{kCall, {}, kUs, own_request(Method::kAck), "sip:example.com"};
  EXPECT_EQ(told(layer.when(ack)), (Lines{"ClientTransactionStarted", "!! Resolve"}));
  EXPECT_EQ(told(layer.when(ack)), Lines{});  // a repeated 2xx meanwhile
  const Outbox found = layer.when(TargetsResolved{kCall, own_id(layer, Method::kAck), {kFirst}});
  EXPECT_EQ(told(found), (Lines{"TransactionEnded", "!! Transmit ACK"}));
}

// Shows TRN-17, TRN-23.
TEST(Failover, ATimeoutATransportErrorAndA503LeadToTheNextTarget_3263_4_3) {
  Client layer;
  const Outbox first = resolved(layer, Method::kInvite, {kFirst, kSecond, kThird, kPeer});
  (void)layer.schedule(6);
  const Outbox second = layer.when_due();
  EXPECT_EQ(layer.now(), at_ms(32'000));  // Timer B
  EXPECT_EQ(told(second),
            (Lines{"TransactionEnded", "ClientTransactionStarted", "! Transmit INVITE"}));
  EXPECT_EQ(output_in<Transmit>(second).destination, kSecond);
  const Outbox third = layer.when(TransmitFailed{output_in<Transmit>(second).transaction});
  EXPECT_EQ(output_in<Transmit>(third).destination, kThird);
  EXPECT_EQ(output_in<Transmit>(third).server, "example.com");
  const Outbox fourth = answer(layer, output_in<Transmit>(third), 503);
  EXPECT_EQ(told(fourth), (Lines{"FinalReceived", "ClientTransactionStarted", "!! Transmit ACK",
                                 "! Transmit INVITE"}));
  const Transmit last = event_in<ClientTransactionStarted>(fourth).destination == kPeer
                            ? std::get<Transmit>(fourth.outputs.back().output)
                            : Transmit{};
  EXPECT_EQ(last.destination, kPeer);
  // The same request under a new branch; the 503 of the last target is the answer.
  const std::set<std::string> branches{branch_of(output_in<Transmit>(first)),
                                       branch_of(output_in<Transmit>(second)),
                                       branch_of(output_in<Transmit>(third)), branch_of(last)};
  EXPECT_EQ(branches.size(), 4U);
  for (const std::string& branch : branches) EXPECT_TRUE(branch.starts_with("z9hG4bK"));
  EXPECT_EQ(parsed(last.wire.bytes).cseq(), 7U);
  const Outbox end = answer(layer, last, 503);
  const auto told_dialog = mail_in<ResponseReceived, ToDialog>(end);
  EXPECT_EQ(told_dialog.transaction, own_id(layer, Method::kInvite));
  EXPECT_EQ(told_dialog.request, last.wire.bytes);
}

// Shows UAC-01.
TEST(Failover, WithoutAnotherTargetATimeoutCountsAs408AndAnErrorAs503_8_1_3_1) {
  for (const Method method : {Method::kInvite, Method::kBye}) {
    Client layer;
    const Outbox first = resolved(layer, method, {kFirst, kSecond});
    const Outbox second = layer.when(TransmitFailed{output_in<Transmit>(first).transaction});
    Client timed = layer;
    const Outbox failed = layer.when(TransmitFailed{output_in<Transmit>(second).transaction});
    EXPECT_EQ((mail_in<RequestFailed, ToDialog>(failed).status), 503);
    EXPECT_EQ((mail_in<RequestFailed, ToDialog>(failed).transaction), own_id(layer, method));
    Outbox late = timed.when_due();
    while (late.mail.empty()) late = timed.when_due();
    EXPECT_EQ(timed.now(), at_ms(32'000));
    EXPECT_EQ((mail_in<RequestFailed, ToDialog>(late).status), 408);
    EXPECT_EQ(timed.own().attempts.size(), 0U);
  }
}

TEST(Failover, WhoHasAnsweredOnceIsNotLeftForAnother) {
  Client layer;
  const Transmit first = output_in<Transmit>(resolved(layer, Method::kBye, {kFirst, kSecond}));
  (void)answer(layer, first, 100);
  EXPECT_EQ(told(layer.when(TransmitFailed{first.transaction})),
            (Lines{"TransactionEnded", "> Dialog RequestFailed"}));
}

// Shows TRN-18.
TEST(Failover, RepeatsAckAndCancelGoToTheTargetOfTheirRequest_3263_4_4) {
  Client layer;
  const Transmit first = output_in<Transmit>(resolved(layer, Method::kInvite, {kFirst, kSecond}));
  const Transmit second = output_in<Transmit>(layer.when(TransmitFailed{first.transaction}));
  EXPECT_EQ(output_in<Transmit>(layer.when_due()), second);  // Timer A
  (void)answer(layer, second, 180);
  // The dialog layer knows the call's INVITE by its first id.
  const Transmit cancel =
      output_in<Transmit>(layer.when(SendCancel{kCall, own_id(layer, Method::kInvite)}));
  EXPECT_EQ(cancel.destination, kSecond);
  EXPECT_EQ(branch_of(cancel), branch_of(second));
  const Transmit ack = output_in<Transmit>(answer(layer, second, 487));
  EXPECT_EQ(ack.destination, kSecond);
  EXPECT_EQ(branch_of(ack), branch_of(second));
}

TEST(Failover, ACancelBetweenTwoTargetsWaitsForTheSecondOne_9_1) {
  Client layer;
  const TransactionId id = own_id(layer, Method::kInvite);
  const Transmit first =
      output_in<Transmit>(resolved(layer, Method::kInvite, {kFirst, kSecond, kPeer}));
  (void)answer(layer, first, 180);
  const Outbox moved = answer(layer, first, 503);
  const Transmit second = std::get<Transmit>(moved.outputs.back().output);
  EXPECT_EQ(told(layer.when(SendCancel{kCall, id})), Lines{"CancelDeferred"});
  EXPECT_EQ(told(answer(layer, second, 180)),
            (Lines{"ProvisionalReceived", "ClientTransactionStarted", "CancelSent",
                   "> Dialog ResponseReceived", "! Transmit CANCEL"}));
  // Nobody wants this call any more: there is no third attempt.
  EXPECT_EQ(told(answer(layer, second, 503)),
            (Lines{"FinalReceived", "> Dialog ResponseReceived", "!! Transmit ACK"}));
}

TEST(Failover, TheOldAttemptStillAcknowledgesItsRepeatsUntilTimerD) {
  Client layer;
  const Transmit first = output_in<Transmit>(resolved(layer, Method::kInvite, {kFirst, kSecond}));
  (void)answer(layer, first, 503);
  EXPECT_EQ(told(answer(layer, first, 503)), Lines{"!! Transmit ACK"});
}

// Shows TRN-01.
TEST(LargeRequests, GoOverTcpFromOneByteMoreThan1300On_18_1_1) {
  for (const std::size_t bytes : {std::size_t{1'299}, std::size_t{1'300}}) {
    Client layer;
    const Outbox out = send(layer, Method::kInvite, kFirst, own_request_of(bytes));
    EXPECT_EQ(output_in<Transmit>(out).wire.bytes.size(), bytes);
    EXPECT_EQ(output_in<Transmit>(out).destination, kFirst);
  }
  Client layer;
  const Outbox out = send(layer, Method::kInvite, kFirst, own_request_of(1'301));
  const Transmit sent = output_in<Transmit>(out);
  EXPECT_EQ(sent.destination, (Endpoint{"192.0.2.11", 5060, Transport::kTcp}));
  EXPECT_EQ(parsed(sent.wire.bytes).via().transport, "TCP");
  EXPECT_EQ(branch_of(sent), kBranch);
  EXPECT_EQ(event_in<ClientTransactionStarted>(out).resend_at, std::nullopt);
  // Refused: the same request by UDP after all.
  const Transmit again = output_in<Transmit>(layer.when(TransmitFailed{sent.transaction}));
  EXPECT_EQ(again.destination, kFirst);
  EXPECT_EQ(parsed(again.wire.bytes).via().transport, "UDP");
  EXPECT_NE(branch_of(again), kBranch);
}

TEST(LargeRequests, AreNotRepeatedByUdpWhenTheServerSaidNoByTcp) {
  Client layer;
  const Outbox out = send(layer, Method::kInvite, kFirst, own_request_of(1'301));
  const Outbox refused = answer(layer, output_in<Transmit>(out), 503);
  EXPECT_EQ(told(refused),
            (Lines{"FinalReceived", "> Dialog ResponseReceived", "!! Transmit ACK"}));
}

TEST(Transports, TheViaNamesTheOneThatIsUsedAndOurAddressThere_18_1_1) {
  Client layer;
  layer.config().tls_contact = {"192.0.2.1", 5061, Transport::kTls};
  const Transmit sent = output_in<Transmit>(resolved(layer, Method::kInvite, {kThird}));
  const SipMessage message = parsed(sent.wire.bytes);
  EXPECT_EQ(message.via().transport, "TLS");
  EXPECT_EQ(message.via().port, 5061);
  EXPECT_EQ(message.via().branch, kBranch);
  EXPECT_EQ(sent.server, "example.com");
  EXPECT_EQ(told(answer(layer, sent, 180)),
            (Lines{"ProvisionalReceived", "> Dialog ResponseReceived"}));
}

TEST(Answers, ARefusalBringsTheRequestBackThatIsToBeMended) {
  Client layer;
  const Transmit sent = output_in<Transmit>(resolved(layer, Method::kInvite, {kFirst}));
  EXPECT_EQ((mail_in<ResponseReceived, ToDialog>(answer(layer, sent, 180)).request), "");
  EXPECT_EQ((mail_in<ResponseReceived, ToDialog>(answer(layer, sent, 401)).request),
            sent.wire.bytes);
}

// Shows TRN-13, UAC-03.
TEST(Answers, ThatWentAstrayAreDroppedAndCounted_18_1_2) {
  Client layer;
  const Transmit sent = output_in<Transmit>(resolved(layer, Method::kBye, {kFirst}));
  const std::string fine = text_of(sent.wire.bytes, {.status = 200});
  const auto with = [&](std::string_view old, std::string_view changed) {
    std::string text = fine;
    return text.replace(text.find(old), old.size(), changed);
  };
  for (const std::string& stray :
       {with("UDP 192.0.2.1:5060", "UDP 192.0.2.9:5060"),
        with("UDP 192.0.2.1:5060", "UDP 192.0.2.1:5070"),
        with("UDP 192.0.2.1:5060", "UDP us.example.com"),
        with("Via:", "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\nVia:"),
        with("From:", "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\nFrom:")}) {
    EXPECT_EQ(told(layer.when(datagram(stray))), Lines{"DatagramDropped"});
  }
  EXPECT_EQ(layer.own().dropped[static_cast<std::size_t>(DropReason::kForeignResponse)], 5U);
  // 5060 is what is meant where no port is written.
  EXPECT_EQ(told(layer.when(datagram(with("UDP 192.0.2.1:5060", "UDP 192.0.2.1")))),
            (Lines{"FinalReceived", "> Dialog ResponseReceived"}));
}

}  // namespace
}  // namespace lastcall::core
