#include "replay/fold.hpp"

#include "tests/replay/played_call.hpp"

#include <gtest/gtest.h>

namespace lastcall::replay {
namespace {

TEST(Fold, IsTheLiveStateOfTheKernel) {
  PlayedCall played;
  played.connect();
  EXPECT_EQ(fold(played.log().records(), kNewest), played.kernel().state());
  played.bye();
  EXPECT_EQ(fold(played.log().records(), kNewest), played.kernel().state());
}

TEST(Fold, StopsAtThePositionAskedFor) {
  PlayedCall played;
  played.connect();
  const Position connected = played.log().last();
  const core::State then = played.kernel().state();
  played.bye();
  EXPECT_NE(played.kernel().state(), then);
  EXPECT_EQ(fold(played.log().records(), connected), then);
}

TEST(Calls, ACallIsToldFromItsEvents) {
  PlayedCall played;
  played.connect();
  const CallList talking = calls_of(played.log().records());
  ASSERT_EQ(talking.calls().size(), 1U);
  EXPECT_EQ(talking.calls()[0].shown_state(), "Connected");
  EXPECT_FALSE(talking.calls()[0].cause);

  played.bye();
  const CallList list = calls_of(played.log().records());
  const CallLine& line = list.calls()[0];
  EXPECT_EQ(line.sip_call_id, "played@10.0.0.2");
  EXPECT_EQ(line.shown_state(), "Terminated");
  EXPECT_EQ(line.cause, Cause::kRemoteBye);
  EXPECT_FALSE(line.forced);
  EXPECT_TRUE(line.missing.empty());
  ASSERT_TRUE(line.answered && line.ending && line.ended);
  EXPECT_EQ(*line.ending - line.started, std::chrono::milliseconds{1750});
  EXPECT_EQ(list.find(line.call), &line);
  EXPECT_TRUE(improper_ends(list).empty());
}

TEST(Calls, ACallThatWasNeverAnsweredHasFailed) {
  CallList list;
  list.add({.pos = 1, .event = event_of(CallStarted{.call = {5}})});
  list.add({.pos = 2, .event = event_of(CallTerminating{.call = {5}})});
  list.add(
      {.pos = 3, .event = event_of(CallTerminated{.call = {5}, .cause = Cause::kRemoteCancel})});
  EXPECT_EQ(list.calls()[0].shown_state(), "Failed");
}

TEST(Calls, AnEndThatStandsTwiceIsImproper) {
  CallList list;
  list.add({.pos = 1, .event = event_of(CallStarted{.call = {5}})});
  list.add({.pos = 2, .event = event_of(CallTerminating{.call = {5}})});
  list.add({.pos = 3, .event = event_of(CallTerminated{.call = {5}})});
  EXPECT_TRUE(improper_ends(list).empty());
  list.add({.pos = 4, .event = event_of(CallTerminated{.call = {5}})});
  EXPECT_EQ(improper_ends(list).size(), 1U);
}

TEST(Calls, AnEndWithoutPhaseOneIsImproper) {
  CallList list;
  list.add({.pos = 1, .event = event_of(CallStarted{.call = {5}})});
  list.add({.pos = 2, .event = event_of(CallTerminated{.call = {5}})});
  EXPECT_EQ(improper_ends(list).size(), 1U);
}

}  // namespace
}  // namespace lastcall::replay
