// The search on the real engine: the old rules and the planted bugs are found, named and shrunk;
// the two-phase rules stay silent. Budgets are counts of runs, so that every machine sees the same.

#include "sim/library.hpp"
#include "sim/mutants/mutants.hpp"
#include "sim/search.hpp"
#include "sim/story.hpp"
#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lastcall::sim {
namespace {

const std::vector<Scenario>& plan_scenarios() {
  static const std::vector<Scenario> kAll = [] {
    std::vector<Scenario> scenarios;
    for (const ScenarioText& each : scenario_texts()) {
      auto scenario = parse_scenario(name_of(each), each.text);
      if (scenario && each.path.starts_with("plan/")) scenarios.push_back(std::move(*scenario));
    }
    return scenarios;
  }();
  EXPECT_EQ(kAll.size(), 5U);
  return kAll;
}

FuzzReport hunt(const Setup& setup, std::uint64_t runs) {
  const auto& scenarios = plan_scenarios();
  FuzzOptions options;
  options.runs = runs;
  return fuzz(scenarios, setup, options);
}

std::string told(const FuzzReport& report) {
  std::string text;
  for (const Failure& each : report.failures) {
    text += each.scenario + ": " + each.finding.invariant + ": " + each.finding.sentence + " [" +
            to_token(each.choices) + ", story " + std::to_string(each.story_size) + "]\n";
    for (const std::string& other : each.others) text += "    also " + other + "\n";
  }
  return text;
}

const Failure* failure_of(const FuzzReport& report, std::string_view scenario) {
  const auto it = std::ranges::find(report.failures, scenario, &Failure::scenario);
  return it == report.failures.end() ? nullptr : &*it;
}

TEST(Hunt, ImmediateLosesTheCallInEveryScenario) {
  const FuzzReport report = hunt({.rules = Rules::kImmediate}, 2000);
  ASSERT_EQ(report.failures.size(), 5U) << told(report);
  for (const Failure& each : report.failures) {
    EXPECT_EQ(each.finding.invariant, "I-53") << told(report);
    EXPECT_LE(each.story_size, 6U) << told(report);
    EXPECT_TRUE(each.repeats);
  }
}

TEST(Hunt, ImmediateLosesTheCallForAudioHoldAndUi) {
  const FuzzReport report = hunt({.rules = Rules::kImmediate}, 2000);
  const auto names = [&](std::string_view scenario, std::string_view asker) {
    const Failure* failure = failure_of(report, scenario);
    return failure != nullptr && failure->finding.sentence.find(asker) != std::string::npos;
  };
  EXPECT_TRUE(names("bye-during-audio", "audio, UI")) << told(report);
  EXPECT_TRUE(names("bye-during-hold", "UI, hold")) << told(report);
}

TEST(Hunt, TheTokenOfAFailureReplaysToIt) {
  const auto& scenarios = plan_scenarios();
  const sim::Setup setup{.rules = Rules::kImmediate};
  const FuzzReport report = hunt(setup, 200);
  for (const Failure& each : report.failures) {
    const auto choices = parse_token(to_token(each.choices));
    ASSERT_TRUE(choices.has_value());
    const auto scenario = std::ranges::find(scenarios, each.scenario, &Scenario::name);
    Recorded recorded(*choices);
    const RunResult again = run(*scenario, setup, recorded);
    EXPECT_NE(find_origin(again, each.finding.origin), nullptr);
    EXPECT_EQ(again.hash, each.run.hash);
  }
}

TEST(Hunt, PlanCircularIsFoundWithItsWaitCycle) {
  const FuzzReport report = hunt({.mutant = "plan-circular"}, 200);
  const Failure* failure = failure_of(report, "normal-bye");
  ASSERT_NE(failure, nullptr) << told(report);
  EXPECT_EQ(failure->finding.invariant, "PO-1") << told(report);
  EXPECT_NE(
      failure->finding.sentence.find("CallEnded waits for Client; Client waits for CallEnded"),
      std::string::npos)
      << told(report);
}

TEST(Hunt, PlanHeldIsFoundOnHoldWithMediaNamed) {
  const FuzzReport report = hunt({.mutant = "plan-held"}, 2000);
  const Failure* failure = failure_of(report, "bye-during-hold");
  ASSERT_NE(failure, nullptr) << told(report);
  EXPECT_EQ(failure->finding.invariant, "PO-1") << told(report);
  EXPECT_NE(failure->finding.sentence.find("Media was missing on hold"), std::string::npos)
      << told(report);
}

TEST(Hunt, PlanDeadlineIsACallThatNeverEnds) {
  const FuzzReport report = hunt({.mutant = "plan-deadline"}, 500);
  const Failure* failure = failure_of(report, "silent-layer");
  ASSERT_NE(failure, nullptr) << told(report);
  EXPECT_EQ(failure->finding.invariant, "I-18") << told(report);
  EXPECT_NE(failure->finding.sentence.find("a call that never ends"), std::string::npos);
}

TEST(Hunt, PlanLiteralIsFound) {
  const FuzzReport report = hunt({.mutant = "plan-literal"}, 200);
  const auto expected = find_mutant("plan-literal")->expected;
  ASSERT_FALSE(report.failures.empty());
  for (const Failure& each : report.failures) {
    EXPECT_NE(std::ranges::count(expected, each.finding.invariant), 0) << told(report);
  }
}

// Shows INV-16.
TEST(Hunt, TwoPhaseHoldsInEveryScheduleAndByChance) {
  const FuzzReport report = hunt({}, 6000);
  EXPECT_TRUE(report.failures.empty()) << told(report);
  EXPECT_TRUE(report.repeatable);
}

}  // namespace
}  // namespace lastcall::sim
