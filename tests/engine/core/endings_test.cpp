// Every way a call can end, through a whole engine: always the same two phases (RACES section 3),
// always with everything gone at last; and what a BYE of ours does before anybody answers it.

#include "tests/engine/core/engine.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

void ring_in(Engine& engine) { engine.receive(first_invite()); }

void answer(Engine& engine) {
  ring_in(engine);
  engine.command(Op::kAnswer, 1);
}

void connect_in(Engine& engine) {
  answer(engine);
  engine.receive({.method = Method::kAck, .cseq = 10, .branch = "ack", .to_tag = engine.tag()});
}

void call_out(Engine& engine) { engine.command(Op::kCall, 1, "sip:callee@192.0.2.2"); }

void ring_out(Engine& engine) {
  call_out(engine);
  engine.respond(Method::kInvite, {.status = 180});
}

void connect_out(Engine& engine) {
  ring_out(engine);
  engine.respond(Method::kInvite, {.status = 200, .body = sdp_text()});
}

void peer_says(Engine& engine, Method method, std::uint32_t cseq) {
  engine.receive({.method = method, .cseq = cseq, .branch = "in", .to_tag = engine.tag()});
}

struct Path {
  std::string name;
  void (*walk)(Engine&);
  Cause cause;
};

const std::vector<Path>& paths() {
  static const std::vector<Path> table{
      {"we reject", [](Engine& e) { ring_in(e), e.command(Op::kReject, 2); }, Cause::kLocalReject},
      {"we hang up what rings", [](Engine& e) { ring_in(e), e.command(Op::kHangup, 2); },
       Cause::kLocalHangup},
      {"the caller cancels",
       [](Engine& e) {
         ring_in(e);
         e.receive({.method = Method::kCancel, .cseq = 10, .contact = {}});
       },
       Cause::kRemoteCancel},
      {"an early BYE", [](Engine& e) { ring_in(e), peer_says(e, Method::kBye, 11); },
       Cause::kRemoteBye},
      {"nobody answers here", [](Engine& e) { ring_in(e), e.run_until(at_ms(180'000)); },
       Cause::kNoAnswer},
      {"no codec in common",
       [](Engine& e) {
         PeerRequest invite = first_invite();
         invite.body.replace(invite.body.find("AVP 0"), 5, "AVP 9");
         e.receive(invite);
         e.command(Op::kAnswer, 1);
       },
       Cause::kMediaFailure},
      {"no ACK", [](Engine& e) { answer(e), e.run_until(at_ms(32'000)); }, Cause::kNoAck},
      {"we hang up before the ACK", [](Engine& e) { answer(e), e.command(Op::kHangup, 2); },
       Cause::kLocalHangup},
      {"the caller hangs up", [](Engine& e) { connect_in(e), peer_says(e, Method::kBye, 11); },
       Cause::kRemoteBye},
      {"a late BYE", [](Engine& e) { connect_in(e), peer_says(e, Method::kBye, 9); },
       Cause::kRemoteByeOutOfOrder},
      {"we hang up before any answer", [](Engine& e) { call_out(e), e.command(Op::kHangup, 2); },
       Cause::kLocalHangup},
      {"we hang up while it rings", [](Engine& e) { ring_out(e), e.command(Op::kHangup, 2); },
       Cause::kLocalHangup},
      {"busy", [](Engine& e) { ring_out(e), e.respond(Method::kInvite, {.status = 486}); },
       Cause::kRemoteReject},
      {"nobody there", [](Engine& e) { call_out(e), e.run_until(at_ms(32'000)); },
       Cause::kNoAnswer},
      {"nowhere to go", [](Engine& e) { e.command(Op::kCall, 1, "sip:bob@nowhere.invalid"); },
       Cause::kTransportFailure},
      {"an answer without a description",
       [](Engine& e) { ring_out(e), e.respond(Method::kInvite, {.status = 200}); },
       Cause::kMediaFailure},
      {"we hang up", [](Engine& e) { connect_out(e), e.command(Op::kHangup, 2); },
       Cause::kLocalHangup},
      {"we hang up while we hold",
       [](Engine& e) {
         connect_out(e);
         e.command(Op::kHold, 2);
         e.respond(Method::kInvite, {.status = 200, .body = sdp_text("recvonly")});
         e.command(Op::kHangup, 3);
       },
       Cause::kLocalHangup},
      {"the peer has lost the dialog",
       [](Engine& e) {
         connect_out(e);
         e.command(Op::kHold, 2);
         e.respond(Method::kInvite, {.status = 481});
       },
       Cause::kDialogFailure}};
  return table;
}

template <class Fact>
std::vector<Position> positions_of(const Engine& engine) {
  std::vector<Position> positions;
  for (const Record& record : engine.log().records()) {
    if (get_event<Fact>(record.event) != nullptr) positions.push_back(record.pos);
  }
  return positions;
}

class EveryPath : public ::testing::TestWithParam<Path> {};

// Shows INV-16.
TEST_P(EveryPath, EndsInTwoPhases_TP01_TP07) {
  Engine engine;
  GetParam().walk(engine);
  EXPECT_EQ(engine.take_notices().back(), "CallEnding");
  EXPECT_EQ(engine.state(), CallState::kTerminating) << "the client still holds the call";
  EXPECT_EQ(positions_of<CallTerminated>(engine).size(), 0U);
  EXPECT_EQ(engine.find(engine.call()), Found::kEnding);
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.take_notices(), (Lines{"CallEnded"}));
  EXPECT_EQ(engine.find(engine.call()), Found::kEnded);
  const CallTerminated end = engine.end();
  EXPECT_EQ(end.cause, GetParam().cause) << name(end.cause);
  EXPECT_FALSE(end.forced);
  ASSERT_EQ(positions_of<CallTerminating>(engine).size(), 1U);
  EXPECT_LT(positions_of<CallTerminating>(engine).front(),
            positions_of<CallTerminated>(engine).front());
  EXPECT_EQ(engine.starts(), engine.stops());
  engine.run_until(at_ms(1'000'000));
  EXPECT_EQ(layer<DialogLayer>(engine.kernel().state()), DialogLayer::State{});
  EXPECT_EQ(layer<SessionLayer>(engine.kernel().state()), SessionLayer::State{});
  EXPECT_EQ(layer<MediaLayer>(engine.kernel().state()), MediaLayer::State{});
  EXPECT_EQ(layer<ClientLayer>(engine.kernel().state()), ClientLayer::State{});
  EXPECT_EQ(engine.kernel().state(), engine.folded());
}

INSTANTIATE_TEST_SUITE_P(Ends, EveryPath, ::testing::ValuesIn(paths()), [](const auto& path) {
  std::string name = path.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

// Shows INV-01.
TEST(OurCancel, WaitsForA1xxAndRepeatsWhatTheInviteSaidOfItself_9_1) {
  Engine engine;
  call_out(engine);
  engine.command(Op::kHangup, 2);
  EXPECT_EQ(engine.sent(), (Lines{"INVITE"}));
  engine.respond(Method::kInvite, {.status = 180});
  EXPECT_EQ(engine.sent(), (Lines{"CANCEL"}));
  const SipMessage invite = parsed(engine.newest(Method::kInvite));
  const SipMessage cancel = parsed(engine.newest(Method::kCancel));
  EXPECT_EQ(cancel.request_uri(), invite.request_uri());
  EXPECT_EQ(cancel.call_id(), invite.call_id());
  EXPECT_EQ(cancel.cseq(), invite.cseq());
  EXPECT_EQ(cancel.via_count(), 1U);
  for (const Header same : {Header::kVia, Header::kFrom, Header::kTo, Header::kRoute}) {
    EXPECT_EQ(cancel.header(same), invite.header(same)) << name(same);
  }
  for (const Header none : {Header::kRequire, Header::kProxyRequire, Header::kContact}) {
    EXPECT_EQ(cancel.header(none), std::nullopt) << name(none);
  }
  EXPECT_EQ(cancel.body(), "");
  // A CANCEL for the CANCEL, or for the BYE of a call that is up, there is not.
  Engine up;
  connect_out(up);
  up.command(Op::kHold, 2);
  up.command(Op::kHangup, 3);
  up.run_until(at_ms(100'000));
  for (const std::string& wire : up.wires()) EXPECT_FALSE(wire.starts_with("CANCEL")) << wire;
}

// Shows INV-03.
TEST(OurBye, StopsTheMediaAtOnceAndIsTheEndWhateverAnswersIt_15_1_1) {
  for (const int status : {200, 481, 408, 0}) {
    Engine engine;
    connect_out(engine);
    (void)engine.sent();
    EXPECT_EQ(engine.stops(), 0);
    engine.command(Op::kHangup, 2);
    EXPECT_EQ(engine.sent(), (Lines{"BYE"}));
    EXPECT_EQ(engine.stops(), 1) << "nobody waits for the answer";
    engine.take(NoticeKind::kEnding);
    if (status != 0) engine.respond(Method::kBye, {.status = status});
    engine.run_until(at_ms(1'000'000));
    // Without an answer it is repeated, and given up after 64*T1.
    EXPECT_EQ(engine.sent(), Lines(status == 0 ? 10 : 0, "BYE")) << status;
    EXPECT_EQ(engine.end().cause, Cause::kLocalHangup);
    EXPECT_FALSE(engine.end().forced);
    EXPECT_EQ(layer<DialogLayer>(engine.kernel().state()), DialogLayer::State{}) << status;
  }
}

}  // namespace
}  // namespace lastcall::core
