#include "sim/run.hpp"

#include "sim/play.hpp"

#include <utility>

namespace lastcall::sim {

RunResult run(const Scenario& scenario, const Setup& setup, Chooser& chooser) {
  Play play{scenario, setup, chooser};
  while (play.advance()) {
  }
  return std::move(play).finish();
}

}  // namespace lastcall::sim
