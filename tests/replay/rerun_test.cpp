#include "replay/rerun.hpp"

#include "sim/library.hpp"
#include "sim/strategies/choosers.hpp"
#include "tests/replay/played_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lastcall::replay {
namespace {

std::optional<sim::Scenario> no_scenario(const std::string&) { return std::nullopt; }

RerunResult rerun_of(const Recording& recording) {
  const auto result = rerun(recording, no_scenario);
  EXPECT_TRUE(result.has_value()) << result.error();
  return result.value_or(RerunResult{});
}

Recording whole_call() {
  PlayedCall played;
  played.connect();
  played.bye();
  played.run_out();
  return played.recording();
}

TEST(Rerun, AWholeCallDecidesTheSameAgain) {
  const Recording recording = whole_call();
  ASSERT_GT(recording.records.size(), 20U);
  const RerunResult result = rerun_of(recording);
  EXPECT_FALSE(result.divergence) << to_text(*result.divergence);
  EXPECT_EQ(result.events, recording.records.size());
  EXPECT_GE(result.inputs, 3U);
  for (const sim::Finding& finding : result.findings) ADD_FAILURE() << finding.sentence;
}

TEST(Rerun, AnEventWithAnotherCauseDivergesExactlyThere) {
  const Recording recording = whole_call();
  for (std::size_t i = 0; i < recording.records.size(); ++i) {
    if (std::holds_alternative<Input>(recording.records[i].event)) continue;
    Recording altered = recording;
    altered.records[i].cause = 0;
    const RerunResult result = rerun_of(altered);
    ASSERT_TRUE(result.divergence) << "position " << i + 1;
    EXPECT_EQ(result.divergence->at, i + 1);
    EXPECT_EQ(result.events, i);
  }
}

TEST(Rerun, AnAlteredDecisionTellsWhatWasLoggedAndWhatIsDecidedNow) {
  Recording recording = whole_call();
  for (Record& record : recording.records) {
    if (!get_event<CallTerminating>(record.event)) continue;
    CallTerminating ending = *get_event<CallTerminating>(record.event);
    ending.cause = Cause::kNoAck;
    record.event = event_of(ending);
    const RerunResult result = rerun_of(recording);
    ASSERT_TRUE(result.divergence);
    EXPECT_EQ(result.divergence->at, record.pos);
    const std::string text = to_text(*result.divergence);
    EXPECT_NE(text.find("no-ack"), std::string::npos) << text;
    EXPECT_NE(text.find("remote-bye"), std::string::npos) << text;
    return;
  }
  FAIL() << "the call did not end";
}

TEST(Rerun, ADeadlineThatIsNotDueDivergesAtItsPosition) {
  Recording recording = whole_call();
  const auto due = std::ranges::find_if(recording.records, [](const Record& record) {
    return get_event<DeadlineDue>(record.event) != nullptr;
  });
  ASSERT_NE(due, recording.records.end());
  DeadlineDue other = *get_event<DeadlineDue>(due->event);
  other.deadline.owner += 1;
  due->event = event_of(other);
  const RerunResult result = rerun_of(recording);
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->at, due->pos);
}

TEST(Rerun, AnEventThatWasLoggedButIsNotDecidedAnyMoreDiverges) {
  Recording recording = whole_call();
  Record extra = recording.records.back();
  extra.event = event_of(ClientReleased{});
  extra.pos += 1;
  recording.records.push_back(extra);
  const RerunResult result = rerun_of(recording);
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->at, extra.pos);
}

TEST(Rerun, AfterARestartTheCallGoesOnAndDecidesTheSame) {
  PlayedCall played;
  played.connect();
  played.restart();
  played.bye();
  played.run_out();
  const Recording recording = played.recording();
  ASSERT_EQ(recording.runs.size(), 2U);
  const RerunResult result = rerun_of(recording);
  EXPECT_FALSE(result.divergence) << to_text(*result.divergence);
  EXPECT_EQ(result.events, recording.records.size());
}

TEST(Rerun, WhatHappenedWithinATurnIsRerunAtTheInstantsOfThatTurn) {
  // The clock of a real engine goes on while a turn is drained.
  PlayedCall played;
  played.connect();
  Recording recording = played.recording();
  core::Kernel kernel{config_of_test()};
  log::MemoryLog log;
  core::OldestFirst policy;
  Instant now = recording.records.front().at;
  kernel.deliver(std::get<Input>(recording.records.front().event));
  while (kernel.step(log, policy, now)) now += std::chrono::microseconds{5};
  recording.records = log.records();
  ASSERT_LT(recording.records.front().at, recording.records.back().at);
  const RerunResult result = rerun_of(recording);
  EXPECT_FALSE(result.divergence) << to_text(*result.divergence);
}

TEST(Rerun, AConfigurationOfAnotherVersionIsRefusedWithItsName) {
  Recording recording = whole_call();
  recording.runs.front().run.config += " weather=fine";
  const auto result = rerun(recording, no_scenario);
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().find("weather"), std::string::npos);
}

// ---- simulated runs

sim::Scenario scenario_named(const std::string& name) {
  for (sim::Scenario& each : sim::all_scenarios()) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "no scenario " << name;
  return {};
}
std::optional<sim::Scenario> any_scenario(const std::string& name) { return scenario_named(name); }

// A failing run with interleaved turns, as fuzz stores it.
Recording simulated(const sim::Setup& setup, std::uint64_t seed) {
  sim::Random chance{seed};
  sim::Recorder recorder{chance};
  const sim::RunResult run = sim::run(scenario_named("bye-during-audio"), setup, recorder);
  return {{{1, run_info("bye-during-audio", setup, sim::to_token(recorder.choices()), run)}},
          run.records};
}

TEST(Rerun, ASimulatedRunIsMadeAgainFromItsToken) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Recording recording = simulated({.rules = Rules::kImmediate}, seed);
    const auto result = rerun(recording, any_scenario);
    ASSERT_TRUE(result.has_value()) << result.error();
    EXPECT_FALSE(result->divergence) << to_text(*result->divergence);
    EXPECT_EQ(result->events, recording.records.size());
  }
}

TEST(Rerun, ASimulatedRunUnderOtherRulesDiverges) {
  Recording recording = simulated({.rules = Rules::kImmediate}, 1);
  recording.runs.front().run.config = setup_text({.rules = Rules::kTwoPhase});
  const auto result = rerun(recording, any_scenario);
  ASSERT_TRUE(result.has_value()) << result.error();
  EXPECT_TRUE(result->divergence);
}

TEST(Setup, IsReadBackAsWritten) {
  const sim::Setup setup{.rules = Rules::kTwoPhase,
                         .mutant = "plan-held",
                         .turns = core::Turns::kDrained,
                         .faults = false};
  const auto read = parse_setup(setup_text(setup));
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->mutant, "plan-held");
  EXPECT_EQ(read->turns, core::Turns::kDrained);
  EXPECT_FALSE(read->faults);
  EXPECT_FALSE(parse_setup("rules=two-phase turns=drained faults=true mutant=plan-hold"));
}

}  // namespace
}  // namespace lastcall::replay
