#pragma once
// Explain: why a shrunk run fails. Which of its choices must hold and how far they are free, how
// many must hold (the bug's depth), and the one swap: the pair of things whose order separates the
// failing run from the passing one that is nearest to it. Pure; works by making runs.

#include "sim/shrink.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lastcall::sim {

struct ChoiceNote {
  ChoiceKey key;
  std::uint32_t value = 0;
  bool must_hold = true;  // at 0 the run does not fail in this way
  bool is_free = false;   // any other value but 0 that was tried fails in the same way
};

struct Explanation {
  std::vector<ChoiceNote> choices;
  std::uint32_t depth = 0;  // how many choices must hold
  std::string swap;         // a sentence; empty if it fails in the default order
  std::uint64_t runs = 0;
};

// REQUIRES: `failing` is the run of `choices` and fails with `origin`.
[[nodiscard]] Explanation explain(const ChoiceMap& choices, const RunResult& failing,
                                  const std::string& origin, const Attempt& attempt);

}  // namespace lastcall::sim
