// Transfers as whole calls through the kernel: two calls and nothing but a logged link between
// them.

#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

Engine connected_callee() {
  Engine engine;
  engine.receive(first_invite());
  engine.command(Op::kAnswer, 1);
  engine.receive({.method = Method::kAck, .cseq = 10, .branch = "ack", .to_tag = engine.tag()});
  (void)engine.sent();
  return engine;
}

const Session* session_of(const Engine& engine, CallId call) {
  return layer<SessionLayer>(engine.kernel().state()).calls.find(call);
}

std::vector<CallTerminated> ends_of(const Engine& engine) {
  std::vector<CallTerminated> ends;
  for (const Record& record : engine.log().records()) {
    if (const auto* end = get_event<CallTerminated>(record.event)) ends.push_back(*end);
  }
  return ends;
}

// Every call has ended, and nothing is left of any.
void expect_gone(Engine& engine) {
  EXPECT_EQ(engine.kernel().state(), engine.folded());
  engine.run_until(at_ms(2'000'000));
  EXPECT_EQ(layer<TransactionLayer>(engine.kernel().state()).live.size(), 0U);
  EXPECT_EQ(layer<DialogLayer>(engine.kernel().state()), DialogLayer::State{});
  EXPECT_EQ(layer<SessionLayer>(engine.kernel().state()), SessionLayer::State{});
  EXPECT_EQ(layer<ClientLayer>(engine.kernel().state()), ClientLayer::State{});
  EXPECT_EQ(engine.kernel().state().directory, Directory{});
}

TEST(TransferredCall, IsPlacedForThePeerAndOutlivesItsCall_RREF03) {
  Engine engine = connected_callee();
  const CallId first = engine.call();
  const std::string tag = engine.tag();
  engine.receive({.method = Method::kRefer,
                  .cseq = 11,
                  .branch = "r",
                  .to_tag = tag,
                  .lines = "Refer-To: <sip:carol@192.0.2.9>\r\n"});
  EXPECT_EQ(engine.sent(), (Lines{"202 REFER", "NOTIFY", "INVITE"}));
  const CallId second = engine.call();
  EXPECT_NE(second, first);
  ASSERT_NE(session_of(engine, second), nullptr);
  EXPECT_EQ(session_of(engine, second)->state, CallState::kInitiating);
  engine.respond(Method::kNotify, {});
  engine.respond(Method::kInvite, {.status = 180});
  EXPECT_EQ(engine.sent(), (Lines{"NOTIFY"}));
  engine.respond(Method::kNotify, {});
  // The referrer leaves; the call it asked for goes on, and it still hears the end of it.
  engine.receive({.method = Method::kBye, .cseq = 12, .branch = "bye", .to_tag = tag});
  EXPECT_EQ(engine.sent(), (Lines{"200 BYE"}));
  engine.deliver(NoticeTaken{first, NoticeKind::kEnding});
  EXPECT_EQ(session_of(engine, first), nullptr);
  engine.respond(Method::kInvite, {.status = 200, .body = sdp_text()});
  EXPECT_EQ(engine.sent(), (Lines{"ACK", "NOTIFY"}));
  EXPECT_EQ(session_of(engine, second)->state, CallState::kConnected);
  EXPECT_NE(engine.newest(Method::kNotify).find("terminated;reason=noresource"), std::string::npos);
  engine.respond(Method::kNotify, {});
  engine.deliver(CommandGiven{CommandId{7}, Op::kHangup, second, {}});
  engine.respond(Method::kBye, {});
  engine.deliver(NoticeTaken{second, NoticeKind::kEnding});
  expect_gone(engine);
}

TEST(TransferredCall, ThatCannotBePlacedIsReported) {
  Engine engine = connected_callee();
  engine.receive({.method = Method::kRefer,
                  .cseq = 11,
                  .branch = "r",
                  .to_tag = engine.tag(),
                  .lines = "Refer-To: <sip:carol@192.0.2.9>\r\n"});
  engine.respond(Method::kNotify, {});
  (void)engine.sent();
  engine.respond(Method::kInvite, {.status = 486});
  EXPECT_EQ(engine.sent(), (Lines{"ACK", "NOTIFY"}));
  EXPECT_TRUE(engine.newest(Method::kNotify).ends_with("SIP/2.0 486 Busy Here\r\n"));
}

TEST(Transfer, SucceedsWithTheLastNotifyAndEndsOurCall) {
  Engine engine = connected_callee();
  const std::string tag = engine.tag();
  engine.command(Op::kTransfer, 2, "sip:carol@192.0.2.9");
  EXPECT_EQ(engine.sent(), (Lines{"REFER"}));
  engine.respond(Method::kRefer, {.status = 202});
  (void)engine.replies();
  (void)engine.take_notices();
  PeerRequest notify{.method = Method::kNotify, .cseq = 11, .branch = "n1", .to_tag = tag};
  notify.lines = "Event: refer\r\nSubscription-State: active;expires=60\r\n";
  notify.body = "SIP/2.0 180 Ringing\r\n";
  notify.type = "message/sipfrag";
  engine.receive(notify);
  EXPECT_EQ(engine.sent(), (Lines{"200 NOTIFY"}));
  EXPECT_EQ(engine.take_notices(), (Lines{"Transfer"}));
  EXPECT_EQ(engine.state(), CallState::kConnected);
  notify.cseq = 12;
  notify.branch = "n2";
  notify.lines = "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n";
  notify.body = "SIP/2.0 200 OK\r\n";
  engine.receive(notify);
  EXPECT_EQ(engine.sent(), (Lines{"200 NOTIFY", "BYE"}));
  EXPECT_EQ(engine.replies(), (Lines{"ok"}));
  engine.respond(Method::kBye, {});
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.end().cause, Cause::kTransferred);
  expect_gone(engine);
}

TEST(Transfer, RefusedLeavesTheCallAsItWas) {
  Engine engine = connected_callee();
  engine.command(Op::kTransfer, 2, "sip:carol@192.0.2.9");
  (void)engine.replies();
  engine.respond(Method::kRefer, {.status = 603});
  EXPECT_EQ(engine.replies(), (Lines{"refused"}));
  EXPECT_EQ(engine.state(), CallState::kConnected);
  engine.command(Op::kTransfer, 3, "not a URI");
  EXPECT_EQ(engine.replies(), (Lines{"refused"}));
  EXPECT_EQ(engine.state(), CallState::kConnected);
}

PeerRequest replacing(const std::string& tag) {
  PeerRequest invite{.cseq = 5, .branch = "c", .body = sdp_text()};
  invite.from_tag = "carol-tag";
  invite.call_id = "call-3@carol";
  invite.lines = "Replaces: call-1@peer;to-tag=" + tag + ";from-tag=peer-tag\r\n";
  return invite;
}

// Shows EVT-05.
TEST(ReplacedCall, EndsOnlyWhenTheNewOneIsUp_RREP02) {
  Engine engine = connected_callee();
  const CallId first = engine.call();
  const std::string tag = engine.tag();
  const int streams = engine.starts();
  engine.receive(replacing(tag));
  EXPECT_EQ(engine.sent(), (Lines{"200 INVITE", "BYE"})) << "answered by itself, then the old ends";
  EXPECT_EQ(engine.starts(), streams + 1);
  EXPECT_NE(engine.newest(Method::kBye).find("Reason: SIP;cause=200"), std::string::npos);
  const std::string new_tag = parsed(engine.newest(Method::kBye)).from_tag() == tag ? tag : "";
  EXPECT_EQ(new_tag, tag) << "the BYE is in the old dialog";
  // BYE crosses BYE; the new call is not touched.
  engine.receive({.method = Method::kBye, .cseq = 11, .branch = "bye", .to_tag = tag});
  EXPECT_EQ(engine.sent(), (Lines{"200 BYE"}));
  engine.respond(Method::kBye, {});
  engine.deliver(NoticeTaken{first, NoticeKind::kEnding});
  ASSERT_EQ(ends_of(engine).size(), 1U);
  EXPECT_EQ(ends_of(engine).front().call, first);
  EXPECT_EQ(ends_of(engine).front().cause, Cause::kReplaced);
  const auto& calls = layer<SessionLayer>(engine.kernel().state()).calls;
  EXPECT_EQ(calls.size(), 1U);
}

TEST(ReplacedCall, StaysIfTheNewOneCannotBeAccepted) {
  Engine engine = connected_callee();
  const CallId first = engine.call();
  PeerRequest invite = replacing(engine.tag());
  invite.body.replace(invite.body.find("RTP/AVP 0"), 9, "RTP/AVP 9");
  engine.receive(invite);
  EXPECT_EQ(engine.sent(), (Lines{"488 INVITE"}));
  EXPECT_EQ(session_of(engine, first)->state, CallState::kConnected);
}

// Shows MSG-20.
TEST(EndedCall, RemembersTheReasonThatThePeerGave) {
  Engine engine = connected_callee();
  engine.receive({.method = Method::kBye,
                  .cseq = 11,
                  .branch = "bye",
                  .to_tag = engine.tag(),
                  .lines = "Reason: SIP;cause=600;text=\"Busy Everywhere\"\r\n"
                           "Reason: Q.850;cause=17\r\n"});
  std::string reason;
  for (const Record& record : engine.log().records()) {
    if (const auto* e = get_event<CallTerminating>(record.event)) reason = e->reason;
  }
  EXPECT_EQ(reason, "SIP;cause=600;text=\"Busy Everywhere\", Q.850;cause=17");
}

TEST(EndedCall, ACancelWithAReasonIsTheSameCancel_I34) {
  Engine engine;
  engine.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  engine.respond(Method::kInvite, {.status = 180});
  (void)engine.sent();
  engine.run_until(at_ms(181'000));
  EXPECT_EQ(engine.sent().front(), "CANCEL");
  const SipMessage cancel = parsed(engine.newest(Method::kCancel));
  const SipMessage invite = parsed(engine.newest(Method::kInvite));
  EXPECT_EQ(cancel.header(Header::kReason), "SIP;cause=408");
  EXPECT_EQ(cancel.via().branch, invite.via().branch);
  EXPECT_EQ(cancel.cseq(), invite.cseq());
  EXPECT_EQ(cancel.call_id(), invite.call_id());
}

}  // namespace
}  // namespace lastcall::core
