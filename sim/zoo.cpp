#include "sim/zoo.hpp"

#include "engine/base/hash.hpp"
#include "sim/mutants/wrap.hpp"
#include "sim/story.hpp"

#include <algorithm>
#include <set>
#include <variant>

namespace lastcall::sim {
namespace {

bool is_expected(const Mutant& mutant, const std::string& invariant) {
  return std::ranges::count(mutant.expected, invariant) != 0;
}

FuzzOptions search_of(const ZooOptions& options, std::uint64_t shrink_runs) {
  FuzzOptions search;
  search.seed = options.seed;
  search.runs = options.runs;
  search.shrink_runs = shrink_runs;
  search.runs_after_failure = 0;
  search.keep_going = options.keep_going;
  return search;
}

// The inputs that led to what the story shows, and what happened in the world beside the log.
std::size_t events_of(const Failure& failure) {
  std::set<Position> inputs;
  std::size_t happenings = 0;
  for (const StoryLine& line : story(failure.run, failure.finding)) {
    if (line.record != nullptr && line.record->cause == 0) inputs.insert(line.record->pos);
    const bool sent =
        line.entry != nullptr && std::holds_alternative<DatagramSent>(line.entry->what);
    if (line.entry != nullptr && !sent) ++happenings;
  }
  return inputs.size() + happenings + 1;
}

}  // namespace

std::vector<Scenario> haunts_of(const Mutant& mutant, std::span<const Scenario> scenarios) {
  std::vector<Scenario> haunts;
  for (const Scenario& each : scenarios) {
    const bool named = std::ranges::count(mutant.scenarios, each.name) != 0;
    if (named || mutant.scenarios.empty()) haunts.push_back(each);
  }
  return haunts;
}

std::optional<Kill> hunt_mutant(const Mutant& mutant, std::span<const Scenario> haunts,
                                const ZooOptions& options) {
  FuzzOptions search = search_of(options, options.shrink_runs);
  bool found = false;
  search.keep_going = [&] { return !found && options.keep_going(); };
  search.on_progress = [&](const Progress& now) { found = now.failures != 0; };
  FuzzReport report = fuzz(haunts, {.mutant = std::string{mutant.name}}, search);
  if (report.failures.empty()) return std::nullopt;
  Kill kill{.failure = std::move(report.failures.front())};
  const auto& findings = kill.failure.run.findings;
  kill.first = findings.empty() ? kill.failure.finding.invariant : findings.front().invariant;
  kill.right = is_expected(mutant, kill.first);
  kill.events = events_of(kill.failure);
  return kill;
}

Median median_of(const Mutant& mutant, std::span<const Scenario> haunts, Strategy strategy,
                 const ZooOptions& options) {
  Median median{.strategy = strategy};
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 0; i < options.seeds && options.keep_going(); ++i) {
    FuzzOptions search = search_of(options, 0);
    search.seed = options.seed + i * options.runs;
    search.strategy = strategy;
    std::uint64_t found_at = 0;
    search.keep_going = [&] { return found_at == 0 && options.keep_going(); };
    search.on_progress = [&](const Progress& now) {
      if (found_at == 0 && now.failures != 0) found_at = now.runs;
    };
    const FuzzReport report = fuzz(haunts, {.mutant = std::string{mutant.name}}, search);
    const bool found = !report.failures.empty();
    median.found += found ? 1 : 0;
    all.push_back(found ? report.runs : options.runs);
  }
  median.seeds = all.size();
  if (all.empty()) return median;
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>((all.size() - 1) / 2);
  std::ranges::nth_element(all, middle);
  median.runs = *middle;
  return median;
}

std::vector<Pair> random_pairs(std::span<const Mutant* const> mutants, std::size_t count,
                               std::uint64_t seed) {
  std::vector<Pair> pairs;
  constexpr std::uint64_t kTries = 10'000;
  if (mutants.size() < 2) return pairs;
  for (std::uint64_t i = 0; i < kTries && pairs.size() < count; ++i) {
    const Mutant* a = mutants[hash_of(seed, i, std::uint64_t{0}) % mutants.size()];
    const Mutant* b = mutants[hash_of(seed, i, std::uint64_t{1}) % mutants.size()];
    const bool known = std::ranges::any_of(pairs, [&](const Pair& pair) {
      return (pair.a == a && pair.b == b) || (pair.a == b && pair.b == a);
    });
    if (a != b && !known && can_join(a->table, b->table)) pairs.push_back({a, b});
  }
  return pairs;
}

std::vector<const Mutant*> hunt_pair(const Pair& pair, std::span<const Scenario> scenarios,
                                     const ZooOptions& options) {
  const Setup setup{.mutant = std::string{pair.a->name} + "+" + std::string{pair.b->name}};
  std::vector<const Mutant*> found;
  for (const Mutant* wanted : {pair.a, pair.b}) {
    FuzzOptions search = search_of(options, 0);
    bool seen = false;
    search.keep_going = [&] { return !seen && options.keep_going(); };
    // The other one may show itself in the same runs: it must not hide this one.
    search.runner = [&](const Scenario& scenario, const Setup& how, Chooser& chooser) {
      RunResult result = run(scenario, how, chooser);
      std::erase_if(result.findings,
                    [&](const Finding& each) { return !is_expected(*wanted, each.invariant); });
      seen = seen || !result.findings.empty();
      return result;
    };
    const auto haunts = haunts_of(*wanted, scenarios);
    if (!fuzz(haunts, setup, search).failures.empty()) found.push_back(wanted);
  }
  return found;
}

}  // namespace lastcall::sim
