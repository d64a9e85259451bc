#pragma once
// Play: one run under way: the world, the oracles that watch it, the rolling hash, and the fold of
// its log. A regular value: a copy is a snapshot from which a run can go on in another way. It
// makes no choices; run(), Stage and check() drive it.

#include "engine/base/check.hpp"
#include "engine/base/hash.hpp"
#include "engine/core/state.hpp"
#include "sim/canonical.hpp"
#include "sim/oracle.hpp"
#include "sim/run.hpp"
#include "sim/world.hpp"

#include <cstddef>
#include <optional>

namespace lastcall::sim {

class Play {
 public:
  // A run of one call takes some hundred steps; one that takes this many goes in circles.
  static constexpr std::uint64_t kStepsMax = 20'000;

  // `scenario` and `chooser` must outlive the play and its copies.
  Play(const Scenario& scenario, const Setup& setup, Chooser& chooser);
  // The same with the functions of `table` in place of the set-up's mutant.
  Play(const Scenario& scenario, const Setup& setup, const core::LayerTable& table,
       Chooser& chooser);

  // Lets the next thing happen. False when nothing is left, or too much has happened.
  bool advance();
  // Up to the moment before the races, or to the end if the set-up gets stuck. Nobody is asked
  // anything until then. False if it got stuck.
  bool advance_to_races();

  // From now on `chooser` decides; it must outlive the play and its copies.
  void decide_by(Chooser& chooser) { world_.decide_by(chooser); }

  [[nodiscard]] const World& world() const { return world_; }
  // What the oracles have found until now.
  [[nodiscard]] const std::vector<Finding>& findings() const { return oracles_.findings(); }

  // From now on what happens is kept, without its order, for key().
  void keep_past() { keeps_past_ = true; }
  // What the rest of the run depends on (sim/canonical). REQUIRES: keep_past() at the races.
  [[nodiscard]] StateKey key() const { return key_of(world_, past_); }

  // Judges the end. REQUIRES: advance() has said that nothing is left.
  [[nodiscard]] RunResult finish() &&;

 private:
  void watch();
  void begin_again();
  void watch_records(Position upto);
  void judge_end(std::vector<Finding>& findings) const;
  [[nodiscard]] Finding finding_of(std::string_view rule, std::string sentence) const;
  [[nodiscard]] Finding finding_of(const BrokenPromise& broken) const;

  const Scenario* scenario_;
  World world_;
  Oracles oracles_;
  RollingHash hash_;
  core::State folded_;  // what the log says of the state
  std::size_t records_ = 0;
  std::size_t entries_ = 0;
  std::size_t decisions_ = 0;
  std::uint32_t crashes_ = 0;
  std::optional<BrokenPromise> broken_;
  bool keeps_past_ = false;
  Past past_;
};

}  // namespace lastcall::sim
