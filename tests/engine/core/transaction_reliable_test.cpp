// Transactions over TCP, TLS and WebSocket: nothing is repeated and nothing lingers, but whoever
// does not answer is given up at the same instants (RFC 3261 17, RFC 6026, RACES section 1).

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {
namespace {

using Layer = Given<TransactionLayer>;

constexpr CallId kCall{0x11};
constexpr std::string_view kBranch = "z9hG4bKours";
const Endpoint kConnection{"192.0.2.2", 40'000, Transport::kTcp};
const PeerRequest kInvite{};
const PeerRequest kOptions{.method = Method::kOptions, .branch = "options"};

Transmit send(Layer& layer, Method method) {
  sip::Writer writer{method, "sip:callee@192.0.2.2"};
  writer.via(kUs, kBranch)
      .max_forwards(70)
      .header(Header::kFrom, "<sip:lastcall@192.0.2.1>;tag=ours")
      .header(Header::kTo, "<sip:callee@192.0.2.2>")
      .header(Header::kCallId, kCallId)
      .cseq(7);
  const Outbox out =
      layer.when(SendRequest{.call = kCall,
                             .transaction = layer.draws().client_transaction(kBranch, method),
                             .method = method,
                             .destination = {"192.0.2.2", 5060, Transport::kTcp},
                             .local = kUs,
                             .request = std::move(writer).finish({}, {})});
  return output_in<Transmit>(out);
}

Outbox receive(Layer& layer, std::string bytes, const Endpoint& source = kConnection) {
  return layer.when(DatagramReceived{source, kUs, {std::move(bytes)}});
}

TransactionId arrived(Layer& layer, const PeerRequest& request,
                      const Endpoint& source = kConnection) {
  return event_in<ServerTransactionStarted>(receive(layer, text_of(request), source)).transaction;
}

Respond response(TransactionId id, int status) {
  return {
      .call = {}, .transaction = id, .status = status, .to_tag = "ours", .headers = {}, .body = {}};
}

TEST(ReliableClient, RepeatsNothingAndGivesUpAfter32s_17_1) {
  for (const Method method : {Method::kInvite, Method::kBye}) {
    Layer layer;
    EXPECT_EQ(parsed(send(layer, method).wire.bytes).via().transport, "TCP");
    EXPECT_EQ(layer.schedule(1), Lines{"32000 TransactionEnded"});  // Timer B, F
  }
}

// Shows INV-14.
TEST(ReliableClient, DoesNotLingerButForMore2xx_TimersDKM) {
  const auto ends = [](Method method, int status) {
    Layer layer;
    const Transmit sent = send(layer, method);
    layer.clock(at_ms(1'000));
    (void)receive(layer, text_of(sent.wire.bytes, {.status = 100}));
    (void)receive(layer, text_of(sent.wire.bytes, {.status = status}));
    return layer.schedule(1).front();
  };
  EXPECT_EQ(ends(Method::kInvite, 486), "1000 TransactionEnded");   // D
  EXPECT_EQ(ends(Method::kBye, 200), "1000 TransactionEnded");      // K
  EXPECT_EQ(ends(Method::kInvite, 200), "33000 TransactionEnded");  // M
}

TEST(ReliableServer, RepeatsNoFailureAndDoesNotLinger_TimersGHIJL) {
  Layer layer;
  (void)layer.when(response(arrived(layer, kInvite), 486));
  EXPECT_EQ(layer.schedule(1), Lines{"32000 TransactionEnded"});  // H, without any G

  Layer acknowledged;
  (void)acknowledged.when(response(arrived(acknowledged, kInvite), 486));
  acknowledged.clock(at_ms(100));
  (void)receive(acknowledged, text_of(PeerRequest{.method = Method::kAck, .to_tag = "ours"}));
  EXPECT_EQ(acknowledged.schedule(1), Lines{"100 TransactionEnded"});  // I

  Layer accepted;
  (void)accepted.when(response(arrived(accepted, kInvite), 200));
  EXPECT_EQ(accepted.schedule(1), Lines{"32000 TransactionEnded"});  // L

  Layer other;
  (void)other.when(response(arrived(other, kOptions), 200));
  EXPECT_EQ(other.schedule(1), Lines{"0 TransactionEnded"});  // J
}

// The received address is always known here, so the sent-by is never looked up.
// Shows TRN-12.
TEST(AnswerRouting, FollowsTheTableOf18_2_2) {
  const auto routed = [](std::string_view via, const Endpoint& source) {
    Layer layer;
    std::string bytes = text_of(kOptions);
    const std::size_t at = bytes.find("SIP/2.0/UDP");
    bytes.replace(at, bytes.find("\r\n", at) - at, std::string{via} + ";branch=z9hG4bKrouted");
    return output_in<Transmit>(layer.when(response(
        event_in<ServerTransactionStarted>(receive(layer, bytes, source)).transaction, 200)));
  };
  const Endpoint datagram_source{"192.0.2.2", 40'000, Transport::kUdp};
  // A stream: its connection, else a new one to the received address and the port of the sent-by.
  const Transmit tcp = routed("SIP/2.0/TCP peer.example.com:5070", kConnection);
  EXPECT_EQ(tcp.destination, kConnection);
  EXPECT_EQ(tcp.fallback, (Endpoint{"192.0.2.2", 5070, Transport::kTcp}));
  const Endpoint secure{"192.0.2.2", 40'000, Transport::kTls};
  EXPECT_EQ(routed("SIP/2.0/TLS peer.example.com", secure).fallback,
            (Endpoint{"192.0.2.2", 5061, Transport::kTls}));
  // A browser cannot be called back.
  const Endpoint browser{"192.0.2.2", 40'000, Transport::kWs};
  EXPECT_EQ(routed("SIP/2.0/WS df7jal23ls0d.invalid", browser).destination, browser);
  EXPECT_EQ(routed("SIP/2.0/WS df7jal23ls0d.invalid", browser).fallback, Endpoint{});
  // UDP: maddr; rport; the port of the sent-by, or 5060.
  EXPECT_EQ(routed("SIP/2.0/UDP 192.0.2.2:5070;maddr=192.0.2.7", datagram_source).destination,
            (Endpoint{"192.0.2.7", 5070, Transport::kUdp}));
  EXPECT_EQ(routed("SIP/2.0/UDP 192.0.2.2:5070;rport", datagram_source).destination,
            datagram_source);
  EXPECT_EQ(routed("SIP/2.0/UDP 192.0.2.2:5070", datagram_source).destination,
            (Endpoint{"192.0.2.2", 5070, Transport::kUdp}));
  EXPECT_EQ(routed("SIP/2.0/UDP peer.example.com", datagram_source).destination,
            (Endpoint{"192.0.2.2", 5060, Transport::kUdp}));
  EXPECT_EQ(routed("SIP/2.0/UDP 192.0.2.2:5070", datagram_source).local, kUs);
}

// Shows TRN-22.
TEST(AnswerRouting, EveryAnswerKnowsWhereToIfItsConnectionIsGone_RTRN01) {
  Layer layer;
  const TransactionId id = arrived(layer, kInvite);
  const Endpoint fallback{"192.0.2.2", 5060, Transport::kTcp};
  EXPECT_EQ(output_in<Transmit>(layer.when(response(id, 180))).fallback, fallback);
  EXPECT_EQ(output_in<Transmit>(layer.when(response(id, 200))).fallback, fallback);
  EXPECT_EQ(output_in<Transmit>(layer.when(RepeatResponse{{}, id})).fallback, fallback);
  // Whatever becomes of it: the transaction lives until Timer L (RFC 6026 7.1).
  EXPECT_EQ(told(layer.when(TransmitFailed{id})), Lines{});
  EXPECT_EQ(layer.schedule(1), Lines{"32000 TransactionEnded"});
}

std::string without_length(std::string bytes) {
  const std::size_t at = bytes.find("Content-Length");
  return bytes.erase(at, bytes.find("\r\n", at) + 2 - at);
}

std::string with_length(std::string bytes, std::string_view lines) {
  return without_length(bytes).insert(bytes.find("Max-Forwards"), lines);
}

// Shows TRN-05.
TEST(Framing, ALostEndOfAMessageIsAnswered400AndClosesItsConnection_18_3) {
  for (const std::string& bytes :
       {without_length(text_of(kInvite)), with_length(text_of(kInvite), "Content-Length: -999\r\n"),
        with_length(text_of(kInvite), "l: 5x\r\n"),
        with_length(text_of(kInvite), "Content-Length: 5\r\nl: 6\r\n"),
        with_length(text_of(kInvite), "Content-Length: 65000\r\n")}) {  // more than was taken
    Layer layer;
    const Outbox out = receive(layer, bytes);
    EXPECT_EQ(told(out), (Lines{"AnswerRationed", "DatagramDropped", "!! Transmit 400 INVITE",
                                "!! CloseConnection"}));
    EXPECT_EQ(output_in<CloseConnection>(out).connection, kConnection);
    EXPECT_EQ(layer.own().live.size(), 0U);
  }
  Layer layer;
  const std::string answer = text_of(text_of(kInvite), {.status = 200});
  EXPECT_EQ(told(receive(layer, without_length(answer))),
            (Lines{"DatagramDropped", "!! CloseConnection"}));
  EXPECT_EQ(told(receive(layer, "rubbish\r\n\r\n")),
            (Lines{"DatagramDropped", "!! CloseConnection"}));
}

// Shows UAS-07.
TEST(Framing, WhatIsLargerThanWeTakeGets513AndClosesItsConnection_21_5_14) {
  const std::string endless = text_of(kInvite).substr(0, text_of(kInvite).size() - 2) + "X: ";
  const auto size = std::to_string(limits::kMessageBytesMax - text_of(kInvite).size());
  for (const std::string& bytes :
       {with_length(text_of(kInvite), "Content-Length: 65536\r\n"),
        with_length(text_of(kInvite), "Content-Length: " + size + "\r\n"),
        endless + std::string(limits::kStreamHeadBytesMax - endless.size(), 'x')}) {
    Layer layer;
    EXPECT_EQ(told(receive(layer, bytes)), (Lines{"AnswerRationed", "DatagramDropped",
                                                  "!! Transmit 513 INVITE", "!! CloseConnection"}));
  }
}

TEST(Framing, AMistakeInsideAWellFramedMessageCostsNobodyHisConnection) {
  Layer layer;
  std::string bytes = text_of(kInvite);
  bytes.replace(bytes.find("CSeq: 1 "), 8, "CSeq: x ");
  EXPECT_EQ(told(receive(layer, bytes)),
            (Lines{"AnswerRationed", "DatagramDropped", "!! Transmit 400 INVITE"}));
  EXPECT_EQ(told(receive(layer, "\r\n\r\n")), Lines{"DatagramDropped"});
  // RFC 7118 4.1: a WebSocket message has its own frame.
  EXPECT_EQ(
      told(receive(layer, without_length(text_of(kInvite)), {"192.0.2.2", 40'000, Transport::kWs})),
      (Lines{"ServerTransactionStarted", "> Dialog RequestReceived"}));
}

}  // namespace
}  // namespace lastcall::core
