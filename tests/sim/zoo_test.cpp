// The zoo: each planted bug is found within a fixed budget from a fixed seed, and the first thing
// that is seen is one of the invariants that it may break; without it the same choices find
// nothing.

#include "sim/zoo.hpp"

#include "sim/library.hpp"
#include "sim/mutants/wrap.hpp"
#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace lastcall::sim {
namespace {

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> kAll = all_scenarios();
  return kAll;
}

constexpr std::uint64_t kRuns = 5'000;

std::vector<std::string> planted_names() {
  std::vector<std::string> names;
  for (const Mutant& each : all_mutants()) {
    if (!each.id.empty()) names.emplace_back(each.name);
  }
  return names;
}

class KillTest : public testing::TestWithParam<std::string> {
 protected:
  const Mutant& mutant() const { return *find_mutant(GetParam()); }
};

RunResult run_with(const Scenario& scenario, std::string_view mutant, const ChoiceMap& choices) {
  Recorded recorded(choices);
  return run(scenario, {.mutant = std::string{mutant}}, recorded);
}

TEST_P(KillTest, IsFoundAndNamedAndOnlyWhereItIsPlanted) {
  const auto haunts = haunts_of(mutant(), scenarios());
  ASSERT_FALSE(haunts.empty()) << "no scenario to look for it";
  const auto kill = hunt_mutant(mutant(), haunts, {.runs = kRuns, .shrink_runs = 200});
  ASSERT_TRUE(kill.has_value());
  EXPECT_TRUE(kill->right) << kill->first << ": " << kill->failure.finding.sentence;
  const auto scenario = std::ranges::find(haunts, kill->failure.scenario, &Scenario::name);
  const RunResult off = run_with(*scenario, "", kill->failure.choices);
  EXPECT_TRUE(off.findings.empty()) << off.findings.front().sentence;
  if (mutant().deviations == 0) return;
  const RunResult quiet = run_with(*scenario, mutant().name, {});
  EXPECT_TRUE(quiet.findings.empty()) << quiet.findings.front().sentence;
}

INSTANTIATE_TEST_SUITE_P(Zoo, KillTest, testing::ValuesIn(planted_names()),
                         [](const auto& each) { return each.param; });

TEST(Zoo, EachBugIsPlantedOnceOrItIsSaidWhyNot) {
  std::set<std::string_view> ids;
  for (const Mutant& each : all_mutants()) {
    if (each.id.empty()) continue;
    EXPECT_TRUE(ids.insert(each.id).second) << each.id;
  }
  for (const Unplanted& each : unplanted()) EXPECT_TRUE(ids.insert(each.id).second) << each.id;
  EXPECT_EQ(ids.size(), 72U);
}

TEST(Zoo, TheRanksAreDistinct) {
  std::set<int> ranks;
  for (const Mutant& each : all_mutants()) {
    if (each.rank == 0) continue;
    EXPECT_TRUE(ranks.insert(each.rank).second) << each.name;
  }
  EXPECT_EQ(ranks.size(), 25U);
  EXPECT_LE(*ranks.rbegin(), 25);
}

TEST(Zoo, TwoMutantsOfOneFunctionCannotBeJoined) {
  EXPECT_FALSE(table_of("Z-67+Z-12").has_value());
  EXPECT_FALSE(table_of("Z-67+NoSuchBug").has_value());
  EXPECT_TRUE(table_of("Z-67+Z-05").has_value());
}

TEST(Zoo, BothOfAPairAreTold) {
  const Pair pair{find_mutant("Z-67"), find_mutant("Z-02")};
  EXPECT_EQ(hunt_pair(pair, scenarios(), {.runs = 3'000}).size(), 2U);
}

TEST(Zoo, PairsAreDrawnByChanceAndCanBeJoined) {
  std::vector<const Mutant*> all;
  for (const Mutant& each : all_mutants()) all.push_back(&each);
  const auto pairs = random_pairs(all, 20, 1);
  ASSERT_EQ(pairs.size(), 20U);
  for (const Pair& each : pairs) EXPECT_TRUE(can_join(each.a->table, each.b->table));
}

}  // namespace
}  // namespace lastcall::sim
