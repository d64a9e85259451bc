// A hostile peer beside an honest call (RACES I-51, TP-18): whatever it sends, the honest call's
// state stays as it was, no event of the log carries that call, and the call still ends properly.
// It may know the call's Call-ID and one of its tags, but not both tags (RFC 3261 12, SEC-06).

#include <gtest/gtest.h>
// GoogleTest first: RapidCheck's bridge needs it.
#include "tests/engine/core/engine.hpp"

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace lastcall::core {
namespace {

const Endpoint kHostile{"192.0.2.66", 5066, Transport::kUdp};

Engine with_honest_call() {
  Engine engine;
  engine.receive(first_invite());
  engine.command(Op::kAnswer, 1);
  engine.receive({.method = Method::kAck, .cseq = 10, .branch = "ack", .to_tag = engine.tag()});
  return engine;
}

// Everything the layers know of one call.
struct Known {
  Session session;
  Leg leg;
  bool operator==(const Known&) const = default;
};
Known known(const Engine& engine) {
  const State& state = engine.kernel().state();
  const Session* session = layer<SessionLayer>(state).calls.find(engine.call());
  const Leg* leg = layer<DialogLayer>(state).legs.find(engine.call());
  RC_ASSERT(session != nullptr);
  RC_ASSERT(leg != nullptr);
  return {*session, *leg};
}

rc::Gen<std::string> one_of(std::vector<std::string> texts) {
  return rc::gen::elementOf(std::move(texts));
}

// A request that is well formed and means ill. `tag` is the honest call's own one.
std::string hostile_request(const std::string& tag) {
  const bool knows_ours = *rc::gen::arbitrary<bool>();
  const auto method = static_cast<Method>(*rc::gen::inRange(0, static_cast<int>(Method::kOther)));
  return text_of(PeerRequest{
      .method = method,
      .cseq = *rc::gen::inRange<std::uint32_t>(1, 20),
      .branch = "evil" + std::to_string(*rc::gen::inRange(0, 5)),
      .to_tag = knows_ours ? tag : *one_of({"", "guess", "evil-tag"}),
      .lines = *one_of({"", "Require: 100rel\r\n", "Require: nonsense\r\n",
                        "Replaces: call-1@peer;to-tag=x;from-tag=y\r\n",
                        "Refer-To: <sip:victim@192.0.2.9>\r\n", "Event: refer\r\n",
                        "RAck: 1 10 INVITE\r\n", "Expires: 0\r\n", "Session-Expires: 90\r\n"}),
      .body = *one_of({"", sdp_text(), sdp_text("inactive", "0.0.0.0"), "v=0\r\n", "rubbish"}),
      .contact = *one_of({"", "<sip:evil@192.0.2.66>", "<sip:peer@192.0.2.2>"}),
      .type = *one_of({"application/sdp", "text/plain", "application/dtmf-relay"}),
      .from_tag = *one_of(knows_ours ? std::vector<std::string>{"evil-tag", ""}
                                     : std::vector<std::string>{std::string{kPeerTag}, "evil-tag"}),
      .call_id = *one_of({std::string{kCallId}, "evil@hostile"})});
}

std::string hostile_response() {
  const std::string request = text_of(
      PeerRequest{.method = *rc::gen::element(Method::kInvite, Method::kBye, Method::kUpdate),
                  .branch = "evil" + std::to_string(*rc::gen::inRange(0, 5)),
                  .to_tag = "guess"});
  return text_of(request, {.status = *rc::gen::inRange(100, 700), .body = sdp_text()});
}

// A cut, a changed byte, a doubled part: none of them need be legal.
std::string damaged(std::string bytes) {
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return bytes.substr(0, at);
    case 1:
      bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
      return bytes;
    case 2:
      return bytes + bytes.substr(at);
    default:
      return bytes;
  }
}

// Shows SEC-06.
RC_GTEST_PROP(HostilePeer, ChangesNothingOfAnotherCall_I51, ()) {
  Engine engine = with_honest_call();
  const std::string tag = engine.tag();
  const CallId honest = engine.call();
  const Known before = known(engine);
  const Position start = engine.log().records().size();
  const auto count = *rc::gen::inRange(1, 40);
  for (int i = 0; i < count; ++i) {
    const bool request = *rc::gen::inRange(0, 4) != 0;
    engine.deliver(DatagramReceived{
        kHostile, kUs, {damaged(request ? hostile_request(tag) : hostile_response())}});
  }
  engine.address(honest);
  RC_ASSERT(known(engine) == before);
  for (std::size_t i = start; i < engine.log().records().size(); ++i) {
    RC_ASSERT(call_of(engine.log().records()[i].event) != honest);
  }
  (void)engine.sent();
  engine.receive({.method = Method::kBye, .cseq = 21, .branch = "bye", .to_tag = tag});
  RC_ASSERT(engine.sent() == (Lines{"200 BYE"}));
  engine.take(NoticeKind::kEnding);
  RC_ASSERT(engine.find(honest) == Found::kEnded);
}

}  // namespace
}  // namespace lastcall::core
