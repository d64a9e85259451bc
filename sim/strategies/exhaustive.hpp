#pragma once
// Enumeration: every choice map within a bound, each exactly once, fewest deviations first. It runs
// nothing itself: the caller asks for the next map, runs it, and tells what the run was asked. The
// children of a map differ from it by one decision asked *after* its last deviation; up to there
// the runs are the same, so that no map is missed and none comes twice.

#include "sim/strategies/choosers.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lastcall::sim {

inline constexpr std::uint32_t kAnyValue = 0xffffffff;

// What is enumerated: how many decisions may deviate, and how far.
struct Bound {
  struct PerKind {
    std::uint32_t count_max = 0;  // deviations of this kind in one run
    std::uint32_t value_max = 0;  // its largest value; 0: this kind stays boring
  };
  std::array<PerKind, kEnumSize<ChoiceKind>> kinds{};
  std::uint32_t total_max = 0;   // deviations of all kinds in one run
  std::uint32_t faults_max = 0;  // of them all that are not postponed items

  PerKind& of(ChoiceKind kind) { return kinds[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const PerKind& of(ChoiceKind kind) const {
    return kinds[static_cast<std::size_t>(kind)];
  }
};

// Every schedule with at most `k` items that let up to kPostponedNear others go first, without
// faults.
inline constexpr std::uint32_t kPostponedNear = 3;
[[nodiscard]] Bound postponed_at_most(std::uint32_t k);

// "at most 2 deviations, of them at most 2 postpone, 1 loss".
[[nodiscard]] std::string to_text(const Bound& bound);

class Enumeration {
 public:
  explicit Enumeration(const Bound& bound) : bound_(bound) {}

  // The next map to run; nothing when the bound is exhausted. The first is the empty map.
  [[nodiscard]] std::optional<ChoiceMap> next();

  // What the run of that map was asked, in order. REQUIRES: once after each next().
  void learn(std::span<const Asked> asked);

 private:
  // A map as its difference to the map it came from.
  struct Node {
    std::uint32_t parent = 0;  // index + 1; 0: the empty map
    ChoiceKey key;
    std::uint32_t value = 0;
  };
  [[nodiscard]] bool within(const ChoiceMap& map, ChoiceKind added) const;

  Bound bound_;
  std::vector<Node> nodes_;
  std::size_t run_ = 0;  // maps given out; the first is not a node
  ChoiceMap current_;
};

}  // namespace lastcall::sim
