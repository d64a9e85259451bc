#include "sim/shrink.hpp"

#include "engine/base/check.hpp"
#include "sim/strategies/choosers.hpp"

#include <algorithm>
#include <set>
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
    bool better = true;
    while (better && !spent()) {
      better = drop_blocks();
      better = lower_values() || better;
    }
    return std::move(best_);
  }

 private:
  [[nodiscard]] bool spent() const { return best_.runs >= runs_max_; }

  // Runs `map`; keeps it if it fails in the same way and is smaller than the best.
  bool accept(const ChoiceMap& map, bool first) {
    Recorded recorded(map);
    Recorder recorder(recorded);
    RunResult run = attempt_(recorder);
    ++best_.runs;
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

  // Drops runs of neighbouring choices: halves first, single ones last.
  bool drop_blocks() {
    bool better = false;
    for (std::size_t block = best_.choices.size() / 2; block >= 1; block /= 2) {
      for (std::size_t from = 0; from < best_.choices.size() && !spent();) {
        ChoiceMap candidate = best_.choices;
        const auto first = std::next(candidate.begin(), static_cast<std::ptrdiff_t>(from));
        const std::size_t last = std::min(from + block, candidate.size());
        candidate.erase(first, std::next(candidate.begin(), static_cast<std::ptrdiff_t>(last)));
        if (try_map(candidate))
          better = true;
        else
          from += block;
      }
    }
    // One choice alone has no half; without it the map is empty, which was tried first.
    return better;
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
