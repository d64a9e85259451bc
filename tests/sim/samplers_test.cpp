// What a sampler picks is a list of postponed items: recorded, it gives the same run. And each arm
// does what its name says.

#include "sim/strategies/samplers.hpp"

#include "sim/arms.hpp"
#include "sim/conflict.hpp"
#include "sim/library.hpp"
#include "sim/stage.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace lastcall::sim {
namespace {

constexpr std::array kChanceArms{Strategy::kRandom, Strategy::kPct, Strategy::kPos,
                                 Strategy::kStarvation, Strategy::kSwarm};

TEST(Samplers, WhatTheyPickRepeatsFromTheRecordedChoices) {
  const Runner runner = staged();
  const std::vector<Scenario> scenarios = all_scenarios();
  for (const Scenario& scenario : scenarios) {
    for (const Strategy arm : kChanceArms) {
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const auto chooser = make_chooser(arm, seed, 20);
        Recorder recorder(*chooser);
        const RunResult first = runner(scenario, {}, recorder);
        Recorded recorded(recorder.choices());
        ASSERT_EQ(runner(scenario, {}, recorded).hash, first.hash)
            << scenario.name << ", " << name(arm) << ", seed " << seed << ", "
            << to_token(recorder.choices());
      }
    }
  }
}

core::Ready item(LayerId sender, LayerId receiver, std::uint64_t serial) {
  return {.sender = sender,
          .receiver = receiver,
          .call = CallId{7},
          .serial = serial,
          .internal = sender != LayerId::kWorld};
}

TEST(Walk, ChoosesEvenlyOverActorsNotOverItems) {
  std::vector<core::Ready> ready{item(LayerId::kSession, LayerId::kClient, 1)};
  for (std::uint64_t i = 2; i <= 10; ++i) {
    ready.push_back(item(LayerId::kSession, LayerId::kMedia, i));
  }
  Walk walk{1};
  int client = 0;
  for (int i = 0; i < 1000; ++i) client += *walk.pick(ready) == 0 ? 1 : 0;
  EXPECT_NEAR(client, 500, 80);
}

TEST(Pct, CountsOnlyStepsAtWhichTwoItemsConflict) {
  ConflictCounter counter;
  const std::vector independent{item(LayerId::kSession, LayerId::kMedia, 1),
                                item(LayerId::kSession, LayerId::kClient, 2)};
  const std::vector racing{item(LayerId::kWorld, LayerId::kMedia, 3),
                           item(LayerId::kSession, LayerId::kMedia, 4)};
  (void)counter.pick(independent);
  (void)counter.pick(racing);
  EXPECT_EQ(counter.steps(), 1U);
}

TEST(Pct, KeepsToItsPrioritiesBetweenChanges) {
  const std::vector ready{item(LayerId::kWorld, LayerId::kMedia, 1),
                          item(LayerId::kSession, LayerId::kMedia, 2)};
  int changes = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Pct pct{seed, 30};
    std::size_t last = *pct.pick(ready);
    for (int i = 0; i < 30; ++i) {
      const std::size_t now = *pct.pick(ready);
      changes += now != last ? 1 : 0;
      last = now;
    }
  }
  EXPECT_GT(changes, 10);
  EXPECT_LT(changes, 50 * 4);
}

TEST(Conflict, IsOfOneCallAndOfWhatTheCallSees) {
  const auto media = item(LayerId::kSession, LayerId::kMedia, 1);
  const auto client = item(LayerId::kSession, LayerId::kClient, 2);
  const auto session = item(LayerId::kClient, LayerId::kSession, 3);
  const auto command = item(LayerId::kWorld, LayerId::kClient, 4);
  EXPECT_FALSE(conflict(media, client));
  EXPECT_TRUE(conflict(media, session));
  EXPECT_TRUE(conflict(media, command));
  core::Ready other = session;
  other.call = CallId{8};
  EXPECT_FALSE(conflict(session, other));
  other.call = {};
  EXPECT_TRUE(conflict(session, other));
}

TEST(Arms, RandomNeverGetsLessThanFortyPercentNorNoveltyMoreThanFifteen) {
  std::map<Strategy, int> turns;
  constexpr int kRuns = 1000;
  for (std::uint64_t n = 0; n < kRuns; ++n) ++turns[arm_of(n)];
  EXPECT_GE(turns[Strategy::kRandom], kRuns * 40 / 100);
  EXPECT_LE(turns[Strategy::kNovelty], kRuns * 15 / 100);
  for (const Strategy arm : kChanceArms) EXPECT_GT(turns[arm], 0) << name(arm);
}

}  // namespace
}  // namespace lastcall::sim
