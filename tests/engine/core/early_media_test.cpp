// What a caller hears before the call is answered (RFC 3960), by whole engines: each fork has its
// own early media, the first 2xx decides, and the client is told who makes the sound.

#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

PeerResponse from_fork(int status, std::string tag, std::string body = {}) {
  return {.status = status, .to_tag = std::move(tag), .body = std::move(body)};
}
std::string at(std::string_view address) { return sdp_text("sendrecv", address); }

Engine calling_engine() {
  Engine us;
  us.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  return us;
}

// Where our stream was sent, each time it was aimed.
Lines aims(const Engine& us) {
  Lines hosts;
  for (const Record& record : us.log().records()) {
    if (const auto* aimed = get_event<StreamDirected>(record.event)) {
      hosts.push_back(aimed->remote.host);
    }
  }
  return hosts;
}

// What the client was told of ring-back, in order.
Lines ring_backs(const Engine& us) {
  Lines names;
  for (const Record& record : us.log().records()) {
    if (const auto* chosen = get_event<RingBackChosen>(record.event)) {
      names.emplace_back(name(chosen->ring_back));
    }
  }
  return names;
}

// Shows SDP-17.
TEST(EarlyMedia, OfTheNewestForkIsHeardAndThatOfTheFirst2xxStays) {
  Engine us = calling_engine();
  us.respond(Method::kInvite, from_fork(183, "a", at("192.0.2.21")));
  us.respond(Method::kInvite, from_fork(183, "b", at("192.0.2.22")));
  // The description of a fork does not change by being repeated.
  us.respond(Method::kInvite, from_fork(183, "a", at("192.0.2.66")));
  EXPECT_EQ(aims(us), (Lines{"192.0.2.21", "192.0.2.22"}));
  us.respond(Method::kInvite, from_fork(200, "a"));
  EXPECT_EQ(aims(us).back(), "192.0.2.21");
  EXPECT_EQ(us.state(), CallState::kConnected);
  (void)us.sent();
  us.respond(Method::kInvite, from_fork(200, "b", at("192.0.2.22")));
  EXPECT_EQ(us.sent(), (Lines{"ACK", "BYE"}));
  EXPECT_EQ(aims(us).back(), "192.0.2.21");
  us.respond(Method::kInvite, from_fork(183, "c", at("192.0.2.23")));
  EXPECT_EQ(aims(us).back(), "192.0.2.21");
}

// Shows SDP-17.
TEST(RingBack, IsOursAfterA180AndThePeersOnceItIsHeard_3960_3_2) {
  Engine us = calling_engine();
  us.respond(Method::kInvite, from_fork(183, "a"));
  EXPECT_EQ(us.state(), CallState::kRinging);
  EXPECT_EQ(ring_backs(us), Lines{});  // nobody is alerted yet
  us.respond(Method::kInvite, from_fork(180, "a"));
  us.respond(Method::kInvite, from_fork(180, "a"));
  EXPECT_EQ(ring_backs(us), (Lines{"own"}));
  us.respond(Method::kInvite, from_fork(183, "b", at("192.0.2.22")));
  us.respond(Method::kInvite, from_fork(180, "c"));
  EXPECT_EQ(ring_backs(us), (Lines{"own", "peer"}));

  Engine silent = calling_engine();
  silent.respond(Method::kInvite, from_fork(180, "a", sdp_text("recvonly")));
  EXPECT_EQ(ring_backs(silent), (Lines{"own"}));  // it only listens
}

// Shows SDP-17.
TEST(RingBack, IsToldToTheClient) {
  Given<ClientLayer> client;
  const auto text = [&](CallState state, RingBack ring_back) {
    return output_in<Notify>(client.when(CallProgressed{CallId{1}, state, ring_back})).text;
  };
  EXPECT_EQ(text(CallState::kRinging, RingBack::kNone), "none");
  EXPECT_EQ(text(CallState::kRinging, RingBack::kOwn), "own");
  EXPECT_EQ(text(CallState::kRinging, RingBack::kPeer), "peer");
  EXPECT_EQ(text(CallState::kConnected, RingBack::kNone), "");
}

}  // namespace
}  // namespace lastcall::core
