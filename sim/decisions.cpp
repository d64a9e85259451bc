#include "sim/decisions.hpp"

#include <algorithm>

namespace lastcall::sim {

namespace {

// All of a key but its number, in one word.
std::uint64_t packed(const ChoiceKey& key) {
  return static_cast<std::uint64_t>(key.kind) << 32 | std::uint64_t{key.from} << 24 |
         std::uint64_t{key.to} << 16 | key.call;
}

}  // namespace

std::uint16_t Decisions::ordinal(CallId call) {
  if (!call) return 0;
  const auto it = std::ranges::find(calls_, call);
  if (it != calls_.end()) return static_cast<std::uint16_t>(it - calls_.begin() + 1);
  calls_.push_back(call);
  return static_cast<std::uint16_t>(calls_.size());
}

ChoiceKey Decisions::numbered(ChoiceKey key) {
  // What happens before the races is not counted: a longer set-up moves no decision.
  if (!racing_) return key;
  const std::uint64_t kind = packed(key);
  auto it = std::ranges::find(counts_, kind, [](const auto& count) { return count.first; });
  if (it == counts_.end()) it = counts_.insert(it, {kind, 0});
  key.nth = it->second++;
  return key;
}

std::uint32_t Decisions::draw(const ChoiceKey& key, std::uint32_t n) {
  if (!racing_ || n <= 1) return 0;
  if (!faults_ && key.kind != ChoiceKind::kPostpone) return 0;
  const std::uint32_t value = chooser_->draw(key, n);
  if (key.kind != ChoiceKind::kPostpone) made_.emplace_back(key, value);
  return value;
}

std::optional<std::size_t> Decisions::pick(std::span<const core::Ready> ready) {
  return racing_ && ready.size() > 1 ? chooser_->pick(ready) : std::nullopt;
}

void Decisions::handled(const ChoiceKey& key, std::size_t overtaking) {
  made_.emplace_back(key, static_cast<std::uint32_t>(overtaking));
}

}  // namespace lastcall::sim
