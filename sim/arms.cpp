#include "sim/arms.hpp"

#include "engine/base/check.hpp"
#include "sim/strategies/samplers.hpp"

namespace lastcall::sim {

Strategy arm_of(std::uint64_t n) {
  using enum Strategy;
  // Of twenty runs 8 are random walks, 4 PCT, 3 POS, 2 each starvation and novelty, 1 swarm.
  constexpr std::array<Strategy, 20> kTurns{
      kRandom, kPct,    kPos, kRandom, kStarvation, kRandom, kPct,    kNovelty, kRandom, kPos,
      kSwarm,  kRandom, kPct, kRandom, kStarvation, kPos,    kRandom, kPct,     kRandom, kNovelty};
  return kTurns[n % kTurns.size()];
}

std::unique_ptr<Chooser> make_chooser(Strategy arm, std::uint64_t seed, std::uint32_t conflicts) {
  switch (arm) {
    case Strategy::kRandom:
      return std::make_unique<Walk>(seed);
    case Strategy::kPct:
      return std::make_unique<Pct>(seed, conflicts);
    case Strategy::kPos:
      return std::make_unique<Pos>(seed);
    case Strategy::kStarvation:
      return std::make_unique<Starvation>(seed);
    case Strategy::kSwarm:
      return std::make_unique<Random>(seed);
    default:
      break;
  }
  CHECK(false, "only an arm of chance is made from a seed alone");
  return nullptr;
}

}  // namespace lastcall::sim
