#pragma once
// Ladder: what happened, drawn for a terminal. At the left the wire, one line per peer and one for
// the engine, with an arrow per SIP message; in the middle the engine's layers as tracks, with a
// mark where something happened; at the right what it was. One row per event, in order, with its
// time; a broken rule stands as a red line where it broke. Draws rows that others chose and worded
// (replay/rows.hpp); hostile text comes out inert. For fuzz, replay and ladder.

#include "engine/base/time.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/layer_id.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {
struct Finding;
struct RunResult;
}  // namespace lastcall::sim

namespace lastcall::replay {

// What stands on a track.
enum class Mark : std::uint8_t {
  kNone,
  kReport,    // the world says something: a datagram, a report, a command, a deadline
  kFact,      // the layer has recorded a fact
  kEnding,    // phase 1 has begun
  kEnd,       // phase 2: every id is released
  kQuestion,  // somebody asked for a call by its id
  kWrong,     // and was not answered, or what else should not be
};

// A message between two columns of the wire: 0 to the number of peers - 1, then the engine.
struct Arrow {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string label;  // "BYE", "200 to BYE"
  bool lost = false;
};

struct Row {
  Instant at;
  std::optional<Arrow> arrow = std::nullopt;
  LayerId track = LayerId::kWorld;  // kWorld: none
  Mark mark = Mark::kNone;
  std::string text;
  std::string rule = {};  // not empty: this rule was broken here, and `text` says how
};

struct Ladder {
  std::vector<std::string> peers;  // at least one
  std::string engine = "engine";
  std::vector<Row> rows;
  bool has_layers = true;  // false: nobody looks inside, there are only the columns of the wire
};

struct LadderStyle {
  std::size_t width = 100;  // columns of the terminal; at least 60 are used
  bool color = false;
  bool ascii = false;
};

// Lines, each with its line feed. Times are seconds since the first row.
[[nodiscard]] std::string draw(const Ladder& ladder, const LadderStyle& style);

// The story of a finding in a simulated run: what must be seen to understand it, no more.
[[nodiscard]] std::string draw(const sim::RunResult& run, const sim::Finding& finding,
                               const LadderStyle& style);

}  // namespace lastcall::replay
