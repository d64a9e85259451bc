#pragma once
// Mutants: known bugs, planted to measure the harness. Each wraps or replaces one function of one
// layer in the kernel's table (a few need two that belong together); the engine holds no switch for
// any. A mutant changes an order, a condition or a key, never by chance. The world looks one up by
// name and gives its table to the kernel.

#include "engine/core/layers.hpp"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

struct Mutant {
  std::string_view id;        // of the bug that it stands for: "Z-67"; the plan's have none
  std::string_view name;      // "NoTombstone"
  std::string_view sentence;  // what it does wrong
  std::vector<std::string_view> expected;   // the invariants that may show it first
  std::vector<std::string_view> scenarios;  // where to look for it; none: everywhere
  core::LayerTable table;
  // What stands in its place in a process that was started again after a crash; none: the same.
  std::optional<core::LayerTable> after_crash = {};
  int rank = 0;        // among those that must be found; 0: not among them
  int deviations = 1;  // choices that are not 0, at least
  int events = 0;      // of the smallest story, the set-up counted as one; 0: nobody said
};

// A bug of the zoo that has no mutant, and why.
struct Unplanted {
  std::string_view id;
  std::string_view sentence;
  std::string_view reason;
};

// The mutant called `name`, or with this id; null if there is none.
[[nodiscard]] const Mutant* find_mutant(std::string_view name);

// The functions of the mutants named in `names`, joined by '+'; nothing if one does not exist or if
// two of them replace the same function.
[[nodiscard]] std::optional<core::LayerTable> table_of(std::string_view names);

// The functions of a process that was started again; null if they are the same as before. The first
// mutant of `names` that has some. Lives as long as the program.
[[nodiscard]] const core::LayerTable* table_after_crash(std::string_view names);

// All of them, in the order in which they are told: the plan's, then by id.
[[nodiscard]] std::span<const Mutant> all_mutants();
[[nodiscard]] std::span<const Unplanted> unplanted();

// ---- the parts of the list, one file per kind of bug

[[nodiscard]] std::vector<Mutant> plan_mutants();
[[nodiscard]] std::vector<Mutant> twice_mutants();      // Z-01 to Z-09: ending twice, re-entrancy
[[nodiscard]] std::vector<Mutant> offer_mutants();      // Z-10 to Z-17: hold and the BYE
[[nodiscard]] std::vector<Mutant> collision_mutants();  // Z-18 to Z-24: re-INVITEs
[[nodiscard]] std::vector<Mutant> cancel_mutants();     // Z-25 to Z-31: CANCEL and answer
[[nodiscard]] std::vector<Mutant> early_mutants();      // Z-32 to Z-39: early dialogs, forks
[[nodiscard]] std::vector<Mutant> ack_mutants();        // Z-40 to Z-46
[[nodiscard]] std::vector<Mutant> timer_mutants();      // Z-47 to Z-54: timers, stale handles
[[nodiscard]] std::vector<Mutant> release_mutants();    // Z-55 to Z-62: media
[[nodiscard]] std::vector<Mutant> confirmation_mutants();  // Z-63 to Z-72: who waits, who confirms

}  // namespace lastcall::sim
