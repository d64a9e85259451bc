#include "sim/strategies/samplers.hpp"

#include "sim/conflict.hpp"

#include <algorithm>

namespace lastcall::sim {
namespace {

bool any_conflict(std::span<const core::Ready> ready) {
  for (std::size_t i = 0; i < ready.size(); ++i) {
    for (std::size_t j = i + 1; j < ready.size(); ++j) {
      if (conflict(ready[i], ready[j])) return true;
    }
  }
  return false;
}

// The index of the n-th item that `is_one`.
template <class F>
std::size_t nth_of(std::span<const core::Ready> ready, std::uint64_t n, F&& is_one) {
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (is_one(ready[i]) && n-- == 0) return i;
  }
  return 0;
}

}  // namespace

// ---- random walk

std::size_t Walk::choose(std::span<const core::Ready> ready) {
  std::array<std::uint32_t, kEnumSize<LayerId>> work{};
  for (const core::Ready& item : ready) ++work[static_cast<std::size_t>(item.receiver)];
  const auto actors = std::ranges::count_if(work, [](std::uint32_t n) { return n > 0; });
  std::uint64_t left = dice_.below(static_cast<std::uint64_t>(actors));
  std::size_t actor = 0;
  while (work[actor] == 0 || left-- > 0) ++actor;
  return nth_of(ready, dice_.below(work[actor]), [&](const core::Ready& item) {
    return static_cast<std::size_t>(item.receiver) == actor;
  });
}

// ---- PCT

std::optional<std::size_t> ConflictCounter::pick(std::span<const core::Ready> ready) {
  steps_ += any_conflict(ready) ? 1 : 0;
  return 0;
}

Pct::Pct(std::uint64_t seed, std::uint32_t steps) : Sampler(seed) {
  // Depths 1 to 5 with weights 1, 4, 4, 2, 1.
  constexpr std::array<std::uint32_t, 12> kDepths{1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5};
  const std::uint32_t depth = kDepths[dice_.below(kDepths.size())];
  for (std::uint32_t i = 1; i < depth; ++i) {
    changes_.push_back(1 + dice_.below(std::max(steps, 1U)));
  }
}

// A new mailbox gets a random rank above all that were lowered.
Pct::Mailbox& Pct::mailbox_of(const core::Ready& item) {
  const auto it = std::ranges::find_if(mailboxes_, [&](const Mailbox& each) {
    return each.sender == item.sender && each.receiver == item.receiver && each.call == item.call;
  });
  if (it != mailboxes_.end()) return *it;
  mailboxes_.push_back(
      {item.sender, item.receiver, item.call, changes_.size() + (dice_.roll() >> 1)});
  return mailboxes_.back();
}

std::size_t Pct::highest(std::span<const core::Ready> ready) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < ready.size(); ++i) {
    if (mailbox_of(ready[i]).priority > mailbox_of(ready[best]).priority) best = i;
  }
  return best;
}

std::size_t Pct::choose(std::span<const core::Ready> ready) {
  std::size_t best = highest(ready);
  if (!any_conflict(ready)) return best;
  ++step_;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i] != step_) continue;
    mailbox_of(ready[best]).priority = i;
    best = highest(ready);
  }
  return best;
}

// ---- POS

std::uint64_t& Pos::priority_of(const core::Ready& item) {
  const auto it = std::ranges::find(items_, item.serial, &Item::serial);
  if (it != items_.end()) return it->priority;
  items_.push_back({item.serial, dice_.roll()});
  return items_.back().priority;
}

std::size_t Pos::choose(std::span<const core::Ready> ready) {
  std::erase_if(items_, [&](const Item& item) {
    return std::ranges::find(ready, item.serial, &core::Ready::serial) == ready.end();
  });
  std::size_t best = 0;
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (priority_of(ready[i]) > priority_of(ready[best])) best = i;
  }
  for (const core::Ready& item : ready) {
    if (conflict(item, ready[best])) priority_of(item) = dice_.roll();
  }
  return best;
}

// ---- starvation

Starvation::Starvation(std::uint64_t seed) : Sampler(seed) {
  for (std::size_t i = 0; i < starves_.size(); ++i) {
    const auto layer = static_cast<LayerId>(i);
    // Whoever owns the call's signalling starves more often: that is where timers wait.
    const bool owner = layer == LayerId::kTransaction || layer == LayerId::kDialog;
    starves_[i] = dice_.below(10) < (owner ? 3U : 1U);
  }
  starves_[1 + dice_.below(starves_.size() - 1)] = true;
}

std::size_t Starvation::choose(std::span<const core::Ready> ready) {
  const std::uint64_t step = step_++;
  if (step >= end_) {
    const std::uint64_t length = dice_.log_uniform(kWindowMaxLog);
    begin_ = step + dice_.below(4 * length + 1);
    end_ = begin_ + length;
  }
  const auto fed = [&](const core::Ready& item) {
    return !starves_[static_cast<std::size_t>(item.receiver)];
  };
  const auto count = static_cast<std::uint64_t>(std::ranges::count_if(ready, fed));
  if (step < begin_ || count == 0) return 0;
  return nth_of(ready, 0, fed);
}

}  // namespace lastcall::sim
