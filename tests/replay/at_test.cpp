// Time travel: what the layers know of a call at each position, and where two logs part.

#include "replay/at.hpp"

#include "replay/fold.hpp"
#include "tests/replay/played_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lastcall::replay {
namespace {

Recording whole_call() {
  PlayedCall played;
  played.connect();
  played.bye();
  played.run_out();
  return played.recording();
}

CallId call_in(const Recording& recording) {
  return calls_of(recording.records).calls().at(0).call;
}

// What one layer says, in one text.
std::string said(const Recording& recording, Position upto, std::string_view who) {
  std::string text;
  for (const Knowledge& each : knowledge_of(recording.records, call_in(recording), upto)) {
    if (each.who != who) continue;
    for (const std::string& line : each.lines) text += line + "\n";
  }
  return text;
}

// The first position behind which the event of this type stands.
template <class Fact>
Position position_of(const Recording& recording) {
  for (const Record& each : recording.records) {
    if (get_event<Fact>(each.event)) return each.pos;
  }
  ADD_FAILURE() << "no such event";
  return 0;
}

TEST(At, EveryLayerIsToldAsItWasThen) {
  const Recording recording = whole_call();
  const Position ending = position_of<CallTerminating>(recording);
  EXPECT_NE(said(recording, ending - 1, "Session").find("state Connected"), std::string::npos)
      << said(recording, ending - 1, "Session");
  EXPECT_NE(said(recording, ending, "Session").find("state Terminating"), std::string::npos)
      << said(recording, ending, "Session");
  EXPECT_NE(said(recording, ending - 1, "Directory").find("call Live"), std::string::npos)
      << said(recording, ending - 1, "Directory");
  EXPECT_NE(said(recording, ending, "Directory").find("call Ending"), std::string::npos)
      << said(recording, ending, "Directory");
  EXPECT_NE(said(recording, ending, "Transaction").find("method BYE"), std::string::npos);
}

TEST(At, ACallThatEndedIsForgottenByAllButItsTombstone) {
  const Recording recording = whole_call();
  const Position end = position_of<CallTerminated>(recording);
  EXPECT_EQ(said(recording, end, "Session"), "");
  EXPECT_EQ(said(recording, end, "Media"), "");
  EXPECT_NE(said(recording, end, "Dialog"), "");
  EXPECT_NE(said(recording, end, "Directory").find("cause remote-bye"), std::string::npos)
      << said(recording, end, "Directory");
  EXPECT_EQ(said(recording, kNewest, "Dialog"), "");
}

TEST(Parting, LogsOfTheSameRunDoNotPart) {
  const Recording a = whole_call();
  EXPECT_FALSE(parting_of(a.records, whole_call().records));
}

TEST(Parting, TheFirstDifferenceIsToldWithItsField) {
  const Recording a = whole_call();
  Recording b = a;
  for (Record& each : b.records) {
    if (!get_event<CallTerminating>(each.event)) continue;
    CallTerminating ending = *get_event<CallTerminating>(each.event);
    ending.cause = Cause::kNoAck;
    each.event = event_of(ending);
  }
  const auto parting = parting_of(a.records, b.records);
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->at, position_of<CallTerminating>(a));
  EXPECT_EQ(parting->field, "cause");
  ASSERT_TRUE(parting->a && parting->b);
  EXPECT_EQ(get_event<CallTerminating>(parting->b->event)->cause, Cause::kNoAck);
}

TEST(Parting, ALogThatGoesOnPartsWhereTheOtherEnds) {
  const Recording a = whole_call();
  Recording b = a;
  b.records.pop_back();
  const auto parting = parting_of(a.records, b.records);
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->at, a.records.back().pos);
  EXPECT_TRUE(parting->a.has_value());
  EXPECT_FALSE(parting->b.has_value());
}

}  // namespace
}  // namespace lastcall::replay
