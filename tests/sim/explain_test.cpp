// What an explanation says of a failure: what must hold, what is free, how deep it is, which swap.

#include "sim/explain.hpp"

#include "sim/library.hpp"
#include "sim/search.hpp"
#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

namespace lastcall::sim {
namespace {

ChoiceKey item(std::uint32_t nth, ChoiceKind kind = ChoiceKind::kPostpone) {
  return {.kind = kind, .nth = nth};
}

// Fails if item 3 waits at all and item 5 waits for exactly two; it handles them in that order.
RunResult toy(Chooser& chooser) {
  RunResult run;
  const std::uint32_t three = chooser.draw(item(3), 9);
  const std::uint32_t five = chooser.draw(item(5), 9);
  run.decided = {{item(0), 0}};
  const bool fails = three > 0 && five == 2;
  if (fails) {
    run.decided.push_back({item(5), 0});
    run.findings.push_back({.invariant = "I-01", .origin = "I-01"});
  } else {
    run.decided.push_back({item(3), 0});
  }
  return run;
}

TEST(Explain, TellsWhatMustHoldAndWhatIsFree) {
  const ChoiceMap choices{{item(3), 1}, {item(5), 2}};
  Recorded recorded(choices);
  const Explanation why = explain(choices, toy(recorded), "I-01", toy);
  EXPECT_EQ(why.depth, 2U);
  ASSERT_EQ(why.choices.size(), 2U);
  EXPECT_TRUE(why.choices[0].is_free);
  EXPECT_FALSE(why.choices[1].is_free);
}

TEST(Explain, NamesTheSwapThatSeparatesFailingFromPassing) {
  const ChoiceMap choices{{item(3), 1}, {item(5), 2}};
  Recorded recorded(choices);
  const Explanation why = explain(choices, toy(recorded), "I-01", toy);
  EXPECT_NE(why.swap.find("6 "), std::string::npos) << why.swap;
  EXPECT_NE(why.swap.find("4 "), std::string::npos) << why.swap;
}

TEST(Explain, SaysThatAChoiceMayBeLeftOut) {
  const ChoiceMap choices{{item(3), 1}, {item(5), 2}, {item(7), 1}};
  Recorded recorded(choices);
  const Explanation why = explain(choices, toy(recorded), "I-01", toy);
  EXPECT_EQ(why.depth, 2U);
  EXPECT_FALSE(why.choices[2].must_hold);
}

TEST(Explain, EveryFailureOfASearchIsExplainedWithFewChoices) {
  const std::vector<Scenario> scenarios = all_scenarios();
  FuzzOptions options;
  options.runs = 1'500;
  options.strategy = Strategy::kChance;
  const FuzzReport report = fuzz(scenarios, {.rules = Rules::kImmediate}, options);
  ASSERT_FALSE(report.failures.empty());
  EXPECT_TRUE(report.repeatable) << report.difference;
  for (const Failure& failure : report.failures) {
    EXPECT_LE(failure.choices.size(), 4U) << failure.scenario << " " << to_token(failure.choices);
    EXPECT_EQ(failure.why.depth, failure.choices.size()) << failure.scenario;
  }
}

}  // namespace
}  // namespace lastcall::sim
