// The races of RFC 5407: each scenario says only what people do, and the search finds the crossing.

#include "sim/library.hpp"
#include "sim/search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace lastcall::sim {
namespace {

constexpr std::uint64_t kRuns = 20'000;  // of one scenario, at most

bool is_all_met(const FuzzReport& report) {
  return std::ranges::all_of(report.scenarios.at(0).meetings,
                             [](const Met& met) { return met.after > 0; });
}

class Rfc5407 : public testing::TestWithParam<std::string> {};

TEST_P(Rfc5407, EveryRuleHoldsAndTheRaceIsFoundBySearch) {
  const std::vector<Scenario> all = all_scenarios();
  const Scenario& scenario = *std::ranges::find(all, GetParam(), &Scenario::name);
  FuzzReport sofar;
  std::uint64_t runs = 0;
  FuzzOptions options{.runs = kRuns};
  options.strategy = Strategy::kChance;
  for (std::uint64_t seed = 1; runs < kRuns; seed += 500) {
    options.seed = seed;
    options.runs = 500;
    sofar = fuzz(std::span{&scenario, 1}, sim::Setup{}, options);
    runs += sofar.runs;
    ASSERT_TRUE(sofar.failures.empty()) << sofar.failures.front().finding.sentence;
    if (is_all_met(sofar)) return;
  }
  for (const Met& met : sofar.scenarios.at(0).meetings) {
    EXPECT_GT(met.after, 0U) << met.text << " was never met in " << runs << " runs";
  }
}

std::vector<std::string> races() {
  std::vector<std::string> found;
  for (const Scenario& each : all_scenarios()) {
    if (each.name.starts_with("R-5407-")) found.push_back(each.name);
  }
  return found;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Rfc5407, testing::ValuesIn(races()), test_name);

}  // namespace
}  // namespace lastcall::sim
