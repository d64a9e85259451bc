#pragma once
// Stage: a scenario under a set-up, played up to its races once. Every run of it begins with a copy
// of that snapshot, so that a search pays for the races only. A run from here and one from the
// beginning (run()) are the same, hash and all.

#include "sim/play.hpp"
#include "sim/strategies/choosers.hpp"

#include <functional>

namespace lastcall::sim {

class Stage {
 public:
  // `scenario` must outlive the stage.
  Stage(const Scenario& scenario, const Setup& setup) : ready_(scenario, setup, nobody_) {
    (void)ready_.advance_to_races();
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // The moment before the races, where `chooser` decides what follows.
  [[nodiscard]] Play play(Chooser& chooser) const {
    Play play = ready_;
    play.decide_by(chooser);
    return play;
  }

  [[nodiscard]] RunResult run(Chooser& chooser) const {
    Play going = play(chooser);
    while (going.advance()) {
    }
    return std::move(going).finish();
  }

 private:
  Fifo nobody_;  // is not asked
  Play ready_;
};

// Makes one run. run() or a staged() one, except in tests of the search.
using Runner = std::function<RunResult(const Scenario&, const Setup&, Chooser&)>;

// A runner that keeps a stage of each scenario and set-up it is asked for. The scenarios must
// outlive it and its copies, which share the stages.
[[nodiscard]] Runner staged();

}  // namespace lastcall::sim
