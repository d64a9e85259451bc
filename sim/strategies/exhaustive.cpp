#include "sim/strategies/exhaustive.hpp"

#include "engine/base/check.hpp"

#include <algorithm>

namespace lastcall::sim {

Bound postponed_at_most(std::uint32_t k) {
  Bound bound{.total_max = k};
  bound.of(ChoiceKind::kPostpone) = {.count_max = k, .value_max = kPostponedNear};
  return bound;
}

std::string to_text(const Bound& bound) {
  std::string text = "at most " + std::to_string(bound.total_max) + " deviations";
  std::string_view before = ": at most ";
  for (std::size_t i = 0; i < bound.kinds.size(); ++i) {
    const Bound::PerKind& kind = bound.kinds[i];
    if (kind.count_max == 0 || kind.value_max == 0) continue;
    text += before;
    text += std::to_string(kind.count_max) + ' ' + std::string{name(static_cast<ChoiceKind>(i))};
    if (kind.value_max != kAnyValue) text += " (up to " + std::to_string(kind.value_max) + ")";
    before = ", ";
  }
  if (bound.faults_max != 0) {
    text += "; of these at most " + std::to_string(bound.faults_max) + " other than postpone";
  }
  return text;
}

std::optional<ChoiceMap> Enumeration::next() {
  if (run_ > nodes_.size()) return std::nullopt;
  current_.clear();
  for (std::size_t i = run_; i > 0; i = nodes_[i - 1].parent) {
    current_.emplace(nodes_[i - 1].key, nodes_[i - 1].value);
  }
  ++run_;
  return current_;
}

bool Enumeration::within(const ChoiceMap& map, ChoiceKind added) const {
  if (map.size() >= bound_.total_max) return false;
  const auto faults = std::count_if(map.begin(), map.end(), [](const auto& each) {
    return each.first.kind != ChoiceKind::kPostpone;
  });
  const bool is_fault = added != ChoiceKind::kPostpone;
  if (is_fault && static_cast<std::uint32_t>(faults) >= bound_.faults_max) return false;
  const auto same = std::count_if(map.begin(), map.end(),
                                  [&](const auto& each) { return each.first.kind == added; });
  return static_cast<std::uint32_t>(same) < bound_.of(added).count_max;
}

void Enumeration::learn(std::span<const Asked> asked) {
  CHECK(run_ > 0, "a map is given out before its run is told");
  if (current_.size() >= bound_.total_max) return;
  // The last deviation of the map, in the order of asking: children deviate behind it.
  std::size_t from = 0;
  std::size_t deviations = 0;
  for (std::size_t i = 0; i < asked.size() && deviations < current_.size(); ++i) {
    if (!current_.contains(asked[i].key)) continue;
    from = i + 1;
    ++deviations;
  }
  for (std::size_t i = from; i < asked.size(); ++i) {
    const Asked& each = asked[i];
    if (!within(current_, each.key.kind)) continue;
    const std::uint32_t largest = std::min(each.n - 1, bound_.of(each.key.kind).value_max);
    for (std::uint32_t value = 1; value <= largest; ++value) {
      nodes_.push_back({static_cast<std::uint32_t>(run_ - 1), each.key, value});
    }
  }
}

}  // namespace lastcall::sim
