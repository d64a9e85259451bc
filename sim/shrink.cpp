#include "sim/shrink.hpp"

#include "engine/base/check.hpp"
#include "sim/strategies/choosers.hpp"
#include "sim/strategies/exhaustive.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>
#include <utility>

namespace lastcall::sim {
namespace {

// How much a choice asks of the reader's belief: an order is lighter than a loss, a crash is
// heaviest. The enumerators of ChoiceKind stand in that order.
std::tuple<std::size_t, std::uint64_t, std::uint64_t> size_of(const ChoiceMap& map) {
  std::uint64_t kinds = 0;
  std::uint64_t values = 0;
  for (const auto& [key, value] : map) {
    kinds += static_cast<std::uint64_t>(key.kind);
    values += value;
  }
  return {map.size(), kinds, values};
}

class Shrinker {
 public:
  Shrinker(const std::string& origin, const Attempt& attempt, std::uint64_t runs_max)
      : origin_(origin), attempt_(attempt), runs_max_(runs_max) {}

  Shrunk shrink(const ChoiceMap& start) {
    const bool fails = accept(start, /*first=*/true);
    CHECK(fails, "what is shrunk fails, and fails again when it is repeated");
    try_map({});
    cut();
    bool better = true;
    while (better && !spent()) {
      better = drop_groups();
      better = drop_stretches() || better;
      better = lower_values() || better;
      if (!better) better = try_fewer();
    }
    return std::move(best_);
  }

 private:
  [[nodiscard]] bool spent() const { return best_.runs >= runs_max_; }

  // Runs `map`; keeps it if it fails in the same way and is smaller than the best.
  bool accept(const ChoiceMap& map, bool first, std::vector<Asked>* asked = nullptr) {
    Recorded recorded(map);
    Recorder recorder(recorded);
    RunResult run = attempt_(recorder);
    ++best_.runs;
    if (asked != nullptr) *asked = recorder.asked();
    keep_others(run, recorder.choices());
    if (find_origin(run, origin_) == nullptr) return false;
    if (!first && !is_smaller(recorder.choices(), best_.choices)) return false;
    best_.choices = recorder.choices();
    best_.run = std::move(run);
    return true;
  }

  bool try_map(const ChoiceMap& map) {
    if (spent() || !is_smaller(map, best_.choices)) return false;
    return tried_.insert(map).second && accept(map, /*first=*/false);
  }

  void keep_others(const RunResult& run, const ChoiceMap& choices) {
    for (const Finding& each : run.findings) {
      if (each.origin == origin_) continue;
      const bool known = std::ranges::any_of(
          best_.others, [&](const Bystander& b) { return b.finding.origin == each.origin; });
      if (!known) best_.others.push_back({each, choices});
    }
  }

  // The best choices in the order in which the run made them; those it does not tell come last.
  [[nodiscard]] std::vector<ChoiceKey> in_time() const {
    std::vector<ChoiceKey> keys;
    for (const auto& [key, value] : best_.run.decided) {
      if (best_.choices.contains(key) && std::ranges::count(keys, key) == 0) keys.push_back(key);
    }
    for (const auto& [key, value] : best_.choices) {
      if (std::ranges::count(keys, key) == 0) keys.push_back(key);
    }
    return keys;
  }

  [[nodiscard]] ChoiceMap without(std::span<const ChoiceKey> dropped) const {
    ChoiceMap map = best_.choices;
    for (const ChoiceKey& key : dropped) map.erase(key);
    return map;
  }

  // The shortest beginning that fails, by halving; what comes later takes the boring way.
  void cut() {
    const std::vector<ChoiceKey> keys = in_time();
    std::size_t passes = 0;
    std::size_t fails = keys.size();
    while (fails - passes > 1 && !spent()) {
      const std::size_t middle = passes + (fails - passes) / 2;
      ChoiceMap map;
      for (std::size_t i = 0; i < middle; ++i) {
        const auto it = best_.choices.find(keys[i]);
        if (it != best_.choices.end()) map.insert(*it);
      }
      (try_map(map) ? fails : passes) = middle;
    }
  }

  // Drops all choices of one kind, and all that postpone mail for one layer.
  bool drop_groups() {
    std::set<std::pair<ChoiceKind, std::uint8_t>> groups;
    for (const auto& [key, value] : best_.choices) groups.emplace(key.kind, key.to);
    bool better = false;
    for (const auto& [kind, to] : groups) {
      std::vector<ChoiceKey> group;
      for (const auto& [key, value] : best_.choices) {
        if (key.kind == kind && key.to == to) group.push_back(key);
      }
      if (group.size() > 1) better = try_map(without(group)) || better;
    }
    return better;
  }

  // Drops stretches of choices that follow each other in time. A stretch doubles while dropping
  // works and halves where it does not, so that m droppable neighbours cost O(log m) runs.
  bool drop_stretches() {
    bool better = false;
    std::vector<ChoiceKey> keys = in_time();
    std::size_t length = std::max<std::size_t>(keys.size() / 2, 1);
    for (std::size_t from = 0; from < keys.size() && !spent();) {
      const std::size_t last = std::min(from + length, keys.size());
      if (try_map(without(std::span{keys}.subspan(from, last - from)))) {
        better = true;
        keys = in_time();
        length *= 2;
      } else if (length > 1) {
        length = std::max<std::size_t>(std::min(length, keys.size() - from) / 2, 1);
      } else {
        ++from;
      }
    }
    return better;
  }

  // Other choices altogether: as many faults as are left, but fewer postponed items, each of which
  // may be any. For what is left when nothing more can be dropped, this finds the fewest.
  bool try_fewer() {
    ChoiceMap faults;
    for (const auto& each : best_.choices) {
      if (each.first.kind != ChoiceKind::kPostpone) faults.insert(each);
    }
    const std::size_t postponed = best_.choices.size() - faults.size();
    if (postponed < 2) return false;
    Enumeration others(postponed_at_most(
        static_cast<std::uint32_t>(std::min<std::size_t>(postponed - 1, kFewerMax))));
    for (std::uint64_t runs = 0; runs < kFewerRunsMax && !spent(); ++runs) {
      const auto map = others.next();
      if (!map) return false;
      ChoiceMap candidate = *map;
      candidate.insert(faults.begin(), faults.end());
      std::vector<Asked> asked;
      if (accept(candidate, /*first=*/false, &asked)) return true;
      others.learn(asked);
    }
    return false;
  }

  // The smallest value of each choice, by halving; a value that fails at 1 is kept at 1.
  bool lower_values() {
    bool better = false;
    const ChoiceMap start = best_.choices;
    for (const auto& [key, value] : start) {
      if (!best_.choices.contains(key)) continue;
      std::uint32_t passes = 0;
      while (best_.choices.contains(key) && best_.choices.at(key) - passes > 1 && !spent()) {
        const std::uint32_t fails = best_.choices.at(key);
        const std::uint32_t middle = passes == 0 ? 1 : passes + (fails - passes) / 2;
        ChoiceMap candidate = best_.choices;
        candidate[key] = middle;
        if (try_map(candidate))
          better = true;
        else
          passes = middle;
      }
    }
    return better;
  }

  static constexpr std::size_t kFewerMax = 2;
  static constexpr std::uint64_t kFewerRunsMax = 1'500;

  const std::string& origin_;
  const Attempt& attempt_;
  std::uint64_t runs_max_;
  std::set<ChoiceMap> tried_;
  Shrunk best_;
};

}  // namespace

bool is_smaller(const ChoiceMap& a, const ChoiceMap& b) { return size_of(a) < size_of(b); }

const Finding* find_origin(const RunResult& run, const std::string& origin) {
  const auto it = std::ranges::find(run.findings, origin, &Finding::origin);
  return it == run.findings.end() ? nullptr : &*it;
}

Shrunk shrink(const ChoiceMap& start, const std::string& origin, const Attempt& attempt,
              std::uint64_t runs_max) {
  return Shrinker(origin, attempt, runs_max).shrink(start);
}

}  // namespace lastcall::sim
