// check() exhausts the scenarios, finds what it must, and knowing states again loses nothing that
// walking every interleaving would find.

#include "sim/check.hpp"

#include "sim/library.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace lastcall::sim {
namespace {

Scenario scenario_named(std::string_view name) {
  for (Scenario& scenario : all_scenarios()) {
    if (scenario.name == name) return std::move(scenario);
  }
  ADD_FAILURE() << "no scenario " << name;
  return {};
}

std::set<std::string> origins_of(const CheckReport& report) {
  std::set<std::string> origins;
  for (const Failure& failure : report.failures) origins.insert(failure.finding.origin);
  return origins;
}

// Orders only, of one way to drain turns.
CheckOptions orders() {
  CheckOptions options;
  options.losses_max = 0;
  options.delays_max = 0;
  return options;
}

// Walking from known states on is the same as walking every interleaving, only shorter.
void expect_same(const Scenario& scenario, const sim::Setup& setup, CheckOptions options) {
  const CheckReport known = check(scenario, setup, options);
  options.knows_states = false;
  const CheckReport plain = check(scenario, setup, options);
  ASSERT_TRUE(known.exhausted);
  ASSERT_TRUE(plain.exhausted);
  EXPECT_EQ(known.interleavings, plain.interleavings) << setup.mutant;
  EXPECT_EQ(known.depth, plain.depth);
  EXPECT_EQ(origins_of(known), origins_of(plain)) << setup.mutant;
  EXPECT_LT(known.states, plain.states);
}

TEST(Check, KnowingStatesAgainIsTheSameAsWalkingEveryInterleaving) {
  const Scenario normal = scenario_named("normal-bye");
  const Scenario hold = scenario_named("bye-during-hold");
  const std::vector<sim::Setup> setups{{.turns = core::Turns::kDrained},
                                       {.rules = Rules::kImmediate, .turns = core::Turns::kDrained},
                                       {.mutant = "plan-circular", .turns = core::Turns::kDrained},
                                       {.mutant = "plan-held", .turns = core::Turns::kDrained}};
  CheckOptions one_late = orders();
  one_late.delays_max = 1;
  for (const sim::Setup& setup : setups) {
    expect_same(normal, setup, orders());
    expect_same(normal, setup, one_late);
    expect_same(hold, setup, orders());
  }
}

// A late thing or none: whoever was late may be so again, so that how often it was is forgotten.
TEST(Check, ExhaustsACallWithEveryDelay) {
  CheckOptions options = orders();
  options.delays_max = kAnyValue;
  options.losses_max = 1;
  const sim::Setup drained{.turns = core::Turns::kDrained};
  for (const std::string_view name : {"normal-bye", "silent-layer"}) {
    const CheckReport report = check(scenario_named(name), drained, options);
    EXPECT_TRUE(report.exhausted) << name;
    EXPECT_TRUE(report.failures.empty()) << name;
    EXPECT_GT(report.interleavings, 1e8) << name;
  }
}

TEST(Check, ExhaustsEveryPlanScenarioInAllOrders) {
  for (const std::string_view name :
       {"normal-bye", "bye-during-audio", "bye-during-hold", "rapid-bye", "silent-layer"}) {
    const Scenario scenario = scenario_named(name);
    const CheckReport report = check(scenario, {.turns = core::Turns::kDrained}, orders());
    EXPECT_TRUE(report.exhausted) << name;
    EXPECT_TRUE(report.failures.empty()) << name << ": " << *origins_of(report).begin();
    EXPECT_GT(report.interleavings, 100) << name;
  }
}

TEST(Check, FindsWhatThePlantedBugsBreak) {
  const Scenario scenario = scenario_named("normal-bye");
  const auto fails = [&](const sim::Setup& setup, std::string_view invariant) {
    const CheckReport report = check(scenario, setup, orders());
    return std::ranges::any_of(report.failures, [&](const Failure& failure) {
      return failure.finding.invariant == invariant && failure.repeats;
    });
  };
  EXPECT_TRUE(fails({.rules = Rules::kImmediate}, "I-53"));
  EXPECT_TRUE(fails({.mutant = "plan-circular"}, "PO-1"));
  EXPECT_TRUE(fails({.mutant = "plan-held"}, "PO-1"));
}

TEST(Check, SaysWhatItDidNotExhaust) {
  CheckOptions few = orders();
  few.states_max = 3;
  const CheckReport report = check(scenario_named("bye-during-hold"), {}, few);
  EXPECT_FALSE(report.exhausted);
}

TEST(Check, ALossOrADelayAddsInterleavings) {
  const Scenario scenario = scenario_named("normal-bye");
  const sim::Setup drained{.turns = core::Turns::kDrained};
  CheckOptions options = orders();
  const double orders_only = check(scenario, drained, options).interleavings;
  options.losses_max = 1;
  const double with_loss = check(scenario, drained, options).interleavings;
  EXPECT_GT(with_loss, orders_only);
  options.losses_max = 0;
  options.delays_max = 1;
  EXPECT_GT(check(scenario, drained, options).interleavings, orders_only);
}

// How many interleavings a delay adds, those with late commits and those without.
TEST(Check, LateCommitsAreBoundedByThemselves) {
  const Scenario scenario = scenario_named("normal-bye");
  const sim::Setup drained{.turns = core::Turns::kDrained};
  CheckOptions options = orders();
  const double orders_only = check(scenario, drained, options).interleavings;
  options.delays_max = 2;
  const double with_two = check(scenario, drained, options).interleavings;
  options.late_commits_max = 1;
  const double with_one_commit = check(scenario, drained, options).interleavings;
  options.late_commits_max = 0;
  const double without = check(scenario, drained, options).interleavings;
  EXPECT_GT(with_two, with_one_commit);
  EXPECT_GT(with_one_commit, without);
  EXPECT_GT(without, orders_only);
}

}  // namespace
}  // namespace lastcall::sim
