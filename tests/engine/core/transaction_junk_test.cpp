// What nothing vouches for: broken messages, dialogs nobody knows, answers that are to go to
// somebody else. It is answered seldom, remembered hardly, and counted (CONFORMANCE 15).

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

#include <functional>

namespace lastcall::core {
namespace {

using Layer = Given<TransactionLayer>;

const PeerRequest kInvite{};

Outbox from(Layer& layer, std::string_view host, std::string bytes) {
  return layer.when(
      DatagramReceived{{std::string{host}, 5060, Transport::kUdp}, kUs, {std::move(bytes)}});
}

std::string changed(const PeerRequest& request, std::string_view old, std::string_view with) {
  std::string bytes = text_of(request);
  return bytes.replace(bytes.find(old), old.size(), with);
}

std::string malformed() { return changed(kInvite, "CSeq: 1 ", "CSeq: x "); }

std::uint64_t dropped(const Layer& layer, DropReason reason) {
  return layer.own().dropped[static_cast<std::size_t>(reason)];
}

bool is_answered(const Outbox& out) { return !out.outputs.empty() || !out.mail.empty(); }

// How many of `count` copies lead to anything but a drop.
int answered(Layer& layer, std::string_view host, const std::function<std::string(int)>& nth,
             int count) {
  int answers = 0;
  for (int i = 0; i < count; ++i) answers += is_answered(from(layer, host, nth(i))) ? 1 : 0;
  return answers;
}

constexpr int kRation = static_cast<int>(limits::kRationPerSource);

// Shows SEC-03.
TEST(Rations, OneSourceGetsSoManyAnswersInASecondAndNoMore) {
  const auto stray_bye = [](int i) {
    return text_of(PeerRequest{
        .method = Method::kBye, .branch = "bye" + std::to_string(i), .to_tag = "nobody"});
  };
  const auto stray_cancel = [](int i) {
    return text_of(PeerRequest{.method = Method::kCancel, .branch = std::to_string(i)});
  };
  const auto aimed_elsewhere = [](int i) {
    return changed({.method = Method::kOptions, .branch = std::to_string(i)}, ";rport",
                   ";maddr=192.0.2.7");
  };
  const std::vector<std::function<std::string(int)>> kinds{
      [](int) { return malformed(); }, stray_bye, stray_cancel, aimed_elsewhere};
  for (const auto& kind : kinds) {
    Layer layer;
    EXPECT_EQ(answered(layer, "192.0.2.2", kind, 3 * kRation), kRation);
    EXPECT_EQ(dropped(layer, DropReason::kRationed), 2U * limits::kRationPerSource);
    // Another source has rations of its own, and the next second is another one.
    EXPECT_EQ(answered(layer, "192.0.2.9", [](int) { return malformed(); }, 2), 2);
    layer.clock(at_ms(1'000));
    EXPECT_EQ(answered(layer, "192.0.2.2", [](int) { return malformed(); }, 2 * kRation), kRation);
  }
}

TEST(Rations, ManySourcesDoNotMakeTheStateGrow) {
  Layer layer;
  const auto limit = static_cast<int>(limits::kRationSources);
  for (int i = 0; i < limit + 10; ++i) {
    const std::string host = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    EXPECT_EQ(is_answered(from(layer, host, malformed())), i < limit);
  }
  EXPECT_EQ(layer.own().rations.by_source.size(), limits::kRationSources);
  EXPECT_EQ(layer.own().live.size(), 0U);
}

TEST(Rations, ARequestOfAnHonestPeerNeedsNone) {
  Layer layer;
  (void)answered(layer, "192.0.2.2", [](int) { return malformed(); }, 2 * kRation);
  EXPECT_EQ(told(layer.when(datagram(text_of(kInvite)))),
            (Lines{"ServerTransactionStarted", "> Dialog RequestReceived"}));
}

// Shows SEC-02.
TEST(Junk, MalformedResponsesAndAcksGetNoAnswer) {
  Layer layer;
  const std::string response = text_of(text_of(kInvite), {.status = 200});
  std::string broken = response;
  broken.replace(broken.find("CSeq: 1 "), 8, "CSeq: x ");
  EXPECT_EQ(told(layer.when(datagram(broken))), Lines{"DatagramDropped"});
  const PeerRequest ack{.method = Method::kAck, .to_tag = "ours"};
  EXPECT_EQ(told(layer.when(datagram(changed(ack, "CSeq: 1 ", "CSeq: x ")))),
            Lines{"DatagramDropped"});
  EXPECT_EQ(told(layer.when(datagram(changed(ack, "z9hG4bKb1", "z9hG4bK")))),
            Lines{"DatagramDropped"});
  EXPECT_EQ(dropped(layer, DropReason::kMalformed), 3U);
}

// Shows TXN-13.
TEST(Junk, ABranchThatIsNothingButTheCookieGets400AndMakesNoTransaction) {
  Layer layer;
  for (const Method method : {Method::kInvite, Method::kOptions, Method::kCancel}) {
    const std::string bare = changed({.method = method}, "z9hG4bKb1", "z9hG4bK");
    const Outbox out = layer.when(datagram(bare));
    EXPECT_EQ(told(out), (Lines{"AnswerRationed", "DatagramDropped",
                                "!! Transmit 400 " + std::string{name(method)}}));
  }
  EXPECT_EQ(layer.own().live.size(), 0U);
}

// Shows TRN-04.
TEST(Datagrams, AreCutByTheirContentLength_18_3) {
  const PeerRequest with_body{.body = sdp_text()};
  const std::string length = "Content-Length: " + std::to_string(sdp_text().size());
  Layer layer;
  // Too short: a request gets 400, a response nothing.
  EXPECT_EQ(told(layer.when(datagram(changed(with_body, length, "Content-Length: 9999")))),
            (Lines{"AnswerRationed", "DatagramDropped", "!! Transmit 400 INVITE"}));
  std::string response = text_of(text_of(kInvite), {.status = 200});
  response.replace(response.find("Content-Length: 0"), 17, "Content-Length: 9");
  EXPECT_EQ(told(layer.when(datagram(response))), Lines{"DatagramDropped"});
  // What follows is dropped; without a length the body is the rest.
  const auto body_of = [&](const std::string& bytes) {
    Layer fresh;
    return std::string{
        mail_in<RequestReceived, ToDialog>(fresh.when(datagram(bytes))).message.body()};
  };
  EXPECT_EQ(body_of(text_of(with_body) + text_of(kInvite)), sdp_text());
  EXPECT_EQ(body_of(changed(with_body, length + "\r\n", "")), sdp_text());
}

}  // namespace
}  // namespace lastcall::core
