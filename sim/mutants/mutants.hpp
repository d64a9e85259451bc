#pragma once
// Mutants: known bugs, planted to measure the harness. Each wraps or replaces one function of one
// layer in the kernel's table; the engine holds no switch for any. A mutant changes an order or a
// condition, never by chance. The world looks one up by name and gives its table to the kernel.

#include "engine/core/layers.hpp"

#include <span>
#include <string_view>

namespace lastcall::sim {

struct Mutant {
  std::string_view name;
  std::string_view sentence;                   // what it does wrong
  std::span<const std::string_view> expected;  // the invariants that may show it first
  core::LayerTable table;
};

// The mutant called `name`; null if there is none.
[[nodiscard]] const Mutant* find_mutant(std::string_view name);

// All of them, in the order in which they are told.
[[nodiscard]] std::span<const Mutant> all_mutants();

}  // namespace lastcall::sim
