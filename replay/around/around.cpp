#include "replay/around/around.hpp"

#include "engine/base/hash.hpp"
#include "replay/around/delays.hpp"
#include "replay/words.hpp"
#include "sim/agenda.hpp"
#include "sim/choice_text.hpp"
#include "sim/decisions.hpp"
#include "sim/failure.hpp"
#include "sim/strategies/choosers.hpp"
#include "sim/strategies/exhaustive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>
#include <utility>
#include <variant>

namespace lastcall::replay::around {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

// A window of longer delays is measured in milliseconds, of shorter ones in microseconds. What is
// tried beyond the delay of the failure: so many steps; and how many delays are looked at before
// the edges between them are halved.
constexpr Duration kShort = 20ms;
constexpr Duration kBeyond = 200ms;
constexpr std::int64_t kLooksMax = 400;

// What may be otherwise in a call that is near: order, delays, losses, repeats. Crashes, partitions
// and the like are other stories, for `lastcall fuzz`.
sim::Bound one_change() {
  using enum sim::ChoiceKind;
  sim::Bound bound{.total_max = 1, .faults_max = 1};
  for (const sim::ChoiceKind kind : {kPostpone, kDelay, kLoss, kDuplicate, kLateTimer, kLateMedia,
                                     kLateNotice, kLateDisk, kLateAct}) {
    bound.of(kind) = {.count_max = 1, .value_max = sim::kAnyValue};
  }
  bound.of(kPostpone).value_max = sim::kPostponedNear;
  return bound;
}

// How many of `a` stand in `b` in the same order: the longest common subsequence.
std::size_t common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (const std::string& each : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = each == b[j - 1] ? diagonal + 1 : std::max(row[j], row[j - 1]);
      diagonal = above;
    }
  }
  return row.back();
}

// Labels of the messages of one seat: each text once, and no 100, which says nothing to it.
class Labels {
 public:
  void add(std::string_view mark, const std::string& bytes) {
    const std::string label = arrow_label(bytes);
    if (label.starts_with("100 ") || !seen_.insert(bytes).second) return;
    labels_.push_back(fmt::format("{} {}", mark, label));
  }
  [[nodiscard]] std::vector<std::string> take() && { return std::move(labels_); }

 private:
  std::set<std::string> seen_;
  std::vector<std::string> labels_;
};

std::vector<std::string> labels_of(const sim::RunResult& run) {
  Labels labels;
  for (const sim::TraceEntry& each : run.trace) {
    const auto* sent = std::get_if<sim::DatagramSent>(&each.what);
    const auto* arrived = std::get_if<sim::DatagramArrived>(&each.what);
    if (sent != nullptr && sent->from == sim::kEngineIndex) labels.add(">", sent->bytes);
    if (arrived != nullptr && arrived->to == sim::kEngineIndex) labels.add("<", arrived->bytes);
  }
  return std::move(labels).take();
}

std::string actor_name(const sim::Scenario& scenario, sim::ActorKind kind) {
  return std::ranges::find(scenario.actors, kind, &sim::Actor::kind)->name;
}

// The n-th act of the engine's user, in words: "hangs up".
std::string act_of(const sim::Scenario& scenario, std::uint32_t nth) {
  static const std::map<sim::Verb, std::string_view> kNouns{
      {sim::Verb::kCalls, "call"},      {sim::Verb::kAnswers, "answer"},
      {sim::Verb::kRejects, "refusal"}, {sim::Verb::kHangsUp, "hanging up"},
      {sim::Verb::kHolds, "hold"},      {sim::Verb::kResumes, "resuming"}};
  const std::string ours = actor_name(scenario, sim::ActorKind::kEngine);
  for (const sim::Action& each : scenario.races.front().actions) {
    if (each.actor != ours || nth-- != 0) continue;
    const auto it = kNouns.find(each.verb);
    return it == kNouns.end() ? "act" : std::string{it->second};
  }
  return "act";
}

class Search {
 public:
  Search(const CapturedScenario& captured, const sim::Setup& setup, const AroundOptions& options)
      : setup_(setup), options_(options), report_{.scenario = captured.scenario} {}

  AroundReport run(const std::vector<std::string>& messages) {
    sim::Fifo unchanged;
    const sim::RunResult base = sim::run(report_.scenario, setup_, unchanged);
    report_.captured = messages.size();
    report_.alike = common(messages, labels_of(base));
    report_.scenario.flights = delays_near(report_.scenario, base);
    try_singles();
    if (!report_.failure && report_.singles_done) try_pairs();
    if (report_.failure) measure();
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool spent() const {
    return report_.runs >= options_.runs || !options_.keep_going();
  }

  // The unchanged call, then all with one change.
  void try_singles() {
    sim::Enumeration changes{one_change()};
    while (!spent() && !report_.failure) {
      const auto map = changes.next();
      report_.singles_done = !map;
      if (!map) return;
      changes.learn(try_one(*map));
      for (const auto& [key, value] : *map) values_[key].push_back(value);
    }
  }

  // Two changes at once: there are too many for all of them, so they are drawn, every item as
  // likely as any other.
  void try_pairs() {
    std::vector<sim::ChoiceKey> keys;
    for (const auto& [key, values] : values_) keys.push_back(key);
    if (keys.size() < 2) return;
    for (std::uint64_t nth = 0; !spent() && !report_.failure; ++nth) {
      const auto drawn = [&](std::string_view what, std::size_t n) {
        return hash_of(options_.seed, what, nth) % n;
      };
      const sim::ChoiceKey& first = keys[drawn("first", keys.size())];
      const sim::ChoiceKey& second = keys[drawn("second", keys.size())];
      const auto& one = values_[first];
      const auto& other = values_[second];
      (void)try_one(
          {{first, one[drawn("one", one.size())]}, {second, other[drawn("other", other.size())]}});
    }
  }

  // Makes a run, and a failure of it if it is one. What it was asked.
  std::vector<sim::Asked> try_one(const sim::ChoiceMap& map) {
    sim::Recorded recorded{map};
    sim::Recorder recorder{recorded};
    const sim::RunResult result = sim::run(report_.scenario, setup_, recorder);
    ++report_.runs;
    options_.on_progress({report_.runs, options_.runs, 0, report_.scenario.name});
    if (!result.findings.empty()) {
      const sim::Runner runner = sim::run;
      const sim::Subject subject{report_.scenario, setup_, runner};
      report_.failure = sim::make_failure(subject, recorder.choices(),
                                          sim::main_finding(subject, result), options_.shrink_runs);
      report_.failure->found_after = report_.runs;
    }
    return recorder.asked();
  }

  void measure() {
    const sim::Failure& failure = *report_.failure;
    for (const auto& [key, value] : failure.choices) {
      const std::string subject = subject_of(key, report_.scenario, failure.run);
      if (!is_delay(key.kind)) {
        report_.changes.push_back(told(key, value, subject));
        continue;
      }
      const Duration late = lateness(report_.scenario, value);
      report_.changes.push_back(fmt::format("{} comes {} later", subject, ms_text(late)));
      report_.windows.push_back(window_of(key, subject, late));
    }
  }

  [[nodiscard]] static std::string told(const sim::ChoiceKey& key, std::uint32_t value,
                                        const std::string& subject) {
    if (key.kind == sim::ChoiceKind::kLoss) return subject + " is lost";
    if (key.kind == sim::ChoiceKind::kDuplicate) return subject + " arrives twice";
    return sim::to_sentence(key, value);
  }

  [[nodiscard]] bool fails(const sim::ChoiceKey& key, Duration late) const {
    Rescaled changed{report_.scenario, report_.failure->choices};
    changed.put(key, late);
    return sim::find_origin(changed.run(setup_), report_.failure->finding.origin) != nullptr;
  }

  [[nodiscard]] Window window_of(const sim::ChoiceKey& key, const std::string& subject,
                                 Duration found) const {
    Window window{.key = key, .subject = subject, .found = found, .intervals = {}};
    window.step = found < kShort ? Duration{1us} : Duration{1ms};
    window.tried = 2 * found + kBeyond * (window.step / 1us) / 1'000;
    std::set<Duration> looks{found};
    const Duration apart = window.tried / kLooksMax / window.step * window.step + window.step;
    for (Duration at{}; at <= window.tried; at += apart) looks.insert(at);
    Duration before{};
    bool did_fail = false;
    for (const Duration at : looks) {
      const bool does_fail = fails(key, at);
      if (does_fail && !did_fail) window.intervals.push_back({at, at});
      if (does_fail != did_fail && at > Duration::zero()) {
        const auto [pass, fail] = edges(window, does_fail ? before : at, does_fail ? at : before);
        (does_fail ? window.intervals.back().from : window.intervals.back().until) = fail;
      }
      if (does_fail && at == *looks.rbegin()) window.intervals.back().until = window.tried;
      before = at;
      did_fail = does_fail;
    }
    return window;
  }

  // Moves a delay that passes and one that fails together until they are one step apart.
  [[nodiscard]] std::pair<Duration, Duration> edges(const Window& window, Duration pass,
                                                    Duration fail) const {
    while (std::max(pass, fail) - std::min(pass, fail) > window.step) {
      const Duration middle = pass + (fail - pass) / 2;
      (fails(window.key, middle) ? fail : pass) = middle;
    }
    return {pass, fail};
  }

  const sim::Setup& setup_;
  const AroundOptions& options_;
  AroundReport report_;
  std::map<sim::ChoiceKey, std::vector<std::uint32_t>> values_;  // of the single changes
};

std::string_view unit_of(sim::ChoiceKind kind) {
  switch (kind) {
    case sim::ChoiceKind::kLoss:
      return "loss";
    case sim::ChoiceKind::kDuplicate:
      return "repeat";
    case sim::ChoiceKind::kPostpone:
      return "reordering";
    case sim::ChoiceKind::kCrash:
      return "crash";
    default:
      return "delay";
  }
}

}  // namespace

AroundReport search_around(const CapturedScenario& captured,
                           const std::vector<std::string>& messages, const sim::Setup& setup,
                           const AroundOptions& options) {
  return Search{captured, setup, options}.run(messages);
}

std::vector<std::string> labels_of(const wire::Call& call, const wire::Seat& seat) {
  Labels labels;
  for (const wire::Message& each : call.messages) {
    if (seat.sent(call, each)) labels.add(">", each.sip.bytes());
    if (seat.received(call, each)) labels.add("<", each.sip.bytes());
  }
  return std::move(labels).take();
}

std::string ms_text(Duration length) {
  const std::int64_t us = std::chrono::round<std::chrono::microseconds>(length).count();
  return us % 1'000 == 0 ? fmt::format("{} ms", us / 1'000)
                         : fmt::format("{}.{:03} ms", us / 1'000, us % 1'000);
}

std::string distance_of(const sim::Failure& failure) {
  if (failure.choices.empty()) return "This call, as it was captured, leads to";
  std::map<std::string_view, std::size_t> counts;
  // A delay that lets something else come first is a reordering.
  const bool swaps = !failure.why.swap.empty();
  for (const auto& [key, value] : failure.choices) {
    ++counts[swaps && is_delay(key.kind) ? "reordering" : unit_of(key.kind)];
  }
  static constexpr std::array<std::string_view, 4> kWords{"", "one", "two", "three"};
  std::string text;
  for (const auto& [unit, count] : counts) {
    const std::string number =
        count < kWords.size() ? std::string{kWords[count]} : fmt::format("{}", count);
    const std::string_view plural = count == 1 ? "" : unit == "loss" ? "es" : "s";
    text += fmt::format("{}{} {}{}", text.empty() ? "" : " and ", number, unit, plural);
  }
  return fmt::format("This call is {} away from", text);
}

std::string subject_of(const sim::ChoiceKey& key, const sim::Scenario& scenario,
                       const sim::RunResult& run) {
  const std::string ours = actor_name(scenario, sim::ActorKind::kEngine);
  if (key.kind == sim::ChoiceKind::kLateAct) {
    return fmt::format("the {}'s {}", ours, act_of(scenario, key.nth));
  }
  const bool is_datagram = key.kind == sim::ChoiceKind::kDelay ||
                           key.kind == sim::ChoiceKind::kLoss ||
                           key.kind == sim::ChoiceKind::kDuplicate;
  if (!is_datagram) return sim::to_subject(key);
  std::uint32_t nth = 0;
  std::map<std::string, int> before;  // texts of that label: which of them it is
  for (const sim::TraceEntry& each : run.trace) {
    const auto* sent = std::get_if<sim::DatagramSent>(&each.what);
    if (sent == nullptr || sent->from != key.from) continue;
    const std::string label = arrow_label(sent->bytes);
    const int earlier = before[label]++;
    if (nth++ != key.nth) continue;
    const std::string who =
        key.from == sim::kEngineIndex ? ours : actor_name(scenario, sim::ActorKind::kPeer);
    return fmt::format("the {}'s {}{}", who, label,
                       earlier == 0 ? "" : fmt::format(" (no. {})", earlier + 1));
  }
  return sim::to_subject(key);
}

}  // namespace lastcall::replay::around
