// What lies next to a captured call: it becomes a scenario with the order that was captured, a
// clean engine breaks nothing near it, planted bugs are found near captures of clean runs, and
// windows are exact to the millisecond.

#include "replay/around/around.hpp"

#include "replay/around/delays.hpp"
#include "replay/around/heat.hpp"
#include "sim/mutants/mutants.hpp"
#include "tests/replay/around/captured_run.hpp"
#include "tests/replay/wire/scripted.hpp"

#include <algorithm>
#include <vector>

namespace lastcall::replay::around {
namespace {

struct Subject {
  CapturedScenario captured;
  std::vector<std::string> labels;
};

Subject subject_of(const wire::Call& call, const std::string& as) {
  const auto seat = wire::find_seat(call, as);
  EXPECT_TRUE(seat.has_value());
  auto captured = scenario_of(call, *seat);
  EXPECT_TRUE(captured.has_value()) << captured.error();
  return {*std::move(captured), labels_of(call, *seat)};
}

Subject subject_of(wire::Scripted& script, const std::string& as) {
  return subject_of(script.take().calls.at(0), as);
}

AroundReport around_with(const Subject& subject, std::string_view mutant, std::uint64_t runs) {
  return search_around(subject.captured, subject.labels, {.mutant = std::string{mutant}},
                       {.runs = runs});
}

TEST(Around, UsersDoWhatTheyWereSeenToDo) {
  wire::Scripted script;
  script.answered();
  script.alice(2'000, "INVITE", 2, {.body = wire::sdp(wire::kAlice.host, 4000, "sendonly")});
  script.bob(2'010, "200 to INVITE", 2, {.body = wire::sdp(wire::kBob.host, 4002, "recvonly")});
  script.alice(2'020, "ACK", 2);
  script.bob(5'000, "BYE", 101).alice(5'010, "200 to BYE", 101);
  const Subject subject = subject_of(script, "callee");
  EXPECT_EQ(to_text(subject.captured.scenario),
            "        0 ms  caller calls\n"
            "      500 ms  callee answers\n"
            "     2000 ms  caller holds\n"
            "     5000 ms  callee hangs up\n");
  EXPECT_TRUE(subject.captured.left_out.empty());
}

TEST(Around, TheUnchangedRunHasTheCapturedOrder) {
  wire::Scripted script;
  script.answered().alice(1'000, "BYE", 2).bob(1'003, "BYE", 101);
  script.bob(1'030, "200 to BYE", 2).alice(1'033, "200 to BYE", 101);
  const wire::Call call = script.take().calls.at(0);
  for (const char* as : {"caller", "callee"}) {
    const Subject subject = subject_of(call, as);
    const AroundReport report = around_with(subject, "", 1);
    EXPECT_EQ(report.alike, report.captured) << as << "\n" << to_text(report.scenario);
    EXPECT_FALSE(report.failure);
  }
}

TEST(Around, AnAckThatNeverCameNeverComes) {
  wire::Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = "", .body = wire::sdp(wire::kAlice.host, 4000)});
  script.bob(500, "200 to INVITE", 1, {.body = wire::sdp(wire::kBob.host, 4002)});
  script.bob(1'000, "200 to INVITE", 1, {.body = wire::sdp(wire::kBob.host, 4002)});
  script.bob(32'500, "BYE", 101).alice(32'510, "200 to BYE", 101);
  const Subject subject = subject_of(script, "callee");
  EXPECT_EQ(to_text(subject.captured.scenario),
            "        0 ms  caller never acknowledges\n"
            "        0 ms  caller calls\n"
            "      500 ms  callee answers\n");
}

TEST(Around, WhatCannotBeSearchedIsToldInASentence) {
  wire::Scripted middle;
  middle.alice(0, "BYE", 2).bob(10, "200 to BYE", 2);
  const wire::Call call = middle.take().calls.at(0);
  const auto seat = wire::find_seat(call, "callee");
  ASSERT_TRUE(seat.has_value());
  EXPECT_FALSE(scenario_of(call, *seat).has_value());
}

}  // namespace
}  // namespace lastcall::replay::around
