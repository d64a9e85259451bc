#include "sim/strategies/choosers.hpp"

#include "engine/base/hash.hpp"
#include "sim/strategies/exhaustive.hpp"

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr std::uint32_t kAll = 1U << 16;

std::uint64_t hash_of_key(std::uint64_t seed, const ChoiceKey& key) {
  const std::uint64_t who =
      static_cast<std::uint64_t>(key.kind) << 56 | static_cast<std::uint64_t>(key.from) << 48 |
      static_cast<std::uint64_t>(key.to) << 40 | static_cast<std::uint64_t>(key.call) << 24;
  return hash_of(seed, who, key.nth);
}

}  // namespace

Random::Random(std::uint64_t seed) : seed_(seed) {
  // 1/256 (about one deviation a run) up to 1/2 (wild), evenly on a logarithmic scale.
  const std::uint64_t drawn = hash_of(seed, std::string_view{"swarm"});
  const auto density = kAll >> (1 + drawn % 8);
  for (std::size_t kind = 0; kind < deviating_.size(); ++kind) {
    const std::uint64_t own = hash_of(seed, std::string_view{"weight"}, kind);
    const auto weight = static_cast<std::uint32_t>(own >> 8 & 0xff);
    const bool on = (own & 1) != 0;  // half of the kinds are off in a run
    deviating_[kind] = on ? std::max(density * weight >> 7, 1U) : 0;
  }
}

std::uint32_t Random::draw(const ChoiceKey& key, std::uint32_t n) {
  const std::uint32_t deviating = deviating_[static_cast<std::size_t>(key.kind)];
  if (deviating == 0) return 0;
  const std::uint64_t hash = hash_of_key(seed_, key);
  if ((hash & (kAll - 1)) >= deviating) return 0;
  // Most items wait for a few others; that is enough to change the order of neighbours.
  const bool is_near = key.kind == ChoiceKind::kPostpone && (hash >> 56) != 0;
  const std::uint32_t largest = is_near ? std::min(n - 1, kPostponedNear) : n - 1;
  return 1 + static_cast<std::uint32_t>((hash >> 16) % largest);
}

std::uint32_t Recorded::draw(const ChoiceKey& key, std::uint32_t n) {
  const auto it = choices_.find(key);
  return it == choices_.end() ? 0 : std::min(it->second, n - 1);
}

std::uint32_t Recorder::draw(const ChoiceKey& key, std::uint32_t n) {
  const std::uint32_t value = inner_.draw(key, n);
  asked_.push_back({key, n});
  if (value != 0) choices_.emplace(key, value);
  return value;
}

}  // namespace lastcall::sim
