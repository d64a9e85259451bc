#include "sim/check.hpp"

#include "sim/failure.hpp"
#include "sim/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace lastcall::sim {
namespace {

// What was decided up to some moment, and how much of it the abstraction limits.
struct Decided {
  ChoiceMap choices = {};
  std::uint32_t losses = 0;
  std::uint32_t delays = 0;
  std::uint32_t late_commits = 0;  // of the delays
};

// The answers of one step: those of a prefix, then 0; it keeps what was asked, so that the other
// answers can be tried on copies of the world before the step.
class StepChooser final : public Chooser {
 public:
  struct Answer {
    std::uint32_t value = 0;
    std::uint32_t options = 1;  // how many answers the abstraction has
  };

  // `world`: the one that is asking; `before`: what was decided before this step.
  StepChooser(const CheckOptions& options, const World& world, Decided before,
              std::vector<Answer> prefix)
      : options_(options),
        world_(world),
        decided_(std::move(before)),
        answers_(std::move(prefix)) {}

  [[nodiscard]] std::uint32_t draw(const ChoiceKey& key, std::uint32_t n) override {
    const std::uint32_t value = drawn(key, n);
    if (value != 0) decided_.choices[key] = value;
    return value;
  }
  [[nodiscard]] std::optional<std::size_t> pick(std::span<const core::Ready> ready) override {
    return next({.options = static_cast<std::uint32_t>(ready.size())});
  }
  void overtaken(const ChoiceKey& key, std::uint32_t times) override {
    decided_.choices[key] = times;
  }

  // Once, after the step.
  [[nodiscard]] std::vector<Answer> take_answers() { return std::move(answers_); }
  [[nodiscard]] Decided take_decided() { return std::move(decided_); }

 private:
  std::uint32_t next(Answer asked) {
    if (asked_ == answers_.size()) answers_.push_back(asked);
    return answers_[asked_++].value;
  }

  std::uint32_t drawn(const ChoiceKey& key, std::uint32_t n) {
    switch (key.kind) {
      case ChoiceKind::kLoss: {
        if (decided_.losses >= options_.losses_max) return 0;
        const std::uint32_t lost = next({.options = 2});
        decided_.losses += lost;
        return lost;
      }
      case ChoiceKind::kDelay:
      case ChoiceKind::kLateMedia:
      case ChoiceKind::kLateNotice:
      case ChoiceKind::kLateDisk: {
        const bool is_commit = key.kind == ChoiceKind::kLateDisk;
        if (decided_.delays >= options_.delays_max) return 0;
        if (is_commit && decided_.late_commits >= options_.late_commits_max) return 0;
        const std::uint32_t late = next({.options = 2});
        decided_.delays += late;
        if (is_commit) decided_.late_commits += late;
        return late == 0 ? 0 : past_next_timer(key.kind, n);
      }
      default:
        return 0;
    }
  }

  // The shortest delay of its table that ends behind the next timer, or the longest.
  [[nodiscard]] std::uint32_t past_next_timer(ChoiceKind kind, std::uint32_t n) const {
    const Duration wait = world_.next_timer() - world_.now();
    std::span<const Duration> table = delays::kConfirm;
    if (kind == ChoiceKind::kDelay) table = delays::kFlight;
    if (kind == ChoiceKind::kLateDisk) table = delays::kDisk;
    const auto it = std::ranges::upper_bound(table, wait);
    const auto index = static_cast<std::uint32_t>(it - table.begin());
    return std::min({index, static_cast<std::uint32_t>(table.size() - 1), n - 1});
  }

  const CheckOptions& options_;
  const World& world_;
  Decided decided_;
  std::vector<Answer> answers_;
  std::size_t asked_ = 0;
};

// A world on the way.
struct Branch {
  Play play;
  Decided decided = {};
};

// What lies below a state: how many interleavings, and how many decisions the longest has.
struct Below {
  double interleavings = 0;
  std::uint64_t depth = 0;

  void add(std::uint64_t decisions, const Below& other) {
    interleavings += other.interleavings;
    depth = std::max(depth, decisions + other.depth);
  }
};

class Checker {
 public:
  Checker(const Scenario& scenario, const Setup& setup, const CheckOptions& options)
      : scenario_(scenario), setup_(setup), options_(options) {
    report_.scenario = scenario.name;
    report_.abstraction = abstraction();
  }

  CheckReport run() {
    Fifo nobody;
    Branch root{.play = Play(scenario_, setup_, nobody)};
    (void)root.play.advance_to_races();
    root.play.keep_past();
    complete_ = true;
    const Below all = walk(std::move(root));
    report_.interleavings = all.interleavings;
    report_.depth = all.depth;
    report_.exhausted = complete_;
    return std::move(report_);
  }

 private:
  using Answer = StepChooser::Answer;
  struct KnownKey {
    StateKey state;
    std::uint32_t losses_left = 0;
    std::uint32_t delays_left = 0;
    std::uint32_t late_commits_left = 0;
    bool operator==(const KnownKey&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const KnownKey& key) const { return key.state.low; }  // is a hash
  };

  [[nodiscard]] std::string abstraction() const {
    const std::string delays =
        options_.delays_max == kAnyValue
            ? "every delay either none or past the next timer"
            : fmt::format("at most {} delay{} past the next timer, others none",
                          options_.delays_max, options_.delays_max == 1 ? "" : "s");
    const std::string commits =
        options_.late_commits_max == kAnyValue
            ? ""
            : fmt::format(" at most {} late commit{},", options_.late_commits_max,
                          options_.late_commits_max == 1 ? "" : "s");
    return fmt::format("all orders with {} turns, {},{} at most {} loss{}, {} frames a leg",
                       name(setup_.turns), delays, commits, options_.losses_max,
                       options_.losses_max == 1 ? "" : "es", World::kFramesInRaces);
  }

  // A state is looked up where a decision has led to it, so that a known one costs nothing more,
  // and again where the next one is asked for: what is forced may lead from several to one.
  Below walk(Branch branch) {
    const KnownKey here = key_of(branch);
    if (const Below* known = find(here)) return *known;
    Branch first = branch;
    std::vector<Answer> answers;
    std::uint64_t forced = 0;
    bool goes_on = take_step(first, answers);
    for (; goes_on && answers.empty(); goes_on = take_step(first, answers)) ++forced;
    report_.steps += forced + 1;
    if (answers.empty()) return end(std::move(first));
    for (; forced > 0; --forced) {
      std::vector<Answer> none;
      (void)take_step(branch, none);
    }
    const KnownKey asking = key_of(branch);
    if (const Below* known = find(asking)) return remember(here, *known);
    Below below;
    below.add(answers.size(), follow(std::move(first), goes_on));
    while (next_answers(answers) && may_go_on()) {
      Branch next = branch;
      goes_on = take_step(next, answers);
      ++report_.steps;
      below.add(answers.size(), follow(std::move(next), goes_on));
    }
    ++report_.states;
    options_.on_progress(
        {report_.states, options_.states_max, report_.failures.size(), scenario_.name});
    remember(here, below);
    return remember(asking, below);
  }

  const Below* find(const KnownKey& key) const {
    const auto it = known_.find(key);
    return it == known_.end() ? nullptr : &it->second;
  }
  Below remember(const KnownKey& key, const Below& below) {
    if (options_.knows_states) known_.emplace(key, below);
    return below;
  }

  Below follow(Branch branch, bool goes_on) {
    if (!may_go_on()) return {};
    return goes_on ? walk(std::move(branch)) : end(std::move(branch));
  }

  // One step, with these answers first; they become all that were given. False when nothing is left
  // to happen.
  bool take_step(Branch& branch, std::vector<Answer>& answers) {
    StepChooser chooser(options_, branch.play.world(), std::move(branch.decided),
                        std::move(answers));
    branch.play.decide_by(chooser);
    const bool goes_on = branch.play.advance();
    answers = chooser.take_answers();
    branch.decided = chooser.take_decided();
    for (const Finding& finding : branch.play.findings()) report(finding, branch.decided.choices);
    return goes_on;
  }

  // The next combination of answers, the last decision first; false after the last one.
  static bool next_answers(std::vector<Answer>& answers) {
    while (!answers.empty() && answers.back().value + 1 >= answers.back().options) {
      answers.pop_back();
    }
    if (answers.empty()) return false;
    ++answers.back().value;
    return true;
  }

  // The end of one interleaving.
  Below end(Branch branch) {
    const RunResult result = std::move(branch.play).finish();
    for (const Finding& finding : result.findings) report(finding, branch.decided.choices);
    return {.interleavings = 1};
  }

  void report(const Finding& finding, const ChoiceMap& choices) {
    if (!origins_.insert(finding.origin).second) return;
    const Subject subject{scenario_, setup_, options_.runner};
    Failure failure = make_failure(subject, choices, finding, kShrinkRuns);
    failure.found_by = Strategy::kExhaustive;
    failure.found_after = report_.steps;
    report_.failures.push_back(std::move(failure));
  }

  // What the future depends on: the state, and how many losses and delays of which kind may still
  // come.
  [[nodiscard]] KnownKey key_of(const Branch& branch) const {
    const auto left = [](std::uint32_t most, std::uint32_t had) {
      return most == kAnyValue ? kAnyValue : most - had;
    };
    return {branch.play.key(), left(options_.losses_max, branch.decided.losses),
            left(options_.delays_max, branch.decided.delays),
            left(options_.late_commits_max, branch.decided.late_commits)};
  }

  bool may_go_on() {
    if (report_.states >= options_.states_max || !options_.keep_going()) complete_ = false;
    return complete_;
  }

  static constexpr std::uint64_t kShrinkRuns = 2'000;

  const Scenario& scenario_;
  const Setup& setup_;
  const CheckOptions& options_;
  std::unordered_map<KnownKey, Below, KeyHash> known_;
  std::set<std::string> origins_;
  bool complete_ = false;
  CheckReport report_;
};

}  // namespace

CheckReport check(const Scenario& scenario, const Setup& setup, const CheckOptions& options) {
  return Checker(scenario, setup, options).run();
}

}  // namespace lastcall::sim
