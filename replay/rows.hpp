#pragma once
// Rows: from what happened to what a ladder draws. Reads records of a log and entries of a
// simulation's trace, tells who sent what to whom from the bytes of messages, and leaves out what
// an arrow has already said. Chooses no events, except that kStory leaves out bookkeeping;
// sim/story chooses what shows a finding. For fuzz, replay and ladder.

#include "engine/model/event.hpp"
#include "replay/ladder.hpp"
#include "sim/run.hpp"
#include "sim/story.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace lastcall::replay {

// Who stands at the top of the wire. Peers are found by the address they send from.
struct Cast {
  std::string engine = "engine";
  std::vector<std::string> peers;
  std::map<Endpoint, std::size_t> addresses;  // which peer; one without an entry is the first
};

// The actors of a simulated run, by the names in the first INVITE of each.
[[nodiscard]] Cast cast_of(const sim::RunResult& run);
// The peers of a log, by their addresses; at most four.
[[nodiscard]] Cast cast_of(std::span<const Record> records);

enum class Detail : std::uint8_t { kStory, kAll };

// The lines that sim::story() chose for a finding, and the rule that was broken, where it broke.
[[nodiscard]] Ladder ladder_of(std::span<const sim::StoryLine> story, const sim::Finding& finding,
                               const Cast& cast);

// Records, in order; findings stand behind the record at which they were seen.
[[nodiscard]] Ladder ladder_of(std::span<const Record> records,
                               std::span<const sim::Finding> findings, const Cast& cast,
                               Detail detail);

// The records of one call and the inputs that led to them, in order.
[[nodiscard]] std::vector<Record> records_of(std::span<const Record> records, CallId call);

}  // namespace lastcall::replay
