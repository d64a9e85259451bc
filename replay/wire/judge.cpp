#include "replay/wire/judge.hpp"

#include <algorithm>

namespace lastcall::replay::wire {

Findings judge(const Call& call, const Scope& scope) {
  Findings findings;
  judge_answers(call, scope, findings);
  judge_accepts(call, scope, findings);
  judge_ending(call, scope, findings);
  judge_order(call, scope, findings);
  judge_media(call, scope, findings);
  name_races(call, findings);
  std::ranges::stable_sort(findings, {}, &Finding::at_ns);
  return findings;
}

Verdict verdict_of(const Findings& findings) {
  const auto has = [&](Kind kind) {
    return std::ranges::any_of(findings, [&](const Finding& each) { return each.kind == kind; });
  };
  if (has(Kind::kBroken)) return Verdict::kFailed;
  return has(Kind::kOpen) ? Verdict::kOpen : Verdict::kPassed;
}

}  // namespace lastcall::replay::wire
