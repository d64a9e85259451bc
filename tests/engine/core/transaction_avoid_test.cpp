// Servers that say 503 and when to come back (RFC 3261 21.5.4): new requests leave them alone for
// the time, and nothing else changes.

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {
namespace {

using Client = Given<TransactionLayer>;

const Endpoint kBusy{"192.0.2.11", 5060, Transport::kUdp};
const Endpoint kFree{"192.0.2.12", 5060, Transport::kUdp};

// A request of its own for each call; with a To tag it is inside a dialog.
SendRequest request_of(const Client& layer, CallId call, std::string_view to_tag = {},
                       Method method = Method::kInvite) {
  const std::string branch = "z9hG4bK" + std::to_string(call.value);
  sip::Writer writer{method, "sip:callee@example.com"};
  writer.via(kUs, branch)
      .max_forwards(70)
      .header(Header::kFrom, "<sip:lastcall@192.0.2.1>;tag=ours")
      .header(Header::kTo, "<sip:callee@example.com>" + std::string{to_tag})
      .header(Header::kCallId, "call-" + std::to_string(call.value))
      .cseq(1);
  return {.call = call,
          .transaction = layer.draws().client_transaction(branch, method),
          .method = method,
          .destination = kBusy,
          .local = kUs,
          .request = std::move(writer).finish({}, {})};
}

// An INVITE whose server answers 503 with these lines.
Outbox overload(Client& layer, const std::string& lines, CallId call = CallId{1}) {
  const Outbox out = layer.when(request_of(layer, call));
  const std::string wire = output_in<Transmit>(out).wire.bytes;
  return layer.when(datagram(text_of(wire, {.status = 503, .lines = lines})));
}

const Lines kRefusedAtOnce{"> Dialog RequestFailed"};
const Lines kSent{"ClientTransactionStarted", "! Transmit INVITE"};

// Shows UAC-06.
TEST(Overload, KeepsNewRequestsAwayForTheTimeOnly_21_5_4) {
  Client layer;
  const Outbox out = overload(layer, "Retry-After: 120 (too much);duration=60\r\n");
  EXPECT_EQ(told(out), (Lines{"FinalReceived", "ServerAvoided", "> Dialog ResponseReceived",
                              "!! Transmit ACK"}));
  EXPECT_EQ(event_in<ServerAvoided>(out).until, at_ms(120'000));
  const Outbox refused = layer.when(request_of(layer, CallId{2}));
  EXPECT_EQ(told(refused), kRefusedAtOnce);
  EXPECT_EQ((mail_in<RequestFailed, ToDialog>(refused).status), 503);
  EXPECT_EQ((mail_in<RequestFailed, ToDialog>(refused).request),
            request_of(layer, CallId{2}).request);
  layer.clock(at_ms(119'999));
  EXPECT_EQ(told(layer.when(request_of(layer, CallId{3}))), kRefusedAtOnce);
  layer.clock(at_ms(120'000));
  EXPECT_EQ(told(layer.when(request_of(layer, CallId{4}))), kSent);
}

// Shows UAC-06.
TEST(Overload, WithoutAUsableRetryAfterIsA500_21_5_4) {
  for (const std::string lines : {"", "Retry-After: 0\r\n", "Retry-After: soon\r\n"}) {
    Client layer;
    EXPECT_EQ(told(overload(layer, lines)),
              (Lines{"FinalReceived", "> Dialog ResponseReceived", "!! Transmit ACK"}));
    EXPECT_EQ(told(layer.when(request_of(layer, CallId{2}))), kSent);
  }
}

// Shows UAC-06.
TEST(Overload, LeadsToAnotherTargetOfTheNameAndToNoneIfAllAskForIt) {
  Client layer;
  (void)overload(layer, "Retry-After: 120\r\n");
  const auto resolved = [&](CallId call, std::vector<Endpoint> targets) {
    SendRequest named = request_of(layer, call);
    named.destination = {};
    named.next_hop = "sip:example.com";
    (void)layer.when(named);
    return layer.when(TargetsResolved{call, named.transaction, std::move(targets)});
  };
  EXPECT_EQ(output_in<Transmit>(resolved(CallId{2}, {kBusy, kFree})).destination, kFree);
  const Outbox nowhere = resolved(CallId{3}, {kBusy});
  EXPECT_EQ(told(nowhere), (Lines{"TransactionEnded", "> Dialog RequestFailed"}));
  EXPECT_EQ((mail_in<RequestFailed, ToDialog>(nowhere).status), 503);
}

TEST(Overload, TouchesNoLiveDialogAndNoOtherServer) {
  Client layer;
  SendRequest waiting = request_of(layer, CallId{7});
  (void)layer.when(waiting);
  (void)overload(layer, "Retry-After: 120\r\n");
  EXPECT_EQ(told(layer.when(request_of(layer, CallId{2}, ";tag=theirs"))), kSent);
  EXPECT_EQ(told(layer.when(request_of(layer, CallId{3}, ";tag=theirs", Method::kBye))),
            (Lines{"ClientTransactionStarted", "! Transmit BYE"}));
  SendRequest other = request_of(layer, CallId{4});
  other.destination = kFree;
  EXPECT_EQ(told(layer.when(other)), kSent);
  // What is under way there goes on.
  EXPECT_EQ(layer.schedule(1), (Lines{"500 Transmit INVITE"}));
}

TEST(Overload, IsRememberedOfSoManyServersAndForSoLongAtMost) {
  Client layer;
  EXPECT_EQ(event_in<ServerAvoided>(overload(layer, "Retry-After: 999999\r\n")).until,
            at_ms(0) + limits::kAvoidedLongest);
  for (std::size_t i = 0; i <= limits::kAvoidedMax; ++i) {
    const Endpoint server{"192.0.2." + std::to_string(i + 20), 5060, Transport::kUdp};
    layer.fact(ServerAvoided{server, at_ms(1'000)});
    layer.fact(ServerAvoided{server, at_ms(2'000)});
  }
  EXPECT_EQ(layer.own().avoided.size(), limits::kAvoidedMax);
  EXPECT_EQ(layer.own().avoided.front().server.host, "192.0.2.21");
}

}  // namespace
}  // namespace lastcall::core
