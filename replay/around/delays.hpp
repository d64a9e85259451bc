#pragma once
// Delays of a captured call's scenario: which ones a search tries, and the same choices with other
// delays to choose from. A choice names its delay by index (Scenario::flights): whoever tries a
// delay that is not in the table makes another table. For replay/around only.

#include "sim/choices.hpp"
#include "sim/run.hpp"
#include "sim/scenario.hpp"

#include <string>
#include <vector>

namespace lastcall::replay::around {

// Whether the value of such a choice is an index of Scenario::flights.
[[nodiscard]] constexpr bool is_delay(sim::ChoiceKind kind) {
  return kind == sim::ChoiceKind::kDelay || kind == sim::ChoiceKind::kLateAct;
}

// How much later than in the base schedule.
[[nodiscard]] Duration lateness(const sim::Scenario& scenario, std::uint32_t value);

// The flight of the scenario, some round delays, and those by which something arrives together
// with, or just behind, what came later in `base`, the unchanged run.
[[nodiscard]] std::vector<Duration> delays_near(const sim::Scenario& scenario,
                                                const sim::RunResult& base);

// A run that is as late in some choices as is wanted, and for the rest as `choices` say.
class Rescaled {
 public:
  Rescaled(const sim::Scenario& scenario, const sim::ChoiceMap& choices);
  // From now on this one is so late.
  void put(const sim::ChoiceKey& key, Duration late);
  [[nodiscard]] sim::RunResult run(const sim::Setup& setup) const;

 private:
  sim::Scenario scenario_;
  sim::ChoiceMap choices_;
};

}  // namespace lastcall::replay::around
