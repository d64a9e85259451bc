// A stage saves the set-up and changes nothing else.

#include "sim/stage.hpp"

#include "sim/library.hpp"

#include <gtest/gtest.h>

namespace lastcall::sim {
namespace {

TEST(Stage, GivesTheRunsThatBeginAtTheBeginning) {
  for (const Scenario& scenario : all_scenarios()) {
    const Stage stage{scenario, {}};
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Random chance{seed};
      const RunResult whole = run(scenario, {}, chance);
      Random again{seed};
      const RunResult branched = stage.run(again);
      ASSERT_EQ(branched.hash, whole.hash) << scenario.name << ", seed " << seed;
      ASSERT_EQ(branched.records, whole.records);
      ASSERT_EQ(branched.trace.size(), whole.trace.size());
      ASSERT_EQ(branched.setup_end, whole.setup_end);
      ASSERT_EQ(branched.findings.size(), whole.findings.size());
    }
  }
}

TEST(Stage, SharesNothingBetweenItsRuns) {
  const std::vector<Scenario> scenarios = all_scenarios();
  const Stage stage{scenarios.front(), {}};
  Fifo happy;
  const std::string before = stage.run(happy).hash;
  Play abandoned = stage.play(happy);
  for (int steps = 0; steps < 10; ++steps) (void)abandoned.advance();
  EXPECT_EQ(stage.run(happy).hash, before);
}

TEST(Stage, CopiesGoOnFromTheMiddleOfARace) {
  const std::vector<Scenario> scenarios = all_scenarios();
  for (const Scenario& scenario : scenarios) {
    const Stage stage{scenario, {}};
    Random chance{7};
    const std::string hash = stage.run(chance).hash;
    Play going = stage.play(chance);
    for (int steps = 0; steps < 15; ++steps) (void)going.advance();
    Play copy = going;
    while (copy.advance()) {
    }
    EXPECT_EQ(std::move(copy).finish().hash, hash) << scenario.name;
    while (going.advance()) {
    }
    EXPECT_EQ(std::move(going).finish().hash, hash) << scenario.name;
  }
}

TEST(Staged, KeepsRulesMutantsAndTurnsApart) {
  const std::vector<Scenario> scenarios = all_scenarios();
  const Runner runner = staged();
  const std::vector<sim::Setup> setups{
      {}, {.rules = Rules::kImmediate}, {.mutant = "plan-held"}, {.turns = core::Turns::kDrained}};
  for (int round = 0; round < 2; ++round) {
    for (const sim::Setup& setup : setups) {
      Fifo happy;
      EXPECT_EQ(runner(scenarios.front(), setup, happy).hash,
                run(scenarios.front(), setup, happy).hash);
    }
  }
}

}  // namespace
}  // namespace lastcall::sim
