// Whole runs: the happy path of every plan scenario, what each rule set and mutant comes to in it,
// and that a run is a pure function of its choices.

#include "sim/run.hpp"

#include "engine/base/check.hpp"
#include "sim/library.hpp"
#include "sim/play.hpp"
#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lastcall::sim {
namespace {

// The scenario of that name among those built in.
Scenario built_in(std::string_view name) {
  for (Scenario& scenario : all_scenarios()) {
    if (scenario.name == name) return std::move(scenario);
  }
  ADD_FAILURE() << "no scenario " << name;
  return {};
}

RunResult run_with(const Scenario& scenario, const ChoiceMap& choices,
                   const sim::Setup& setup = {}) {
  Recorded recorded{choices};
  return run(scenario, setup, recorded);
}

sim::Setup setup_under(const std::string& under) {
  sim::Setup setup;
  if (under == "immediate") {
    setup.rules = Rules::kImmediate;
  } else if (under != "two-phase") {
    setup.mutant = under;
  }
  return setup;
}

std::string told(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += finding.invariant + ": " + finding.sentence + '\n';
  return text;
}

std::string list(const std::vector<Found>& answers) {
  std::string text;
  for (const Found found : answers) text += std::string{name(found)} + ' ';
  return text;
}

// What one asker was answered, in order, once the races had begun.
std::vector<Found> answers_to(const RunResult& result, Asker asker) {
  std::vector<Found> answers;
  for (const TraceEntry& entry : result.trace) {
    const auto* asked = std::get_if<LookedUp>(&entry.what);
    if (asked == nullptr || asked->asker != asker || entry.after < result.setup_end) continue;
    if (answers.empty() || answers.back() != asked->found) answers.push_back(asked->found);
  }
  return answers;
}

class PlanScenario : public testing::TestWithParam<std::string> {
 protected:
  Scenario scenario = built_in(GetParam());
};

TEST_P(PlanScenario, HoldsUnderTwoPhaseWhenNothingIsChosen) {
  const RunResult result = run_with(scenario, {});
  EXPECT_TRUE(result.findings.empty()) << told(result.findings);
  EXPECT_GT(result.setup_end, 0U);
  EXPECT_TRUE(std::ranges::any_of(result.records, [](const Record& record) {
    return get_event<TombstoneEnded>(record.event) != nullptr;
  })) << "the run goes on until nothing is left";
}

TEST_P(PlanScenario, TheSameChoicesTwiceGiveTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random first_random{seed};
    Recorder first_recorder{first_random};
    const RunResult first = run(scenario, {}, first_recorder);
    Random second_random{seed};
    const RunResult second = run(scenario, {}, second_random);
    EXPECT_EQ(first.hash, second.hash) << seed;
    EXPECT_EQ(first.records, second.records) << seed;
    // And what was not 0 is all there is to it.
    EXPECT_EQ(run_with(scenario, first_recorder.choices()).hash, first.hash) << seed;
  }
}

TEST_P(PlanScenario, HoldsUnderChance) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Random random{seed};
    const RunResult result = run(scenario, {}, random);
    EXPECT_TRUE(result.findings.empty()) << seed << '\n' << told(result.findings);
  }
}

TEST_P(PlanScenario, HoldsWhenTurnsAreDrained) {
  sim::Setup setup;
  setup.turns = core::Turns::kDrained;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random{seed};
    const RunResult result = run(scenario, setup, random);
    EXPECT_TRUE(result.findings.empty()) << seed << '\n' << told(result.findings);
  }
}

// Each verdict of the file is reached within a few runs, the happy path first.
TEST_P(PlanScenario, EveryStatedFailureIsFound) {
  for (const Verdict& verdict : scenario.verdicts) {
    if (verdict.holds) continue;
    bool found = false;
    for (std::uint64_t seed = 0; seed < 200 && !found; ++seed) {
      Random random{seed};
      Fifo fifo;
      Chooser& chooser = seed == 0 ? static_cast<Chooser&>(fifo) : random;
      const RunResult result = run(scenario, setup_under(verdict.under), chooser);
      found = std::ranges::any_of(result.findings, [&](const Finding& finding) {
        return std::ranges::find(verdict.invariants, finding.invariant) != verdict.invariants.end();
      });
    }
    EXPECT_TRUE(found) << verdict.under;
  }
}

INSTANTIATE_TEST_SUITE_P(Plan, PlanScenario,
                         testing::Values("normal-bye", "bye-during-audio", "bye-during-hold",
                                         "rapid-bye", "silent-layer"),
                         [](const auto& scenario_info) {
                           std::string name = scenario_info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Run, AudioAskingDuringTheEndIsToldSoAndOnlyImmediateForgets) {
  const Scenario scenario = built_in("bye-during-audio");
  EXPECT_EQ(list(answers_to(run_with(scenario, {}), Asker::kAudio)), "live ending ");
  EXPECT_EQ(list(answers_to(run_with(scenario, {}, setup_under("immediate")), Asker::kAudio)),
            "live not-found ");
}

TEST(Run, AHoldDuringTheEndIsToldSoAndOnlyImmediateForgets) {
  const Scenario scenario = built_in("bye-during-hold");
  EXPECT_EQ(list(answers_to(run_with(scenario, {}), Asker::kHold)), "ending ");
  EXPECT_EQ(list(answers_to(run_with(scenario, {}, setup_under("immediate")), Asker::kHold)),
            "not-found ");
}

TEST(Run, TheClientAsksDuringTheEndAndAfterIt) {
  const Scenario scenario = built_in("normal-bye");
  EXPECT_EQ(list(answers_to(run_with(scenario, {}), Asker::kClient)), "ending ended ");
}

TEST(Run, WithoutFaultsOnlyTheScheduleIsAsked) {
  const Scenario scenario = built_in("bye-during-audio");
  sim::Setup setup;
  setup.faults = false;
  Random random{1};
  Recorder recorder{random};
  (void)run(scenario, setup, recorder);
  EXPECT_FALSE(recorder.asked().empty());
  for (const Asked& asked : recorder.asked()) {
    EXPECT_EQ(asked.key.kind, ChoiceKind::kPostpone);
  }
}

// A postponed BYE lets the frame that shares its instant go first.
TEST(Run, APostponedDatagramLetsTheFrameOfItsInstantGoFirst) {
  const Scenario scenario = built_in("bye-during-audio");
  const ChoiceKey bye{.kind = ChoiceKind::kPostpone,
                      .from = static_cast<std::uint8_t>(LayerId::kWorld),
                      .to = static_cast<std::uint8_t>(LayerId::kTransaction)};
  const auto frames = [](const RunResult& result) {
    return std::ranges::count_if(result.trace, [&](const TraceEntry& entry) {
      return std::holds_alternative<FrameSent>(entry.what) && entry.after >= result.setup_end;
    });
  };
  const RunResult boring = run_with(scenario, {});
  const RunResult postponed = run_with(scenario, {{bye, 1}});
  EXPECT_EQ(frames(postponed), frames(boring) + 1);
  EXPECT_TRUE(postponed.findings.empty()) << told(postponed.findings);
}

TEST(Run, AGivenStepThatHasNoEffectIsSaid) {
  const auto scenario = parse_scenario("stuck",
                                       "stuck  nobody rings  RFC 3261\n"
                                       "actors alice engine, bob peer\n"
                                       "given alice answers\nrace bob sends BYE\n");
  ASSERT_TRUE(scenario.has_value());
  const RunResult result = run_with(*scenario, {});
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings.back().invariant, "given");
  EXPECT_EQ(result.findings.back().sentence, "the given step in line 3 had no effect");
}

TEST(Run, ABrokenPromiseOfTheScenarioIsAFinding) {
  const auto scenario = parse_scenario("promise",
                                       "promise  nobody holds  RFC 3261\n"
                                       "actors alice engine, bob peer\n"
                                       "given bob calls alice; alice answers\nrace bob sends BYE\n"
                                       "expect bob gets 481 to BYE\n"
                                       "       alice's call ends: local-hangup\n"
                                       "       alice's call ends forced: Media\n"
                                       "       alice's hold fails: call is ending\n");
  ASSERT_TRUE(scenario.has_value());
  const RunResult result = run_with(*scenario, {});
  ASSERT_EQ(result.findings.size(), 4U) << told(result.findings);
  EXPECT_EQ(result.findings[0].sentence,
            "the scenario expects: bob gets 481 to BYE; no 481 to BYE came to bob");
  EXPECT_EQ(result.findings[1].sentence,
            "the scenario expects: alice's call ends: local-hangup; it ended: remote-bye");
}

// A mutant may bring the engine's own code to stop: the search lives on and tells of it.
TEST(Run, ABrokenPromiseOfTheEngineIsAFindingAndTheLogIsKept) {
  const Scenario scenario = built_in("normal-bye");
  core::LayerTable table;
  std::get<core::LayerFunctions<core::MediaLayer>>(table).decide =
      [](const core::MediaLayer::State&, const core::MediaLayer::Input&, const core::Context&,
         core::Outbox&) { CHECK(false, "media decides something"); };
  Fifo happy;
  Play play{scenario, {}, table, happy};
  while (play.advance()) {
  }
  const RunResult result = std::move(play).finish();
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings.front().invariant, "CHECK");
  EXPECT_EQ(result.findings.front().origin, "CHECK media decides something");
  EXPECT_FALSE(result.records.empty());
}

TEST(RunDeathTest, OutsideARunABrokenPromiseStopsTheProgram) {
  EXPECT_DEATH(CHECK(false, "nobody breaks this"), "broken promise: nobody breaks this");
}

// Shows INV-16.
TEST(Run, EveryWayToEndACallHolds) {
  const std::vector<std::string> ways{
      "given bob calls alice\nrace alice rejects | bob hangs up\n",
      "given bob calls alice\nrace alice answers | bob hangs up\n",
      "given bob calls alice; alice answers\nrace alice hangs up | bob sends BYE\n",
      "given alice calls bob\nrace alice hangs up | bob answers\n",
      "given alice calls bob\nrace bob rejects | alice hangs up\n",
      "given alice calls bob; bob answers; bob holds\nrace bob hangs up | alice holds\n",
      "given alice calls bob; bob answers; alice holds; alice resumes\nrace alice hangs up\n",
      "given alice calls bob; bob answers; alice's media never stops\nrace alice hangs up\n"};
  for (const std::string& way : ways) {
    const auto scenario =
        parse_scenario("way", "way  a way to end  RACES\nactors alice engine, bob peer\n" + way);
    ASSERT_TRUE(scenario.has_value()) << scenario.error().sentence;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      Random random{seed};
      Fifo fifo;
      Recorder recorder{seed == 0 ? static_cast<Chooser&>(fifo) : random};
      const RunResult result = run(*scenario, {}, recorder);
      EXPECT_TRUE(result.findings.empty()) << way << to_token(recorder.choices()) << '\n'
                                           << told(result.findings);
    }
  }
}

}  // namespace
}  // namespace lastcall::sim
