#pragma once
// Judges a captured call by every rule that can be read off the wire (rules.hpp). Knows nothing of
// the parties but what passed the taps: what the capture ends too early to tell is left open.

#include "replay/wire/finding.hpp"
#include "replay/wire/rules.hpp"

namespace lastcall::replay::wire {

enum class Verdict : std::uint8_t { kPassed, kFailed, kOpen };
[[nodiscard]] constexpr auto names_of(Verdict) {
  return std::array<std::string_view, 3>{"passed", "failed", "open"};
}

// In the order of time.
[[nodiscard]] Findings judge(const Call& call, const Scope& scope);

// Failed if a rule was broken, else open if one could not be judged.
[[nodiscard]] Verdict verdict_of(const Findings& findings);

}  // namespace lastcall::replay::wire
