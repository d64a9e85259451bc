#include "sim/strategies/postpone.hpp"

#include <algorithm>

namespace lastcall::sim {

PostponePolicy::Seen& PostponePolicy::seen(const core::Ready& item, Decisions& decisions) {
  const auto it = std::ranges::find(seen_, item.serial, &Seen::serial);
  if (it != seen_.end()) return *it;
  const ChoiceKey key{.kind = ChoiceKind::kPostpone,
                      .from = static_cast<std::uint8_t>(item.sender),
                      .to = static_cast<std::uint8_t>(item.receiver),
                      .call = decisions.ordinal(item.call)};
  seen_.push_back({item.serial, decisions.numbered(key), std::nullopt});
  return seen_.back();
}

// The last item has nothing to wait for: it is never asked.
std::size_t PostponePolicy::first_unpostponed(std::span<const core::Ready> ready,
                                              Decisions& decisions) {
  for (std::size_t i = 0; i + 1 < ready.size(); ++i) {
    Seen& item = seen(ready[i], decisions);
    if (!item.postponed) item.postponed = decisions.draw(item.key, kPostponedMax + 1);
    if (*item.postponed == 0) return i;
  }
  const Seen& last = seen(ready.back(), decisions);
  const bool may_go = last.postponed.value_or(0) == 0;
  return may_go ? ready.size() - 1 : 0;
}

// What is overtaken for the last time may never be handled (a deadline moves), so each time counts.
void PostponePolicy::overtake(std::span<const core::Ready> before, Decisions& decisions) {
  for (const core::Ready& item : before) {
    Seen& waiting = seen(item, decisions);
    decisions.overtaken(waiting.key, ++waiting.overtaken);
  }
}

std::size_t PostponePolicy::pick(std::span<const core::Ready> ready, Decisions& decisions) {
  if (!decisions.racing()) return 0;
  // Every item is numbered when it is first seen, whether or not it races: the n-th stays the n-th.
  for (const core::Ready& item : ready) (void)seen(item, decisions);
  const auto picked = decisions.pick(ready);
  const std::size_t chosen = picked ? *picked : first_unpostponed(ready, decisions);
  if (picked) {
    overtake(ready.first(chosen), decisions);
  } else {
    for (std::size_t i = 0; i < chosen; ++i) --*seen(ready[i], decisions).postponed;
  }
  decisions.handled(seen(ready[chosen], decisions).key, chosen);
  std::erase_if(seen_, [&](const Seen& s) { return s.serial == ready[chosen].serial; });
  return chosen;
}

}  // namespace lastcall::sim
