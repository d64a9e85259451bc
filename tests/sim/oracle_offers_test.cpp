// The rules about what waits inside a call: each broken once by hand, and kept once.

#include "tests/sim/oracle_story.hpp"

namespace lastcall::sim {
namespace {

CollisionMet waits(std::int64_t ms) {
  return {.call = kCall, .sent = true, .retry_at = instant_ns(ms * 1'000'000)};
}
LegStarted leg(CallRole role) {
  return {.call = kCall,
          .role = role,
          .invite = kInvite,
          .sip_call_id = "id",
          .local_tag = "ours",
          .local_uri = "",
          .remote_uri = ""};
}

TEST(I38, TheWaitIsThatOfTheSideAndComesInSteps) {
  EXPECT_FALSE(
      breaks(Told{}.record(leg(CallRole::kCaller)).record(waits(2'100)).findings(), "I-38"));
  EXPECT_FALSE(breaks(Told{}.record(leg(CallRole::kCallee)).record(waits(0)).findings(), "I-38"));
  EXPECT_TRUE(
      breaks(Told{}.record(leg(CallRole::kCaller)).record(waits(2'090)).findings(), "I-38"));
  EXPECT_TRUE(
      breaks(Told{}.record(leg(CallRole::kCallee)).record(waits(2'010)).findings(), "I-38"));
  EXPECT_TRUE(breaks(Told{}.record(leg(CallRole::kCallee)).record(waits(15)).findings(), "I-38"));
}

TEST(I38, OneAtATimeAndNoneInAnEndingCall) {
  Told twice;
  twice.record(leg(CallRole::kCaller)).record(waits(2'100)).record(waits(2'200));
  EXPECT_TRUE(breaks(twice.findings(), "I-38"));
  Told again;
  again.record(leg(CallRole::kCaller)).record(waits(2'100)).record(CollisionOver{kCall});
  EXPECT_FALSE(breaks(again.record(waits(2'200)).findings(), "I-38"));
  Told ending;
  ending.record(leg(CallRole::kCaller)).record(CallTerminating{.call = kCall});
  ending.record(DutiesTaken{.call = kCall});
  EXPECT_TRUE(breaks(ending.record(waits(2'100)).findings(), "I-38"));
}

SessionTimerSet timer(std::int64_t seconds) {
  return {.call = kCall,
          .expires = std::chrono::seconds{seconds},
          .expires_at = instant_ns(seconds * 1'000'000'000)};
}

TEST(I49, ACallEndsWithItsSessionUnlessItIsRefreshed) {
  EXPECT_TRUE(
      breaks(Told{}.record(timer(90)).at(90'001).record(CallRinging{kCall}).findings(), "I-49"));
  EXPECT_FALSE(
      breaks(Told{}.record(timer(90)).at(90'000).record(CallRinging{kCall}).findings(), "I-49"));
  Told refreshed;
  refreshed.record(timer(90)).at(45'000).record(timer(90)).at(100'000).record(CallRinging{kCall});
  EXPECT_FALSE(breaks(refreshed.findings(), "I-49"));
  Told ended;
  ended.record(timer(90)).at(60'000).record(CallTerminating{.call = kCall}).at(200'000);
  EXPECT_FALSE(breaks(ended.record(CallRinging{kCall}).findings(), "I-49"));
}

}  // namespace
}  // namespace lastcall::sim
