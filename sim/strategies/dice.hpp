#pragma once
// Dice: one stream of chance, a pure function of its seed and how often it was asked (SplitMix64,
// Steele et al. 2014). No library distribution: those differ between libraries.

#include <bit>
#include <cstdint>

namespace lastcall::sim {

class Dice {
 public:
  explicit constexpr Dice(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t roll() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // In [0, n). The bias of the remainder is below n / 2^64.
  constexpr std::uint64_t below(std::uint64_t n) { return roll() % n; }
  // In [1, 2^k], evenly on a logarithmic scale: each power of two is as likely as the next.
  constexpr std::uint64_t log_uniform(std::uint64_t k) {
    const std::uint64_t power = std::uint64_t{1} << below(k + 1);
    return power == 1 ? 1 : power / 2 + 1 + below(power / 2);
  }

 private:
  std::uint64_t state_;
};

}  // namespace lastcall::sim
