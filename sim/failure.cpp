#include "sim/failure.hpp"

#include "sim/mutants/mutants.hpp"
#include "sim/story.hpp"
#include "sim/strategies/choosers.hpp"

#include <algorithm>
#include <set>

namespace lastcall::sim {
namespace {

// Runs looked at to see whether a failure needs interleaved turns.
constexpr int kDrainedRunsMax = 300;

bool is_expected(const Subject& subject, const std::string& invariant) {
  const Setup& setup = subject.setup;
  const std::string_view under = setup.mutant.empty() ? name(setup.rules) : setup.mutant;
  for (const Verdict& verdict : subject.scenario.verdicts) {
    if (verdict.under == under && !verdict.holds &&
        std::ranges::count(verdict.invariants, invariant))
      return true;
  }
  const Mutant* mutant = find_mutant(setup.mutant);
  return mutant != nullptr && std::ranges::count(mutant->expected, invariant) != 0;
}

// Whether it also fails when turns are drained: with the same choices, or one postponed item.
bool fails_drained(const Subject& subject, const ChoiceMap& choices, const std::string& origin) {
  Setup drained = subject.setup;
  drained.turns = core::Turns::kDrained;
  Recorded same(choices);
  if (find_origin(subject.runner(subject.scenario, drained, same), origin) != nullptr) return true;
  Enumeration others(postponed_at_most(1));
  for (int runs = 0; runs < kDrainedRunsMax; ++runs) {
    const auto map = others.next();
    if (!map) return false;
    Recorded recorded(*map);
    Recorder recorder(recorded);
    if (find_origin(subject.runner(subject.scenario, drained, recorder), origin) != nullptr) {
      return true;
    }
    others.learn(recorder.asked());
  }
  return false;
}

}  // namespace

const Finding& main_finding(const Subject& subject, const RunResult& run) {
  const auto it = std::ranges::find_if(
      run.findings, [&](const Finding& each) { return is_expected(subject, each.invariant); });
  return it != run.findings.end() ? *it : run.findings.front();
}

Failure make_failure(const Subject& subject, const ChoiceMap& choices, const Finding& finding,
                     std::uint64_t shrink_runs) {
  const Attempt attempt = [&](Chooser& chooser) {
    return subject.runner(subject.scenario, subject.setup, chooser);
  };
  Shrunk shrunk{.choices = choices};
  Recorded first_again(choices);
  shrunk.run = attempt(first_again);
  Failure failure;
  failure.scenario = subject.scenario.name;
  failure.repeats = find_origin(shrunk.run, finding.origin) != nullptr;
  if (failure.repeats && shrink_runs > 0) {
    shrunk = shrink(choices, finding.origin, attempt, shrink_runs);
  }
  const Finding* same = find_origin(shrunk.run, finding.origin);
  failure.finding = same != nullptr ? *same : finding;
  failure.choices = shrunk.choices;
  failure.shrink_runs = shrunk.runs;
  Recorded again(failure.choices);
  failure.repeats = failure.repeats && attempt(again).hash == shrunk.run.hash;
  if (failure.repeats) {
    failure.why = explain(failure.choices, shrunk.run, finding.origin, attempt);
  }
  failure.when_drained = fails_drained(subject, failure.choices, finding.origin);

  std::set<std::string> others;
  for (const Bystander& other : shrunk.others) others.insert(other.finding.origin);
  failure.others.assign(others.begin(), others.end());
  failure.story_size = story(shrunk.run, failure.finding).size();
  failure.run = std::move(shrunk.run);
  return failure;
}

}  // namespace lastcall::sim
