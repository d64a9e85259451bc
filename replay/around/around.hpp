#pragma once
// Around: what lies next to a captured call. The captured order is the base schedule; first every
// single change of it is run (something delayed, lost, repeated, another order of what happens at
// one instant), then pairs of them, under all invariants. What fails is shrunk, and for each delay
// in it the window is measured. Drives sim/search; has no clock; `lastcall replay --around` tells
// it.

#include "replay/around/scenario_of.hpp"
#include "sim/search.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::replay::around {

struct AroundOptions {
  std::uint64_t runs = 20'000;  // shrinking and measuring not counted
  std::uint64_t shrink_runs = 2'000;
  std::uint64_t seed = 1;
  std::function<bool()> keep_going = [] { return true; };  // asked before each run
  std::function<void(const sim::Progress&)> on_progress = [](const sim::Progress&) {};
};

// From how much later on the call fails, and until when; both within, in whole steps of a window.
struct Interval {
  Duration from{};
  Duration until{};
};

// One delay of a failure, varied while the rest of it stays.
struct Window {
  sim::ChoiceKey key;
  std::string subject;              // "the caller's BYE"
  Duration found{};                 // how much later the failure has it
  Duration tried{};                 // up to how much later was tried
  Duration step{};                  // how exact it is: a millisecond, of short delays a microsecond
  std::vector<Interval> intervals;  // in order
};

struct AroundReport {
  sim::Scenario scenario;     // with the delays that tokens name
  std::uint64_t runs = 0;     // until it was found, or all
  bool singles_done = false;  // every single change was run
  // How many of the captured messages the unchanged run has in the same order.
  std::size_t captured = 0;
  std::size_t alike = 0;
  std::optional<sim::Failure> failure = {};
  std::vector<std::string> changes = {};  // of the failure: a sentence each
  std::vector<Window> windows = {};
};

// `messages`: labels of what the seat sent and received, from labels_of().
[[nodiscard]] AroundReport search_around(const CapturedScenario& captured,
                                         const std::vector<std::string>& messages,
                                         const sim::Setup& setup, const AroundOptions& options);

// What passed the seat, repeats and 100 left out: "> BYE" was sent, "< BYE" received.
[[nodiscard]] std::vector<std::string> labels_of(const wire::Call& call, const wire::Seat& seat);

// "12 ms", "0.349 ms".
[[nodiscard]] std::string ms_text(Duration length);

// "This call is one reordering away from ...", without the rule.
[[nodiscard]] std::string distance_of(const sim::Failure& failure);

// What a choice is about: "the caller's BYE". `run` is one in which it was asked.
[[nodiscard]] std::string subject_of(const sim::ChoiceKey& key, const sim::Scenario& scenario,
                                     const sim::RunResult& run);

}  // namespace lastcall::replay::around
