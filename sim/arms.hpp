#pragma once
// Arms: the ways to make a run of a portfolio, and how its budget is shared among them. Random
// walks are the baseline that clever search keeps failing to beat: they never get less than 40 %.
// The shares are measured on the planted bugs (`lastcall zoo`), not believed. Used by sim/search.

#include "engine/base/enum_names.hpp"
#include "sim/choices.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace lastcall::sim {

// How a run's choices come about.
enum class Strategy : std::uint8_t {
  kPortfolio,   // first kDelay, then all below in their shares
  kDelay,       // every schedule with at most two postponed items
  kRandom,      // random walks, with a swarm of faults
  kExhaustive,  // everything, fewest deviations first
  kPct,         // random priorities of mailboxes, changed at a few steps
  kPos,         // random priorities of items, drawn anew where they conflict
  kStarvation,  // some layers wait for a while
  kSwarm,       // few items postponed, few faults of few kinds: near the default order
  kNovelty,     // changes of runs that showed something new
  kChance,      // the arms of a portfolio in their shares, without kDelay
};
[[nodiscard]] constexpr auto names_of(Strategy) {
  return std::array<std::string_view, 10>{"portfolio", "delay", "random",     "exhaustive",
                                          "pct",       "pos",   "starvation", "swarm",
                                          "novelty",   "chance"};
}

// Whose turn the n-th run by chance of a scenario is, in a portfolio.
[[nodiscard]] Strategy arm_of(std::uint64_t n);

// The chooser of one run by chance. `conflicts`: how many conflicting steps a run in the default
// order has. REQUIRES: `arm` is kRandom, kPct, kPos, kStarvation or kSwarm.
[[nodiscard]] std::unique_ptr<Chooser> make_chooser(Strategy arm, std::uint64_t seed,
                                                    std::uint32_t conflicts);

}  // namespace lastcall::sim
