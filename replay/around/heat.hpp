#pragma once
// Heat: what a call comes to when two of its messages (or acts) are each so much later: a map of
// timer windows, one cell per pair of delays, coloured by the rule that breaks or by how the call
// ends. Made of runs of the simulation; drawn as an SVG for light and dark. For replay --heat.

#include "replay/around/around.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lastcall::replay::around {

struct Axis {
  sim::ChoiceKey key;
  std::string subject;     // "the caller's BYE"
  Duration whole{};        // a delay that one cell shows exactly
  std::int64_t parts = 1;  // which: the cells before it
  [[nodiscard]] Duration late(std::size_t cell) const {
    return whole * static_cast<std::int64_t>(cell) / parts;
  }
};

// How a run came out.
struct Verdict {
  std::string text;  // "I-27" or "remote-bye"
  bool is_broken = false;
};

struct Heat {
  Axis x, y;
  std::size_t cells = 0;             // per axis
  std::vector<Verdict> verdicts;     // each once
  std::vector<std::size_t> cell_of;  // row by row: index into verdicts
  [[nodiscard]] const Verdict& at(std::size_t x_cell, std::size_t y_cell) const {
    return verdicts[cell_of[y_cell * cells + x_cell]];
  }
};

// Around the report's failure: its delays, or else what stands beside them. Without a failure: the
// last message of the peer that is a request, against what the seat does next to it. `cells` runs
// per axis. Nothing if the call has no two such things.
[[nodiscard]] std::optional<Heat> heat_of(const AroundReport& report, const sim::Setup& setup,
                                          std::size_t cells);

[[nodiscard]] std::string to_svg(const Heat& heat, const std::string& title);

}  // namespace lastcall::replay::around
