#pragma once
// Novelty: changes the choices of runs that showed something new. New is an order of two kinds of
// events within a run's races that no run had before, or an event following another for the first
// time; no payloads, no ids, no times (too fine a measure degenerates to all runs being new).
// Keeps a corpus; a pure function of its seed and the runs it was told. Used by the portfolio.

#include "sim/run.hpp"
#include "sim/strategies/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lastcall::sim {

class Novelty {
 public:
  explicit Novelty(std::uint64_t seed) : dice_(seed), seen_(kFeatures) {}

  // Choices to run next: those of a kept run, changed in one to three places.
  [[nodiscard]] ChoiceMap next();

  // Takes note of a run and of its choices; keeps them if it showed something new.
  void learn(const ChoiceMap& choices, const RunResult& run);

  [[nodiscard]] std::size_t kept() const { return corpus_.size(); }

 private:
  static constexpr std::size_t kFeatures = std::size_t{1} << 16;
  static constexpr std::size_t kKeptMax = 1024;

  struct Kept {
    ChoiceMap choices;
    std::vector<ChoiceKey> asked;         // what was decided in that run, in order
    std::vector<std::uint16_t> features;  // that it showed first
  };

  [[nodiscard]] const Kept& parent();
  void change(ChoiceMap& map, const Kept& of);
  void starve(ChoiceMap& map, const Kept& of);
  void splice(ChoiceMap& map);

  Dice dice_;
  std::vector<std::uint32_t> seen_;  // in how many runs each feature was
  std::vector<Kept> corpus_;
};

}  // namespace lastcall::sim
