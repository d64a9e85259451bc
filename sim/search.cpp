#include "sim/search.hpp"

#include "sim/failure.hpp"
#include "sim/strategies/choosers.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace lastcall::sim {
namespace {

// Postponed items in the first part of a portfolio: what is exhausted for every scenario.
constexpr std::uint32_t kDelayDepth = 2;
// One of so many random runs is made twice, to see that it repeats.
constexpr std::uint64_t kDoubleRunEvery = 64;

Bound everything() {
  Bound bound{.total_max = kAnyValue, .faults_max = kAnyValue};
  bound.kinds.fill({.count_max = kAnyValue, .value_max = kAnyValue});
  return bound;
}

// What makes two failures one: behind ':' an origin tells particulars, such as who saw it.
std::string kind_of(const Finding& finding) {
  return finding.origin.substr(0, finding.origin.find(':'));
}

// How many saw it.
std::size_t witnesses(const Finding& finding) { return finding.entries.size(); }

// The search of one scenario.
struct Hunt {
  const Scenario& scenario;
  ScenarioReport report;
  Enumeration delays;
  std::map<std::string, std::size_t> failures = {};  // kind of failure: its place in the report
  std::uint64_t failed_at = 0;                       // the run that failed first
  std::uint64_t random_runs = 0;

  [[nodiscard]] bool over(const FuzzOptions& options) const {
    return failures.size() >= options.failures_max &&
           report.runs >= failed_at + options.runs_after_failure;
  }
};

class Fuzzer {
 public:
  Fuzzer(std::span<const Scenario> scenarios, const Setup& setup, const FuzzOptions& options)
      : setup_(setup), options_(options) {
    const bool all = options.strategy == Strategy::kExhaustive;
    const Bound bound = all ? everything() : postponed_at_most(kDelayDepth);
    for (const Scenario& each : scenarios) {
      hunts_.push_back({each, {.name = each.name}, Enumeration(bound)});
    }
  }

  FuzzReport run() {
    if (options_.strategy != Strategy::kRandom) {
      // In a portfolio at least half of the runs are left to chance.
      const bool alone = options_.strategy != Strategy::kPortfolio;
      enumerate(alone ? options_.runs : options_.runs / 2);
    }
    if (options_.strategy == Strategy::kPortfolio || options_.strategy == Strategy::kRandom) {
      gamble();
    }
    for (Hunt& hunt : hunts_) report_.scenarios.push_back(std::move(hunt.report));
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool spent() const {
    return report_.runs >= options_.runs || !options_.keep_going();
  }

  // Round robin, so that a short search has seen a little of everything.
  void enumerate(std::uint64_t runs_max) {
    bool any = true;
    while (any) {
      any = false;
      for (Hunt& hunt : hunts_) {
        if (hunt.over(options_) || hunt.report.delays_exhausted) continue;
        if (report_.runs >= runs_max || spent()) return;
        const auto map = hunt.delays.next();
        hunt.report.delays_exhausted = !map;
        if (!map) continue;
        any = true;
        Recorded recorded(*map);
        Recorder recorder(recorded);
        const RunResult result = make(hunt, recorder);
        hunt.delays.learn(recorder.asked());
        judge(hunt, result, recorder.choices(), Strategy::kDelay);
      }
    }
  }

  void gamble() {
    bool any = true;
    while (any) {
      any = false;
      for (Hunt& hunt : hunts_) {
        if (hunt.over(options_)) continue;
        if (spent()) return;
        any = true;
        Random random(options_.seed + hunt.random_runs++);
        Recorder recorder(random);
        const RunResult result = make(hunt, recorder);
        if (hunt.random_runs % kDoubleRunEvery == 0) compare(hunt, result, recorder.choices());
        judge(hunt, result, recorder.choices(), Strategy::kRandom);
      }
    }
  }

  RunResult make(Hunt& hunt, Chooser& chooser) {
    ++report_.runs;
    ++hunt.report.runs;
    if (hunt.report.verdict == Outcome::kNotRun) hunt.report.verdict = Outcome::kPassed;
    RunResult result = options_.runner(hunt.scenario, setup_, chooser);
    options_.on_progress(
        {report_.runs, options_.runs, report_.failures.size(), hunt.scenario.name});
    return result;
  }

  void compare(const Hunt& hunt, const RunResult& result, const ChoiceMap& choices) {
    Recorded again(choices);
    if (options_.runner(hunt.scenario, setup_, again).hash != result.hash) {
      report_.repeatable = false;
    }
  }

  void judge(Hunt& hunt, const RunResult& result, const ChoiceMap& choices, Strategy by) {
    if (result.findings.empty()) return;
    hunt.report.verdict = Outcome::kFailed;
    if (hunt.failed_at == 0) hunt.failed_at = hunt.report.runs;
    const Subject subject{hunt.scenario, setup_, options_.runner};
    const Finding& finding = main_finding(subject, result);
    const auto known = hunt.failures.find(kind_of(finding));
    if (known == hunt.failures.end() && hunt.failures.size() >= options_.failures_max) return;
    if (known != hunt.failures.end() &&
        witnesses(finding) <= witnesses(report_.failures[known->second].finding)) {
      return;
    }
    Failure failure = make_failure(subject, choices, finding, options_.shrink_runs);
    failure.found_by = by;
    failure.found_after = hunt.report.runs;
    failure.seed = by == Strategy::kRandom ? options_.seed + hunt.random_runs - 1 : options_.seed;
    if (!failure.repeats) report_.repeatable = false;
    keep(hunt, std::move(failure));
  }

  // A failure that shows more replaces the one of its kind.
  void keep(Hunt& hunt, Failure failure) {
    const auto [place, is_new] =
        hunt.failures.try_emplace(kind_of(failure.finding), report_.failures.size());
    if (is_new)
      report_.failures.push_back(std::move(failure));
    else
      report_.failures[place->second] = std::move(failure);
  }

  const Setup& setup_;
  const FuzzOptions& options_;
  std::vector<Hunt> hunts_;
  FuzzReport report_;
};

}  // namespace

FuzzReport fuzz(std::span<const Scenario> scenarios, const Setup& setup,
                const FuzzOptions& options) {
  return Fuzzer(scenarios, setup, options).run();
}

Bound default_bound(std::uint32_t depth) {
  Bound bound = postponed_at_most(depth);
  for (std::size_t i = 0; i < bound.kinds.size(); ++i) {
    const auto kind = static_cast<ChoiceKind>(i);
    if (kind != ChoiceKind::kPostpone) bound.of(kind) = {.count_max = 1, .value_max = kAnyValue};
  }
  bound.faults_max = 1;
  return bound;
}

CheckReport check(const Scenario& scenario, const Setup& setup, const CheckOptions& options) {
  CheckReport report{.scenario = scenario.name, .bound = to_text(options.bound)};
  const Subject subject{scenario, setup, options.runner};
  Enumeration enumeration(options.bound);
  std::set<std::string> origins;
  while (report.interleavings < options.runs_max && options.keep_going()) {
    const auto map = enumeration.next();
    report.exhausted = !map;
    if (!map) break;
    Recorded recorded(*map);
    Recorder recorder(recorded);
    const RunResult result = options.runner(scenario, setup, recorder);
    ++report.interleavings;
    enumeration.learn(recorder.asked());
    for (const Finding& finding : result.findings) {
      if (!origins.insert(finding.origin).second) continue;
      Failure failure = make_failure(subject, recorder.choices(), finding, 0);
      failure.found_by = Strategy::kExhaustive;
      failure.found_after = report.interleavings;
      report.failures.push_back(std::move(failure));
    }
    options.on_progress(
        {report.interleavings, options.runs_max, report.failures.size(), scenario.name});
  }
  return report;
}

}  // namespace lastcall::sim
