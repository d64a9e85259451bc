#pragma once
// Samplers: choosers that pick, step by step, which ready item is handled next, each from a seed.
// What they leave to other draws (loss, delays, lateness) is drawn as Random does, from the same
// seed, with its swarm of kinds. None knows a scenario; sim/arms.cpp makes one per run.

#include "sim/strategies/choosers.hpp"
#include "sim/strategies/dice.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace lastcall::sim {

// The base of all: draws by chance, picks by `choose`.
class Sampler : public Chooser {
 public:
  explicit Sampler(std::uint64_t seed) : dice_(seed), draws_(seed) {}
  [[nodiscard]] std::uint32_t draw(const ChoiceKey& key, std::uint32_t n) final {
    return draws_.draw(key, n);
  }
  [[nodiscard]] std::optional<std::size_t> pick(std::span<const core::Ready> ready) final {
    return choose(ready);
  }

 protected:
  Dice dice_;

 private:
  // An index into `ready`, which holds more than one.
  [[nodiscard]] virtual std::size_t choose(std::span<const core::Ready> ready) = 0;
  Random draws_;
};

// A random walk: evenly over the actors with work, then over that actor's items, since a choice
// over items would favour whoever has many.
class Walk final : public Sampler {
 public:
  using Sampler::Sampler;

 private:
  [[nodiscard]] std::size_t choose(std::span<const core::Ready> ready) override;
};

// Counts the steps of a run at which two ready items conflict, in the default order: what PCT
// spreads its change points over.
class ConflictCounter final : public Chooser {
 public:
  [[nodiscard]] std::uint32_t draw(const ChoiceKey&, std::uint32_t) override { return 0; }
  [[nodiscard]] std::optional<std::size_t> pick(std::span<const core::Ready> ready) override;
  [[nodiscard]] std::uint32_t steps() const { return steps_; }

 private:
  std::uint32_t steps_ = 0;
};

// PCT (Burckhardt et al., ASPLOS 2010) over mailboxes: random priorities, lowered at depth - 1
// random steps, of which only those count at which two ready items conflict. A bug that needs
// `depth` ordering constraints is hit with probability >= 1 / (n * k^(depth-1)).
class Pct final : public Sampler {
 public:
  // `steps`: how many conflicting steps a run has, roughly. The depth, 1 to 5, follows the seed.
  Pct(std::uint64_t seed, std::uint32_t steps);

 private:
  struct Mailbox {
    LayerId sender = LayerId::kWorld;
    LayerId receiver = LayerId::kTransaction;
    CallId call;
    std::uint64_t priority = 0;
  };
  [[nodiscard]] std::size_t choose(std::span<const core::Ready> ready) override;
  [[nodiscard]] std::size_t highest(std::span<const core::Ready> ready);
  [[nodiscard]] Mailbox& mailbox_of(const core::Ready& item);

  std::vector<std::uint64_t> changes_;  // at which conflicting step, by the new priority
  std::uint64_t step_ = 0;
  std::vector<Mailbox> mailboxes_;
};

// Partial order sampling (Yuan et al., CAV 2018): each item has a random priority; the highest
// goes, and those that conflict with it draw anew.
class Pos final : public Sampler {
 public:
  using Sampler::Sampler;

 private:
  struct Item {
    std::uint64_t serial = 0;
    std::uint64_t priority = 0;
  };
  [[nodiscard]] std::size_t choose(std::span<const core::Ready> ready) override;
  [[nodiscard]] std::uint64_t& priority_of(const core::Ready& item);

  std::vector<Item> items_;
};

// Starvation windows (rr's chaos mode, O'Callahan 2016): some actors do not run for a while,
// as long as there is another. Windows take at most a fifth of the steps or so.
class Starvation final : public Sampler {
 public:
  explicit Starvation(std::uint64_t seed);

 private:
  static constexpr std::uint64_t kWindowMaxLog = 6;  // steps
  [[nodiscard]] std::size_t choose(std::span<const core::Ready> ready) override;

  std::array<bool, kEnumSize<LayerId>> starves_{};
  std::uint64_t step_ = 0;
  std::uint64_t begin_ = 0, end_ = 0;  // of the window
};

}  // namespace lastcall::sim
