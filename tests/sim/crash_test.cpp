// Crash and recovery: wherever the engine's process is lost, and however long it is down, every
// rule holds for what follows; and what is lost is what was not durable.

#include "sim/library.hpp"
#include "sim/run.hpp"
#include "sim/stage.hpp"
#include "sim/strategies/choosers.hpp"
#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace lastcall::sim {
namespace {

constexpr ChoiceKey kWhen{.kind = ChoiceKind::kCrash};
constexpr ChoiceKey kDownFor{.kind = ChoiceKind::kCrash, .from = 1};

const Scenario& built_in(std::string_view name) {
  static const std::vector<Scenario> kAll = all_scenarios();
  return *std::ranges::find(kAll, name, &Scenario::name);
}

RunResult run_with(const Scenario& scenario, const ChoiceMap& choices) {
  Recorded recorded{choices};
  return run(scenario, sim::Setup{}, recorded);
}

std::size_t crashes_of(const RunResult& result) {
  return static_cast<std::size_t>(std::ranges::count_if(result.trace, [](const TraceEntry& each) {
    return std::holds_alternative<Recovered>(each.what);
  }));
}

std::string told(const RunResult& result) {
  std::string text;
  for (const Finding& each : result.findings) text += each.invariant + ": " + each.sentence + '\n';
  return text;
}

template <class Fact>
std::size_t count(const RunResult& result) {
  return static_cast<std::size_t>(std::ranges::count_if(
      result.records, [](const Record& each) { return get_event<Fact>(each.event) != nullptr; }));
}

class CrashTest : public testing::TestWithParam<std::string> {};

TEST_P(CrashTest, EveryRuleHoldsWhereverTheProcessIsLostAndHoweverLongItIsDown) {
  const Scenario& scenario = built_in(GetParam());
  const Stage stage(scenario, sim::Setup{});
  std::size_t crashes = 0;
  for (std::uint32_t when = 1; when <= 3 * World::kCommitsToCrashMax; ++when) {
    for (std::uint32_t down = 0; down < std::size(delays::kDown); ++down) {
      Recorded recorded{{{kWhen, when}, {kDownFor, down}}};
      const RunResult result = stage.run(recorded);
      ASSERT_TRUE(result.findings.empty()) << "crash " << when << ", down " << down << '\n'
                                           << told(result);
      crashes += crashes_of(result);
    }
  }
  EXPECT_GT(crashes, 20U) << "so many of these choices must have met a commit";
}

INSTANTIATE_TEST_SUITE_P(Plan, CrashTest,
                         testing::Values("normal-bye", "bye-during-audio", "bye-during-hold",
                                         "rapid-bye", "silent-layer", "R-EST-04", "R-EST-01",
                                         "R-OA-05", "two-calls", "R-REF-03"),
                         [](const auto& each) {
                           std::string name = each.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Crash, ASecondCrashAfterTheRecoveryIsSurvivedToo) {
  const Scenario& scenario = built_in("bye-during-hold");
  for (std::uint32_t first = 1; first <= 12; ++first) {
    for (std::uint32_t second = 1; second <= 12; ++second) {
      ChoiceKey again = kWhen;
      again.nth = 1;
      const RunResult result = run_with(scenario, {{kWhen, first}, {again, second}});
      ASSERT_TRUE(result.findings.empty()) << first << ' ' << second << '\n' << told(result);
    }
  }
}

TEST(Crash, BeforeTheCommitLosesTheByeWhichThePeerRepeats) {
  const RunResult result = run_with(built_in("normal-bye"), {{kWhen, 1}});
  EXPECT_EQ(crashes_of(result), 1U);
  EXPECT_EQ(count<CallTerminating>(result), 1U);
  const auto ending = std::ranges::find_if(result.records, [](const Record& each) {
    return get_event<CallTerminating>(each.event) != nullptr;
  });
  const Instant quiet = result.records[result.setup_end - 1].at;
  EXPECT_GE(ending->at - quiet, limits::kT1) << "with the repeated one";
}

TEST(Crash, WhatItLosesIsToldFromTheFirstLostRecordOn) {
  const RunResult result = run_with(built_in("normal-bye"), {{kWhen, 1}});
  std::vector<TraceEntry> faults;
  std::ranges::copy_if(result.trace, std::back_inserter(faults), [](const TraceEntry& each) {
    return std::holds_alternative<Faulted>(each.what);
  });
  ASSERT_EQ(faults.size(), 2U) << told(result);
  EXPECT_EQ(std::get<Faulted>(faults[0].what).what, Fault::kRecordsLost);
  EXPECT_EQ(std::get<Faulted>(faults[1].what).what, Fault::kCrash);
  EXPECT_EQ(faults[0].after, faults[1].after) << "nothing that is left happened between them";
  EXPECT_EQ(faults[0].after, result.setup_end) << "the BYE is the first that is lost";
}

TEST(Crash, BehindTheCommitTheEndingIsKnownAndDoneOnce) {
  const RunResult result = run_with(built_in("normal-bye"), {{kWhen, 2}});
  EXPECT_EQ(crashes_of(result), 1U);
  EXPECT_EQ(count<CallTerminating>(result), 1U);
  EXPECT_EQ(count<CallTerminated>(result), 1U);
  EXPECT_TRUE(result.findings.empty()) << told(result);
}

TEST(Crash, AnEndingThatIsOverdueAfterTheRecoveryEndsAtOnce) {
  const Scenario& scenario = built_in("bye-during-audio");
  const auto longest = static_cast<std::uint32_t>(std::size(delays::kDown) - 1);
  const RunResult result = run_with(scenario, {{kWhen, 2}, {kDownFor, longest}});
  EXPECT_EQ(count<CallTerminated>(result), 1U);
  EXPECT_TRUE(result.findings.empty()) << told(result);
}

TEST(Crash, TheStreamOfAnEstablishedCallIsOpenAgainAfterIt) {
  const RunResult result = run_with(built_in("R-PRC-06"), {});
  std::vector<std::string> ports;
  for (const TraceEntry& each : result.trace) {
    if (std::holds_alternative<PortOpened>(each.what)) ports.emplace_back("opened");
    if (std::holds_alternative<PortClosed>(each.what)) ports.emplace_back("closed");
  }
  EXPECT_EQ(ports, (std::vector<std::string>{"opened", "closed", "opened", "closed"}));
}

TEST(Crash, TheUserAsksAgainForWhatWasNeverAnswered) {
  // The order to hang up is lost with the process that took it.
  const RunResult result = run_with(built_in("R-TP-07"), {{kWhen, 1}});
  EXPECT_EQ(crashes_of(result), 1U);
  EXPECT_EQ(count<CallTerminated>(result), 1U);
  EXPECT_TRUE(result.findings.empty()) << told(result);
}

TEST(Crash, AtAFailedDiskEndingsGoOnAndNewCallsAreRefused) {
  for (std::uint32_t commit = 1; commit <= World::kCommitsToFaultMax; ++commit) {
    const ChoiceKey fails{.kind = ChoiceKind::kDiskFails};
    const RunResult result = run_with(built_in("bye-during-hold"), {{fails, commit}});
    ASSERT_TRUE(result.findings.empty()) << commit << '\n' << told(result);
  }
}

// When the engine sent something.
std::vector<Instant> sendings(const RunResult& result) {
  std::vector<Instant> instants;
  for (const TraceEntry& each : result.trace) {
    const auto* sent = std::get_if<DatagramSent>(&each.what);
    if (sent != nullptr && sent->from == kEngineIndex) instants.push_back(each.at);
  }
  return instants;
}

TEST(Crash, BehindTheCommitThatFailsTheDiskDoesNotHappenAndHoldsNoOrderBack) {
  for (std::uint32_t commit = 1; commit <= World::kCommitsToFaultMax; ++commit) {
    const ChoiceKey fails{.kind = ChoiceKind::kDiskFails};
    const std::uint32_t before_orders = 3 * (commit - 1) + 2;
    const RunResult alone = run_with(built_in("normal-bye"), {{fails, commit}});
    const RunResult both =
        run_with(built_in("normal-bye"), {{kWhen, before_orders}, {fails, commit}});
    EXPECT_EQ(crashes_of(both), 0U);
    EXPECT_EQ(sendings(both), sendings(alone)) << commit;
  }
}

TEST(Stall, EveryRuleHoldsHoweverLongTheEngineStandsStill) {
  for (const std::string_view name : {"normal-bye", "bye-during-hold", "R-ST-01", "R-OA-06"}) {
    for (std::uint32_t value = 1; value <= 3 * World::kCommitsToFaultMax; ++value) {
      const ChoiceKey stall{.kind = ChoiceKind::kStall};
      const RunResult result = run_with(built_in(name), {{stall, value}});
      ASSERT_TRUE(result.findings.empty()) << name << ' ' << value << '\n' << told(result);
    }
  }
}

}  // namespace
}  // namespace lastcall::sim
