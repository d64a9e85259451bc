// The kernel: turns, the gate of outputs, batches, deadlines, and that a state is the fold of its
// log.

#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

TEST(KernelGate, WhatIsNotDurableWaitsWhatIsFreeDoesNot) {
  Engine engine{log::Syncs::kWhenTold};
  engine.receive(first_invite());
  EXPECT_EQ(engine.take_notices(), Lines{});
  engine.sync();
  EXPECT_EQ(engine.take_notices(), (Lines{"CallIncoming"}));
  EXPECT_EQ(engine.sent(), (Lines{"180 INVITE"}));
  engine.receive(first_invite());  // a repeat: a provisional response waits for nothing
  EXPECT_EQ(engine.sent(), (Lines{"180 INVITE"}));
  engine.receive({.method = Method::kCancel, .cseq = 10, .contact = {}});
  EXPECT_EQ(engine.sent(), Lines{});  // final responses wait
  engine.sync();
  EXPECT_EQ(engine.sent(), (Lines{"200 CANCEL", "487 INVITE"}));
}

TEST(KernelGate, NothingOfACallOvertakesWhatWaits) {
  Engine engine{log::Syncs::kWhenTold};
  engine.receive(first_invite());
  engine.sync();
  engine.command(Op::kAnswer, 1);  // StartStream waits for the log
  engine.receive({.method = Method::kCancel, .cseq = 10, .contact = {}});
  // StopStream is free, but StartStream stands before it.
  EXPECT_EQ(engine.starts(), 0);
  EXPECT_EQ(engine.stops(), 0);
  engine.sync();
  EXPECT_EQ(engine.starts(), 1);
  EXPECT_EQ(engine.stops(), 1);
}

TEST(KernelGate, AnotherCallIsNotHeldUp) {
  Engine engine{log::Syncs::kWhenTold};
  PeerRequest other = first_invite();
  other.call_id = "call-2@peer";
  other.branch = "other";
  engine.receive(other);
  engine.receive(first_invite());
  engine.sync();
  (void)engine.sent();
  engine.command(Op::kAnswer, 1);
  EXPECT_TRUE(engine.kernel().holds_outputs());
  engine.receive(other);
  EXPECT_EQ(engine.sent(), (Lines{"180 INVITE"}));
}

TEST(KernelTurns, ABatchIsSealedOnlyWhereNoMailWaits_DESIGN3) {
  log::MemoryLog log;
  OldestFirst oldest;
  Kernel kernel{test_config()};
  (void)kernel.deliver(datagram(text_of(first_invite())));
  int steps = 0;
  while (kernel.step(log, oldest, at_ms(0))) {
    ++steps;
    EXPECT_EQ(log.sealed(), kernel.in_turn() ? 0 : log.last());
  }
  EXPECT_GT(steps, 3);
}

TEST(KernelTurns, DrainedOnesEndBeforeTheNextBegins) {
  log::MemoryLog log;
  Kernel kernel{test_config(), Turns::kDrained};
  (void)kernel.deliver(datagram(text_of(first_invite())));
  (void)kernel.deliver(datagram(text_of({.method = Method::kOptions, .branch = "o"})));
  EXPECT_EQ(kernel.ready_items(at_ms(0)).size(), 2U);
  kernel.handle_ready(0, log, at_ms(0));
  for (const Ready& item : kernel.ready_items(at_ms(0))) EXPECT_TRUE(item.internal);
}

TEST(KernelTurns, InterleavedOnesMayMix) {
  log::MemoryLog log;
  Kernel kernel{test_config(), Turns::kInterleaved};
  (void)kernel.deliver(datagram(text_of(first_invite())));
  (void)kernel.deliver(datagram(text_of({.method = Method::kOptions, .branch = "o"})));
  EXPECT_EQ(kernel.ready_items(at_ms(0)).size(), 2U);
  kernel.handle_ready(0, log, at_ms(0));
  const auto items = kernel.ready_items(at_ms(0));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_TRUE(items[0].internal);  // the turn that has begun is the boring choice
  EXPECT_FALSE(items[1].internal);
}

TEST(KernelMailbox, KeepsTheOrderOfOneSenderAndCall) {
  Kernel kernel{test_config()};
  (void)kernel.deliver(CommandGiven{CommandId{1}, Op::kHangup, CallId{5}, {}});
  (void)kernel.deliver(CommandGiven{CommandId{2}, Op::kHangup, CallId{5}, {}});
  (void)kernel.deliver(CommandGiven{CommandId{3}, Op::kHangup, CallId{6}, {}});
  EXPECT_EQ(kernel.ready_items(at_ms(0)).size(), 2U);  // heads only
}

TEST(KernelDeathTest, ADeadlineThatIsHandledMustMove) {
  Engine engine;
  engine.receive(first_invite());
  LayerTable deaf;
  std::get<LayerFunctions<SessionLayer>>(deaf).decide =
      [](const SessionLayer::State&, const ToSession&, const Context&, Outbox&) {};
  Kernel kernel{test_config(), Turns::kDrained, deaf};
  for (const Record& record : engine.log().records()) kernel.recover(record);
  log::MemoryLog log;
  OldestFirst oldest;
  EXPECT_DEATH(while (kernel.step(log, oldest, at_ms(180'000))){}, "moves or removes it");
}

TEST(KernelFind, AnswersEndedFromTheLogAfterTheTombstone_I53) {
  Engine engine;
  engine.receive(first_invite());
  const CallId call = engine.call();
  EXPECT_EQ(engine.find(call), Found::kLive);
  engine.receive({.method = Method::kCancel, .cseq = 10, .contact = {}});
  EXPECT_EQ(engine.find(call), Found::kEnding);  // the client has not taken the notice
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.find(call), Found::kEnded);
  engine.run_until(at_ms(120'000));
  EXPECT_EQ(engine.kernel().state(), State{});
  EXPECT_EQ(engine.find(call), Found::kEnded);
  EXPECT_EQ(engine.find(CallId{0x1234}), Found::kNotFound);
}

TEST(KernelValue, CopiesGoOnAlikeToTheLastHash_I55) {
  Engine one;
  one.receive(first_invite());
  Engine two = one;
  for (Engine* engine : {&one, &two}) {
    engine->command(Op::kAnswer, 1);
    engine->run_until(at_ms(2'000));
  }
  EXPECT_EQ(one.kernel().state(), two.kernel().state());
  EXPECT_EQ(one.log().records(), two.log().records());
  EXPECT_EQ(hash_of_state(one.kernel().state()), hash_of_state(two.kernel().state()));
}

}  // namespace
}  // namespace lastcall::core
