#include "sim/shrink.hpp"

#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

namespace lastcall::sim {
namespace {

ChoiceKey item(std::uint32_t nth, ChoiceKind kind = ChoiceKind::kPostpone) {
  return {.kind = kind, .nth = nth};
}

Finding failing(std::string origin) {
  Finding finding;
  finding.invariant = origin.substr(0, origin.find(' '));
  finding.origin = std::move(origin);
  return finding;
}

// A run that asks 60 times, and fails if item 17 is postponed by at least 3 and item 40 at all; any
// loss is another failure.
RunResult two_of_sixty(Chooser& chooser) {
  std::uint32_t seventeen = 0;
  std::uint32_t forty = 0;
  bool loss = false;
  for (std::uint32_t i = 0; i < 60; ++i) {
    const std::uint32_t value = chooser.draw(item(i), 8);
    if (i == 17) seventeen = value;
    if (i == 40) forty = value;
    loss |= chooser.draw(item(i, ChoiceKind::kLoss), 2) != 0;
  }
  RunResult run;
  if (loss) run.findings.push_back(failing("I-26 other"));
  if (seventeen >= 3 && forty >= 1) run.findings.push_back(failing("I-53 audio"));
  return run;
}

ChoiceMap wild() {
  ChoiceMap map;
  for (std::uint32_t i = 0; i < 60; ++i) map[item(i)] = 1 + i % 7;
  map[item(17)] = 7;
  for (std::uint32_t i = 0; i < 60; i += 3) map[item(i, ChoiceKind::kLoss)] = 1;
  return map;
}

TEST(Shrink, KeepsOnlyWhatTheFailureNeeds) {
  const Shrunk shrunk = shrink(wild(), "I-53 audio", two_of_sixty, 2000);
  EXPECT_EQ(shrunk.choices, (ChoiceMap{{item(17), 3}, {item(40), 1}}));
  EXPECT_NE(find_origin(shrunk.run, "I-53 audio"), nullptr);
}

TEST(Shrink, NeverSlipsToAnotherFailureButTellsIt) {
  const Shrunk shrunk = shrink(wild(), "I-53 audio", two_of_sixty, 2000);
  ASSERT_EQ(shrunk.others.size(), 1U);
  EXPECT_EQ(shrunk.others[0].finding.origin, "I-26 other");
  EXPECT_EQ(find_origin(shrunk.run, "I-26 other"), nullptr);
}

TEST(Shrink, GivesTheEmptyMapForWhatAlwaysFails) {
  const Attempt always = [](Chooser& chooser) {
    (void)chooser.draw(item(0), 8);
    RunResult run;
    run.findings.push_back(failing("I-18 never ends"));
    return run;
  };
  const Shrunk shrunk = shrink({{item(0), 5}}, "I-18 never ends", always, 100);
  EXPECT_TRUE(shrunk.choices.empty());
}

TEST(Shrink, StaysWithinItsBudget) {
  std::uint64_t runs = 0;
  const Attempt counted = [&](Chooser& chooser) {
    ++runs;
    return two_of_sixty(chooser);
  };
  const Shrunk shrunk = shrink(wild(), "I-53 audio", counted, 10);
  EXPECT_EQ(runs, 10U);
  EXPECT_EQ(shrunk.runs, 10U);
  EXPECT_NE(find_origin(shrunk.run, "I-53 audio"), nullptr);
}

TEST(Shrink, DropsChoicesWhoseItemNoLongerOccurs) {
  // Item 1 is only asked for when item 0 deviates; the failure needs neither.
  const Attempt attempt = [](Chooser& chooser) {
    if (chooser.draw(item(0), 2) == 1) (void)chooser.draw(item(1), 2);
    RunResult run;
    if (chooser.draw(item(2), 2) == 1) run.findings.push_back(failing("I-01"));
    return run;
  };
  const Shrunk shrunk = shrink({{item(0), 1}, {item(1), 1}, {item(2), 1}}, "I-01", attempt, 100);
  EXPECT_EQ(shrunk.choices, (ChoiceMap{{item(2), 1}}));
}

TEST(Shrink, PrefersFewerThenLighterThenSmaller) {
  const ChoiceMap one_crash{{item(0, ChoiceKind::kCrash), 1}};
  const ChoiceMap two_postponed{{item(0), 1}, {item(1), 1}};
  const ChoiceMap one_far{{item(0), 7}};
  const ChoiceMap one_near{{item(5), 2}};
  EXPECT_TRUE(is_smaller(one_crash, two_postponed));
  EXPECT_TRUE(is_smaller(one_far, one_crash));
  EXPECT_TRUE(is_smaller(one_near, one_far));
  EXPECT_FALSE(is_smaller(one_near, one_near));
}

}  // namespace
}  // namespace lastcall::sim
