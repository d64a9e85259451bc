#include "sim/search.hpp"

#include "sim/failure.hpp"
#include "sim/repeat.hpp"
#include "sim/strategies/choosers.hpp"
#include "sim/strategies/novelty.hpp"
#include "sim/strategies/samplers.hpp"

#include <algorithm>
#include <map>

namespace lastcall::sim {
namespace {

// Postponed items in the first part of a portfolio: what is exhausted for every scenario.
constexpr std::uint32_t kDelayDepth = 2;
// One of so many random runs is made twice, to see that it repeats.
constexpr std::uint64_t kDoubleRunEvery = 64;

Bound everything() {
  Bound bound{.total_max = kAnyValue, .faults_max = kAnyValue};
  bound.kinds.fill({.count_max = kAnyValue, .value_max = kAnyValue});
  bound.of(ChoiceKind::kPostpone).value_max = kPostponedNear;
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
  std::uint64_t chance_runs = 0;
  std::optional<std::uint32_t> conflicts = {};  // conflicting steps in the default order
  Novelty novelty;

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
      hunts_.push_back({.scenario = each,
                        .report = {.name = each.name},
                        .delays = Enumeration(bound),
                        .novelty = Novelty(options.seed)});
      for (const Meeting& meeting : each.meets) {
        hunts_.back().report.meetings.push_back({.text = meeting.text});
      }
    }
  }

  FuzzReport run() {
    const bool enumerates =
        options_.strategy == Strategy::kDelay || options_.strategy == Strategy::kExhaustive;
    if (enumerates) {
      enumerate(options_.runs);
    } else {
      // In a portfolio at least half of the runs are left to chance.
      if (options_.strategy == Strategy::kPortfolio) enumerate(options_.runs / 2);
      gamble();
    }
    for (Hunt& hunt : hunts_) report_.scenarios.push_back(std::move(hunt.report));
    for (const ArmReport& arm : arms_) {
      if (arm.runs > 0) report_.arms.push_back(arm);
    }
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
        const RunResult result = make(hunt, recorder, Strategy::kDelay);
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
        gamble_once(hunt);
      }
    }
  }

  void gamble_once(Hunt& hunt) {
    const std::uint64_t nth = hunt.chance_runs++;
    const bool shares =
        options_.strategy == Strategy::kPortfolio || options_.strategy == Strategy::kChance;
    const Strategy arm = shares ? arm_of(nth) : options_.strategy;
    const auto chooser = chooser_of(hunt, arm, options_.seed + nth);
    Recorder recorder(*chooser);
    const RunResult result = make(hunt, recorder, arm);
    if (nth % kDoubleRunEvery == 0 && result.findings.empty()) {
      compare(hunt, result, recorder.choices());
    }
    if (shares || arm == Strategy::kNovelty) hunt.novelty.learn(recorder.choices(), result);
    judge(hunt, result, recorder.choices(), arm);
  }

  std::unique_ptr<Chooser> chooser_of(Hunt& hunt, Strategy arm, std::uint64_t seed) {
    if (arm == Strategy::kNovelty) return std::make_unique<Recorded>(hunt.novelty.next());
    if (arm == Strategy::kPct && !hunt.conflicts) hunt.conflicts = count_conflicts(hunt);
    return make_chooser(arm, seed, hunt.conflicts.value_or(0));
  }

  [[nodiscard]] std::uint32_t count_conflicts(const Hunt& hunt) const {
    ConflictCounter counter;
    (void)options_.runner(hunt.scenario, setup_, counter);
    return counter.steps();
  }

  ArmReport& report_of(Strategy arm) {
    ArmReport& report = arms_[static_cast<std::size_t>(arm)];
    report.arm = arm;
    return report;
  }

  RunResult make(Hunt& hunt, Chooser& chooser, Strategy arm) {
    ++report_.runs;
    ++report_of(arm).runs;
    ++hunt.report.runs;
    if (hunt.report.verdict == Outcome::kNotRun) hunt.report.verdict = Outcome::kPassed;
    RunResult result = options_.runner(hunt.scenario, setup_, chooser);
    look_for_meetings(hunt, result.trace);
    report_.probes.see(result);
    options_.on_progress(
        {report_.runs, options_.runs, report_.failures.size(), hunt.scenario.name});
    return result;
  }

  static void look_for_meetings(Hunt& hunt, const Trace& trace) {
    for (std::size_t i = 0; i < hunt.report.meetings.size(); ++i) {
      Met& met = hunt.report.meetings[i];
      if (met.after == 0 && has(trace, hunt.scenario.meets[i].crossing)) {
        met.after = hunt.report.runs;
      }
    }
  }

  void compare(const Hunt& hunt, const RunResult& result, const ChoiceMap& choices) {
    ++report_.runs_again;
    std::optional<std::string> differs;
    if (options_.again) {
      differs = options_.again(hunt.scenario, setup_, choices, result);
    } else {
      Recorded recorded(choices);
      differs = difference(result, options_.runner(hunt.scenario, setup_, recorded));
    }
    if (!differs) return;
    report_.repeatable = false;
    if (!report_.difference.empty()) return;
    report_.difference = hunt.scenario.name + ", token " + to_token(choices) + ": " + *differs;
  }

  void judge(Hunt& hunt, const RunResult& result, const ChoiceMap& choices, Strategy by) {
    if (result.findings.empty()) return;
    compare(hunt, result, choices);
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
    failure.seed = by == Strategy::kDelay ? options_.seed : options_.seed + hunt.chance_runs - 1;
    if (!failure.repeats) report_.repeatable = false;
    keep(hunt, std::move(failure));
  }

  // A failure that shows more replaces the one of its kind.
  void keep(Hunt& hunt, Failure failure) {
    const auto [place, is_new] =
        hunt.failures.try_emplace(kind_of(failure.finding), report_.failures.size());
    if (is_new) {
      ++report_of(failure.found_by).first_finds;
      report_.failures.push_back(std::move(failure));
    } else {
      report_.failures[place->second] = std::move(failure);
    }
  }

  const Setup& setup_;
  const FuzzOptions& options_;
  std::vector<Hunt> hunts_;
  std::array<ArmReport, kEnumSize<Strategy>> arms_{};
  FuzzReport report_;
};

}  // namespace

const Met* never_met(const FuzzReport& report) {
  for (const ScenarioReport& scenario : report.scenarios) {
    if (scenario.runs < kMeetingRuns) continue;
    const auto it = std::ranges::find(scenario.meetings, std::uint64_t{0}, &Met::after);
    if (it != scenario.meetings.end()) return &*it;
  }
  return nullptr;
}

FuzzReport fuzz(std::span<const Scenario> scenarios, const Setup& setup,
                const FuzzOptions& options) {
  return Fuzzer(scenarios, setup, options).run();
}

}  // namespace lastcall::sim
