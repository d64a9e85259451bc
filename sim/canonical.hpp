#pragma once
// Canonical form: a 128-bit key of all that the rest of a run depends on, the same for worlds that
// differ only in how they came about. Serials, log positions, turns, the order in which different
// mailboxes got their mail or different carriers their orders, and the numbering of choices are
// left out. Used by check() to know a world again.
//
// The oracles and promises remember what has happened. Of that the key holds which facts stand in
// log and trace, and how often; not when, nor in which order. A rule that is broken by an order
// alone is broken while that order is run, and check() asks after each step. What rules judge where
// it stands and forget is left out, and so is a datagram under way to one who is deaf to it and had
// its like.

#include "engine/base/hash.hpp"
#include "sim/trace.hpp"

#include <cstdint>
#include <vector>

namespace lastcall::sim {

class World;

struct StateKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const StateKey&) const = default;
};

// What has happened, without its order.
class Past {
 public:
  void add(const Record& record);
  void add(const TraceEntry& entry);
  // Whether it would make a difference here that this arrives.
  [[nodiscard]] bool would_change(const DatagramArrived& arrival) const;
  [[nodiscard]] std::uint64_t hash() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;                // of the hashes of all facts: their order leaves no trace
  std::vector<std::uint64_t> arrivals_;  // a promise asks whether one came, not how often
};

[[nodiscard]] StateKey key_of(const World& world, const Past& past);

}  // namespace lastcall::sim
