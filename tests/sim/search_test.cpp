#include "sim/search.hpp"

#include <gtest/gtest.h>

namespace lastcall::sim {
namespace {

ChoiceKey item(std::uint32_t nth, ChoiceKind kind = ChoiceKind::kPostpone) {
  return {.kind = kind, .nth = nth};
}

Scenario scenario(std::string name) {
  Scenario made;
  made.name = std::move(name);
  return made;
}

Finding failing(std::string invariant) {
  Finding finding;
  finding.invariant = invariant;
  finding.origin = std::move(invariant);
  return finding;
}

TEST(NeverMet, IsAMeetingThatALongSearchMissed) {
  FuzzReport report;
  report.scenarios.push_back({.name = "race", .runs = kMeetingRuns, .meetings = {{"a", 7}, {"b"}}});
  ASSERT_NE(never_met(report), nullptr);
  EXPECT_EQ(never_met(report)->text, "b");
  report.scenarios[0].runs = kMeetingRuns - 1;
  EXPECT_EQ(never_met(report), nullptr) << "a short search shows nothing";
  report.scenarios[0].runs = kMeetingRuns;
  report.scenarios[0].meetings[1].after = 1;
  EXPECT_EQ(never_met(report), nullptr);
}

// "pair" fails when items 3 and 9 are both postponed; "loss" when a datagram is lost; others pass.
RunResult toy(const Scenario& subject, const Setup&, Chooser& chooser) {
  RunResult run;
  ChoiceMap drawn;
  for (std::uint32_t i = 0; i < 12; ++i) drawn[item(i)] = chooser.draw(item(i), 3);
  const bool lost = chooser.draw(item(0, ChoiceKind::kLoss), 2) != 0;
  if (subject.name == "pair" && drawn[item(3)] != 0 && drawn[item(9)] != 0) {
    run.findings.push_back(failing("I-02"));
  }
  if (subject.name == "loss" && lost) run.findings.push_back(failing("I-26"));
  run.hash = std::to_string(drawn[item(0)]);
  return run;
}

FuzzOptions options(std::uint64_t runs) {
  FuzzOptions made;
  made.runs = runs;
  made.runner = toy;
  return made;
}

TEST(Fuzz, FindsByDelayWhatTwoPostponedItemsShow) {
  const std::vector scenarios{scenario("pair"), scenario("quiet")};
  const FuzzReport report = fuzz(scenarios, {}, options(4000));
  ASSERT_EQ(report.failures.size(), 1U);
  const Failure& failure = report.failures[0];
  EXPECT_EQ(failure.found_by, Strategy::kDelay);
  EXPECT_EQ(failure.choices, (ChoiceMap{{item(3), 1}, {item(9), 1}}));
  EXPECT_TRUE(failure.repeats);
  EXPECT_EQ(report.scenarios[0].verdict, Outcome::kFailed);
  EXPECT_EQ(report.scenarios[1].verdict, Outcome::kPassed);
  EXPECT_TRUE(report.scenarios[1].delays_exhausted);
  EXPECT_EQ(report.runs, 4000U);
}

TEST(Fuzz, FindsByChanceWhatNeedsAFaultAndNamesTheSeed) {
  const std::vector scenarios{scenario("loss")};
  const FuzzReport report = fuzz(scenarios, {}, options(4000));
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].found_by, Strategy::kRandom);
  EXPECT_EQ(report.failures[0].choices, (ChoiceMap{{item(0, ChoiceKind::kLoss), 1}}));

  FuzzOptions again = options(1);
  again.strategy = Strategy::kRandom;
  again.seed = report.failures[0].seed;
  EXPECT_EQ(fuzz(scenarios, {}, again).failures.size(), 1U);
}

TEST(Fuzz, SaysWhichScenariosItNeverRan) {
  const std::vector scenarios{scenario("quiet"), scenario("other")};
  const FuzzReport report = fuzz(scenarios, {}, options(0));
  EXPECT_EQ(report.scenarios[0].verdict, Outcome::kNotRun);
  EXPECT_EQ(report.runs, 0U);
}

TEST(Fuzz, StopsWhenItsCallerSaysSo) {
  const std::vector scenarios{scenario("quiet")};
  FuzzOptions limited = options(1000);
  int left = 25;
  limited.keep_going = [&] { return left-- > 0; };
  EXPECT_EQ(fuzz(scenarios, {}, limited).runs, 25U);
}

TEST(Fuzz, ReportsAFailureThatDoesNotRepeat) {
  const std::vector scenarios{scenario("moody")};
  FuzzOptions moody = options(10);
  int runs = 0;
  moody.runner = [&](const Scenario&, const auto&, Chooser& chooser) {
    (void)chooser.draw(item(0), 2);
    RunResult run;
    run.findings.push_back(failing("I-01"));
    run.hash = std::to_string(++runs);
    return run;
  };
  const FuzzReport report = fuzz(scenarios, {}, moody);
  EXPECT_FALSE(report.repeatable);
  EXPECT_FALSE(report.failures.at(0).repeats);
}

TEST(Fuzz, ReportsPassingRunsThatDoNotRepeat) {
  const std::vector scenarios{scenario("moody")};
  FuzzOptions moody = options(200);
  int runs = 0;
  moody.runner = [&](const Scenario&, const auto&, Chooser&) {
    RunResult run;
    run.hash = std::to_string(++runs);
    return run;
  };
  EXPECT_FALSE(fuzz(scenarios, {}, moody).repeatable);
}

TEST(Fuzz, TellsTheExpectedFindingFirst) {
  Scenario both = scenario("both");
  both.verdicts.push_back({.under = "immediate", .holds = false, .invariants = {"I-53"}});
  FuzzOptions two = options(10);
  two.runner = [](const Scenario&, const auto&, Chooser&) {
    RunResult run;
    run.findings = {failing("I-24"), failing("I-53")};
    return run;
  };
  const std::vector scenarios{both};
  const FuzzReport report = fuzz(scenarios, {.rules = Rules::kImmediate}, two);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].finding.invariant, "I-53");
  EXPECT_EQ(report.failures[0].others, std::vector<std::string>{"I-24"});
}

TEST(Fuzz, KeepsTheFailureThatShowsMost) {
  FuzzOptions telling = options(500);
  telling.runner = [](const Scenario&, const auto&, Chooser& chooser) {
    const bool more = chooser.draw(item(0), 2) != 0;
    RunResult run;
    run.findings.push_back(failing("I-53"));
    run.findings[0].origin = more ? "I-53 not found: audio, UI" : "I-53 not found: UI";
    run.findings[0].entries.resize(more ? 2 : 1);
    return run;
  };
  const std::vector scenarios{scenario("lost")};
  const FuzzReport report = fuzz(scenarios, {}, telling);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].finding.origin, "I-53 not found: audio, UI");
  EXPECT_EQ(report.failures[0].choices.size(), 1U);
  EXPECT_LE(report.runs, 250U);
}

}  // namespace
}  // namespace lastcall::sim
