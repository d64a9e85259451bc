#include "sim/strategies/novelty.hpp"

#include "sim/strategies/exhaustive.hpp"

#include <algorithm>
#include <bitset>
#include <utility>

namespace lastcall::sim {
namespace {

// A kind of event: its layer and its place in the layer's list.
std::uint32_t kind_of(const Event& event) {
  const std::size_t inner = std::visit([](const auto& group) { return group.index(); }, event);
  return static_cast<std::uint32_t>(event.index() << 8 | inner);
}

std::uint16_t feature_of(std::uint32_t what, std::uint32_t a, std::uint32_t b) {
  Dice mixed{std::uint64_t{what} << 48 | std::uint64_t{a} << 24 | b};
  return static_cast<std::uint16_t>(mixed.roll());
}

// What follows what, and what came before what for the first time; each once.
std::vector<std::uint16_t> features_of(const RunResult& run) {
  std::vector<std::uint16_t> features;
  std::bitset<1U << 16> known;
  const auto add = [&](std::uint16_t feature) {
    if (!known[feature]) features.push_back(feature);
    known[feature] = true;
  };
  std::vector<std::uint32_t> kinds;
  std::uint32_t last = 0;
  for (std::size_t i = run.setup_end; i < run.records.size(); ++i) {
    const std::uint32_t kind = kind_of(run.records[i].event);
    add(feature_of(1, last, kind));
    last = kind;
    if (std::ranges::find(kinds, kind) != kinds.end()) continue;
    for (const std::uint32_t earlier : kinds) add(feature_of(2, earlier, kind));
    kinds.push_back(kind);
  }
  return features;
}

}  // namespace

void Novelty::learn(const ChoiceMap& choices, const RunResult& run) {
  Kept kept{.choices = choices};
  for (const std::uint16_t feature : features_of(run)) {
    if (seen_[feature]++ == 0) kept.features.push_back(feature);
  }
  if (kept.features.empty() || corpus_.size() >= kKeptMax) return;
  for (const auto& [key, value] : run.decided) kept.asked.push_back(key);
  corpus_.push_back(std::move(kept));
}

// The one of three whose rarest feature is rarest.
const Novelty::Kept& Novelty::parent() {
  const auto rarity = [this](const Kept& kept) {
    std::uint32_t rarest = ~std::uint32_t{0};
    for (const std::uint16_t feature : kept.features) rarest = std::min(rarest, seen_[feature]);
    return rarest;
  };
  const Kept* best = &corpus_[dice_.below(corpus_.size())];
  for (int other = 0; other < 2; ++other) {
    const Kept& candidate = corpus_[dice_.below(corpus_.size())];
    if (rarity(candidate) < rarity(*best)) best = &candidate;
  }
  return *best;
}

// One decision of that run goes another way, or the boring way.
void Novelty::change(ChoiceMap& map, const Kept& of) {
  const ChoiceKey& key = of.asked[dice_.below(of.asked.size())];
  if (map.erase(key) == 0) map[key] = 1 + static_cast<std::uint32_t>(dice_.below(kPostponedNear));
}

// All of one layer's items in a stretch of the run wait.
void Novelty::starve(ChoiceMap& map, const Kept& of) {
  const std::size_t from = dice_.below(of.asked.size());
  const std::size_t to = std::min(of.asked.size(), from + dice_.log_uniform(4));
  const std::uint8_t layer = of.asked[from].to;
  for (std::size_t i = from; i < to; ++i) {
    const ChoiceKey& key = of.asked[i];
    if (key.kind == ChoiceKind::kPostpone && key.to == layer) map[key] = kPostponedNear;
  }
}

// The later half of another kept run's choices.
void Novelty::splice(ChoiceMap& map) {
  const Kept& other = corpus_[dice_.below(corpus_.size())];
  for (std::size_t i = other.asked.size() / 2; i < other.asked.size(); ++i) {
    const auto it = other.choices.find(other.asked[i]);
    if (it != other.choices.end()) map[it->first] = it->second;
  }
}

ChoiceMap Novelty::next() {
  if (corpus_.empty()) return {};
  const Kept& from = parent();
  ChoiceMap map = from.choices;
  if (from.asked.empty()) return map;
  for (std::uint64_t changes = 1 + dice_.below(3); changes > 0; --changes) {
    switch (dice_.below(8)) {
      case 0:
        starve(map, from);
        break;
      case 1:
        splice(map);
        break;
      default:
        change(map, from);
    }
  }
  return map;
}

}  // namespace lastcall::sim
