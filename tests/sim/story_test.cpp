#include "sim/story.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lastcall::sim {
namespace {

template <class Fact>
Record record(Position pos, Position cause, Fact fact) {
  return {.pos = pos, .at = {}, .cause = cause, .event = event_of(std::move(fact))};
}

// A BYE (4) leads, by way of transaction (5) and dialog (6), to an ending (7) and an end (8); the
// audio asks behind it. Everything up to 3 is set-up.
RunResult a_run() {
  const CallId call{7};
  RunResult run;
  run.setup_end = 3;
  for (Position pos = 1; pos <= 4; ++pos) run.records.push_back(record(pos, 0, DatagramReceived{}));
  ServerTransactionStarted transaction;
  run.records.push_back(record(5, 4, transaction));
  RequestAccepted bye;
  run.records.push_back(record(6, 5, bye));
  CallTerminating ending;
  run.records.push_back(record(7, 6, ending));
  CallTerminated end;
  run.records.push_back(record(8, 6, end));
  run.trace.push_back({.at = {}, .after = 2, .what = FrameSent{call}});
  run.trace.push_back({.at = {}, .after = 8, .what = LookedUp{call}});
  return run;
}

TEST(Story, IsTheEvidenceAndTheWordOfTheWorldBehindIt) {
  const RunResult run = a_run();
  Finding finding;
  finding.records = {7, 8};
  finding.entries = {1};
  const auto lines = story(run, finding);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].record, &run.records[3]);
  EXPECT_EQ(lines[1].record, &run.records[6]);
  EXPECT_EQ(lines[2].record, &run.records[7]);
  EXPECT_EQ(lines[3].entry, &run.trace[1]);
}

TEST(Story, LeavesTheSetUpOut) {
  const RunResult run = a_run();
  Finding finding;
  finding.records = {2, 8};
  EXPECT_EQ(story(run, finding).size(), 2U);  // the BYE and the end
}

TEST(Story, OfAFindingWithoutEvidenceIsTheRecordAtWhichItWasSeen) {
  const RunResult run = a_run();
  Finding finding;
  finding.at = 8;
  const auto lines = story(run, finding);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].record, &run.records[7]);
}

}  // namespace
}  // namespace lastcall::sim
