#include "sim/check.hpp"

#include "sim/failure.hpp"
#include "sim/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace lastcall::sim {
namespace {

// The answers of one step: those of a prefix, then 0; it keeps what was asked, so that the other
// answers can be tried on copies of the world before the step.
class StepChooser final : public Chooser {
 public:
  struct Answer {
    std::uint32_t value = 0;
    std::uint32_t options = 1;  // how many answers the abstraction has
  };

  StepChooser(const CheckOptions& options, std::vector<Answer> prefix)
      : options_(options), answers_(std::move(prefix)) {}

  // `world`: the one that is asking; `losses`, `delays`: how many there were before this step.
  void begin(const World& world, std::uint32_t losses, std::uint32_t delays, ChoiceMap choices) {
    world_ = &world;
    losses_ = losses;
    delays_ = delays;
    choices_ = std::move(choices);
  }

  [[nodiscard]] std::uint32_t draw(const ChoiceKey& key, std::uint32_t n) override {
    const std::uint32_t value = drawn(key, n);
    if (value != 0) choices_[key] = value;
    return value;
  }
  [[nodiscard]] std::optional<std::size_t> pick(std::span<const core::Ready> ready) override {
    return next({.options = static_cast<std::uint32_t>(ready.size())});
  }
  void overtaken(const ChoiceKey& key, std::uint32_t times) override { choices_[key] = times; }

  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }
  [[nodiscard]] std::uint32_t losses() const { return losses_; }
  [[nodiscard]] std::uint32_t delays() const { return delays_; }
  [[nodiscard]] const ChoiceMap& choices() const { return choices_; }

 private:
  std::uint32_t next(Answer asked) {
    if (asked_ == answers_.size()) answers_.push_back(asked);
    return answers_[asked_++].value;
  }

  std::uint32_t drawn(const ChoiceKey& key, std::uint32_t n) {
    switch (key.kind) {
      case ChoiceKind::kLoss: {
        if (losses_ >= options_.losses_max) return 0;
        const std::uint32_t lost = next({.options = 2});
        losses_ += lost;
        return lost;
      }
      case ChoiceKind::kDelay:
      case ChoiceKind::kLateMedia:
      case ChoiceKind::kLateNotice:
      case ChoiceKind::kLateDisk: {
        if (delays_ >= options_.delays_max) return 0;
        const std::uint32_t late = next({.options = 2});
        delays_ += late;
        return late == 0 ? 0 : past_next_timer(key.kind, n);
      }
      default:
        return 0;
    }
  }

  // The shortest delay of its table that ends behind the next timer, or the longest.
  [[nodiscard]] std::uint32_t past_next_timer(ChoiceKind kind, std::uint32_t n) const {
    const Duration wait = world_->next_timer() - world_->now();
    std::span<const Duration> table = delays::kConfirm;
    if (kind == ChoiceKind::kDelay) table = delays::kFlight;
    if (kind == ChoiceKind::kLateDisk) table = delays::kDisk;
    const auto it = std::ranges::upper_bound(table, wait);
    const auto index = static_cast<std::uint32_t>(it - table.begin());
    return std::min({index, static_cast<std::uint32_t>(table.size() - 1), n - 1});
  }

  const CheckOptions& options_;
  std::vector<Answer> answers_;
  std::size_t asked_ = 0;
  const World* world_ = nullptr;
  std::uint32_t losses_ = 0;
  std::uint32_t delays_ = 0;
  ChoiceMap choices_;
};

// A world on the way, and what was decided up to here.
struct Branch {
  Play play;
  ChoiceMap choices;
  std::uint32_t losses = 0;
  std::uint32_t delays = 0;
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

// A branch after one step; whether anything is left to happen.
struct Stepped {
  Branch after;
  bool goes_on = false;
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
    Branch root{.play = Play(scenario_, setup_, nobody), .choices = {}};
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
  using KnownKey = std::tuple<StateKey, std::uint32_t, std::uint32_t>;

  [[nodiscard]] std::string abstraction() const {
    const std::string delays =
        options_.delays_max == kAnyValue
            ? "every delay either none or past the next timer"
            : fmt::format("at most {} delay{} past the next timer, others none",
                          options_.delays_max, options_.delays_max == 1 ? "" : "s");
    return fmt::format("all orders with {} turns, {}, at most {} loss{}, {} frames a leg",
                       name(setup_.turns), delays, options_.losses_max,
                       options_.losses_max == 1 ? "" : "es", World::kFramesInRaces);
  }

  // Only where something is asked is the state looked up: what is forced leads from one such state
  // to the next.
  Below walk(Branch branch) {
    std::vector<Answer> answers;
    Stepped step = take_step(branch, answers);
    while (answers.empty() && step.goes_on) {
      branch = std::move(step.after);
      step = take_step(branch, answers);
    }
    if (answers.empty()) return end(std::move(step.after));
    const KnownKey key = key_of(branch);
    if (const auto known = known_.find(key); options_.knows_states && known != known_.end()) {
      return known->second;
    }
    Below below;
    below.add(answers.size(), follow(std::move(step)));
    while (next_answers(answers) && goes_on()) {
      step = take_step(branch, answers);
      below.add(answers.size(), follow(std::move(step)));
    }
    if (options_.knows_states) known_.emplace(key, below);
    ++report_.states;
    options_.on_progress(
        {report_.states, options_.states_max, report_.failures.size(), scenario_.name});
    return below;
  }

  Below follow(Stepped step) {
    if (!goes_on()) return {};
    return step.goes_on ? walk(std::move(step.after)) : end(std::move(step.after));
  }

  // One step of a copy, with these answers first; they become all that were given.
  Stepped take_step(const Branch& before, std::vector<Answer>& answers) {
    StepChooser chooser(options_, answers);
    Stepped step{.after = before};
    Branch& after = step.after;
    chooser.begin(after.play.world(), before.losses, before.delays, before.choices);
    after.play.decide_by(chooser);
    ++report_.steps;
    step.goes_on = after.play.advance();
    answers = chooser.answers();
    after.choices = chooser.choices();
    after.losses = chooser.losses();
    after.delays = chooser.delays();
    return step;
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
    for (const Finding& finding : result.findings) {
      if (!origins_.insert(finding.origin).second) continue;
      const Subject subject{scenario_, setup_, options_.runner};
      Failure failure = make_failure(subject, branch.choices, finding, kShrinkRuns);
      failure.found_by = Strategy::kExhaustive;
      failure.found_after = report_.steps;
      report_.failures.push_back(std::move(failure));
    }
    return {.interleavings = 1};
  }

  // What the future depends on: the state, and how many losses and delays may still come.
  [[nodiscard]] KnownKey key_of(const Branch& branch) const {
    const auto left = [](std::uint32_t most, std::uint32_t had) {
      return most == kAnyValue ? kAnyValue : most - had;
    };
    return {branch.play.key(), left(options_.losses_max, branch.losses),
            left(options_.delays_max, branch.delays)};
  }

  bool goes_on() {
    if (report_.states >= options_.states_max || !options_.keep_going()) complete_ = false;
    return complete_;
  }

  static constexpr std::uint64_t kShrinkRuns = 2'000;

  const Scenario& scenario_;
  const Setup& setup_;
  const CheckOptions& options_;
  std::map<KnownKey, Below> known_;
  std::set<std::string> origins_;
  bool complete_ = false;
  CheckReport report_;
};

}  // namespace

CheckReport check(const Scenario& scenario, const Setup& setup, const CheckOptions& options) {
  return Checker(scenario, setup, options).run();
}

}  // namespace lastcall::sim
