// Time travel in a log: what every layer knew of a call at a position, where two runs part, and
// what went over the wire.

#include "replay/compare.hpp"
#include "replay/rerun.hpp"
#include "replay/state_text.hpp"
#include "tests/replay/played_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lastcall::replay {
namespace {

Recording ended_call() {
  PlayedCall played;
  played.connect();
  played.bye();
  played.run_out();
  return played.recording();
}

CallId only_call(const Recording& recording) {
  for (const Record& record : recording.records) {
    if (const CallId call = call_of(record.event)) return call;
  }
  return {};
}

// The position of the first event of this type.
template <class E>
Position position_of(const Recording& recording) {
  for (const Record& record : recording.records) {
    if (get_event<E>(record.event)) return record.pos;
  }
  return 0;
}

bool knows(const Recording& recording, Position at, const std::string& layer) {
  const std::string text = "\n" + state_text(recording.records, at, only_call(recording));
  return text.find("\n" + layer + "\n") != text.npos;
}

TEST(StateText, TellsWhichLayersKnowACallAtEachPosition) {
  const Recording recording = ended_call();
  const Position begun = position_of<CallStarted>(recording);
  const Position ending = position_of<CallTerminating>(recording);
  const Position ended = position_of<CallTerminated>(recording);
  ASSERT_TRUE(0 < begun && begun < ending && ending < ended);
  EXPECT_TRUE(knows(recording, begun, "Session"));
  for (const char* layer : {"Dialog", "Session", "Media", "Client"}) {
    EXPECT_TRUE(knows(recording, ending, layer)) << layer;
  }
  EXPECT_FALSE(knows(recording, ended, "Session"));
  EXPECT_FALSE(knows(recording, ended, "Media"));
  EXPECT_TRUE(knows(recording, ended, "Dialog"));  // the tombstone
  EXPECT_EQ(state_text(recording.records, recording.records.size(), only_call(recording)),
            "no layer knows this call here\n");
}

TEST(StateText, ShowsFieldsByTheirNames) {
  const Recording recording = ended_call();
  const Position ending = position_of<CallTerminating>(recording);
  const std::string text = state_text(recording.records, ending, only_call(recording));
  EXPECT_NE(text.find("remote-bye"), text.npos) << text;
  EXPECT_EQ(text.find("(not shown)"), text.npos) << text;
}

TEST(Compare, TwoRunsOfTheSameSayTheSameWhateverTheirTimesAre) {
  const Recording one = ended_call();
  Recording other = one;
  for (Record& each : other.records) each.at = each.at + std::chrono::seconds{5};
  EXPECT_EQ(first_difference(one.records, one.records), std::nullopt);
  std::erase_if(other.records, [](const Record& each) {
    return get_event<CallTerminating>(each.event) != nullptr;
  });
  const auto at = first_difference(one.records, other.records);
  ASSERT_TRUE(at.has_value());
  EXPECT_LE(*at + 1, position_of<CallTerminating>(one));
}

TEST(Compare, ALogThatEndsEarlierDiffersThere) {
  const Recording one = ended_call();
  const std::span<const Record> all{one.records};
  EXPECT_EQ(first_difference(all, all.first(7)), 7U);
  EXPECT_EQ(first_difference(all.first(7), all), 7U);
}

// What went over the wire is all that came in, and all that the engine sent.
TEST(Rerun, TellsWhatWentOverTheWire) {
  std::vector<std::string> seen;
  const Recording recording = ended_call();
  const auto result = rerun(
      recording, [](const std::string&) { return std::nullopt; },
      [&](const Passed& passed) {
        EXPECT_EQ(passed.engine, kEngineAt);
        EXPECT_EQ(passed.peer, kPeerAt);
        const std::string_view line = passed.bytes.substr(0, passed.bytes.find("\r\n"));
        seen.push_back((passed.is_sent ? "> " : "< ") + std::string{line.substr(0, 11)});
      });
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(seen, (std::vector<std::string>{"< INVITE sip:", "> SIP/2.0 180", "> SIP/2.0 200",
                                            "< ACK sip:ali", "< BYE sip:ali", "> SIP/2.0 200"}));
}

}  // namespace
}  // namespace lastcall::replay
