#include "sim/strategies/exhaustive.hpp"

#include <gtest/gtest.h>

#include <set>

namespace lastcall::sim {
namespace {

ChoiceKey item(std::uint32_t nth, ChoiceKind kind = ChoiceKind::kPostpone) {
  return {.kind = kind, .nth = nth};
}

// Runs everything within the bound; `questions` is the run.
template <class Questions>
std::set<ChoiceMap> enumerate(const Bound& bound, Questions&& questions) {
  std::set<ChoiceMap> seen;
  Enumeration all(bound);
  while (const auto map = all.next()) {
    EXPECT_TRUE(seen.insert(*map).second) << to_token(*map) << " came twice";
    Recorded recorded(*map);
    Recorder recorder(recorded);
    questions(recorder);
    EXPECT_EQ(recorder.choices(), *map);
    all.learn(recorder.asked());
  }
  return seen;
}

TEST(Enumeration, OfTwoPostponedItemsCountsAllPairs) {
  const auto seen = enumerate(postponed_at_most(2), [](Chooser& chooser) {
    for (std::uint32_t i = 0; i < 10; ++i) (void)chooser.draw(item(i), 2);
  });
  EXPECT_EQ(seen.size(), 1U + 10U + 45U);
}

TEST(Enumeration, FollowsQuestionsThatOnlyADeviationRaises) {
  // Only if the first is postponed is the second asked, with three answers.
  const auto seen = enumerate(postponed_at_most(5), [](Chooser& chooser) {
    if (chooser.draw(item(0), 2) == 1) (void)chooser.draw(item(1), 3);
  });
  EXPECT_EQ(seen.size(), 1U + 1U + 2U);
}

TEST(Enumeration, BeginsWithTheFewestDeviations) {
  Enumeration all(postponed_at_most(3));
  std::size_t last = 0;
  while (const auto map = all.next()) {
    EXPECT_GE(map->size(), last);
    last = map->size();
    Recorded recorded(*map);
    Recorder recorder(recorded);
    for (std::uint32_t i = 0; i < 5; ++i) (void)recorder.draw(item(i), 2);
    all.learn(recorder.asked());
  }
  EXPECT_EQ(last, 3U);
}

TEST(Enumeration, KeepsEachKindWithinItsBound) {
  Bound bound = postponed_at_most(2);
  bound.of(ChoiceKind::kLoss) = {.count_max = 1, .value_max = kAnyValue};
  bound.of(ChoiceKind::kDelay) = {.count_max = 1, .value_max = 2};
  bound.faults_max = 1;
  const auto seen = enumerate(bound, [](Chooser& chooser) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      (void)chooser.draw(item(i), 2);
      (void)chooser.draw(item(i, ChoiceKind::kLoss), 2);
      (void)chooser.draw(item(i, ChoiceKind::kDelay), 9);
      (void)chooser.draw(item(i, ChoiceKind::kCrash), 2);
    }
  });
  // One fault of 3 losses or 6 delays, alone or with one of 3 postponed; or up to two postponed.
  EXPECT_EQ(seen.size(), (1U + 3U + 3U) + 9U + 9U * 3U);
}

TEST(Bound, IsToldInWords) {
  Bound bound = postponed_at_most(2);
  EXPECT_EQ(to_text(bound), "at most 2 deviations: at most 2 postpone (up to 3)");
  bound.of(ChoiceKind::kDelay) = {.count_max = 1, .value_max = 3};
  bound.faults_max = 1;
  EXPECT_EQ(
      to_text(bound),
      "at most 2 deviations: at most 2 postpone (up to 3), 1 delay (up to 3); of these at most "
      "1 other than postpone");
}

}  // namespace
}  // namespace lastcall::sim
