// Probes: what one run has reached, and that a search which has seen everything says so.

#include "sim/probes.hpp"

#include "sim/library.hpp"
#include "sim/search.hpp"
#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> kAll = all_scenarios();
  return kAll;
}

Probes seen(std::string_view scenario, const ChoiceMap& choices) {
  Recorded recorded{choices};
  Probes probes;
  probes.see(
      run(*std::ranges::find(scenarios(), scenario, &Scenario::name), sim::Setup{}, recorded));
  return probes;
}

TEST(Probes, AnUneventfulRunReachesNoFault) {
  const Probes probes = seen("normal-bye", {});
  EXPECT_EQ(probes.runs(Branch::kCrashed), 0U);
  EXPECT_EQ(probes.runs(Branch::kEndForced), 0U);
  EXPECT_GT(probes.never().size(), kEnumSize<Branch> / 2);
}

TEST(Probes, ACrashInAnEndingIsTold) {
  // Behind the commit of the BYE, for longer than the ending may take.
  const Probes probes = seen("normal-bye", {{{.kind = ChoiceKind::kCrash}, 2},
                                            {{.kind = ChoiceKind::kCrash, .from = 1}, 4}});
  EXPECT_EQ(probes.runs(Branch::kCrashed), 1U);
  EXPECT_EQ(probes.runs(Branch::kCrashedWhileEnding), 1U);
  EXPECT_EQ(probes.runs(Branch::kDeadlineWhileAway), 1U);
}

TEST(Probes, OfTwoSearchesAddUp) {
  Probes probes;
  probes.add(Branch::kCollision, 3);
  probes.add(Branch::kCollision, 4);
  EXPECT_EQ(probes.runs(Branch::kCollision), 7U);
  EXPECT_EQ(probes.never().size(), kEnumSize<Branch> - 1);
}

TEST(Probes, ASearchOfAllScenariosReachesEveryBranch) {
  FuzzOptions options{.runs = 40'000};
  options.strategy = Strategy::kChance;
  const FuzzReport report = fuzz(scenarios(), sim::Setup{}, options);
  for (const Branch branch : report.probes.never()) ADD_FAILURE() << name(branch);
}

}  // namespace
}  // namespace lastcall::sim
