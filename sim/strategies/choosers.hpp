#pragma once
// The simple choosers: always 0, by chance from a seed, as recorded; and a wrapper that keeps what
// was asked and answered. Used by the searches and by replay. None knows a scenario.

#include "sim/choices.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace lastcall::sim {

// The happy path: 0 for everything.
class Fifo final : public Chooser {
 public:
  [[nodiscard]] std::uint32_t draw(const ChoiceKey&, std::uint32_t) override { return 0; }
};

// Draws by hashing (seed, key): adding a draw moves no other. How many deviations a run has and of
// which kinds is itself drawn per seed, so that runs range from one deviation to wild (swarm
// testing).
class Random final : public Chooser {
 public:
  explicit Random(std::uint64_t seed);
  [[nodiscard]] std::uint32_t draw(const ChoiceKey& key, std::uint32_t n) override;

 private:
  std::uint64_t seed_;
  // Of 2^16 draws of a kind, how many deviate.
  std::array<std::uint32_t, kEnumSize<ChoiceKind>> deviating_{};
};

// What a map says, 0 for what it does not name. A value out of range becomes the largest possible.
class Recorded final : public Chooser {
 public:
  explicit Recorded(ChoiceMap choices) : choices_(std::move(choices)) {}
  [[nodiscard]] std::uint32_t draw(const ChoiceKey& key, std::uint32_t n) override;

 private:
  ChoiceMap choices_;
};

// A decision that was asked for: one of `n` answers.
struct Asked {
  ChoiceKey key;
  std::uint32_t n = 0;
};

// Passes every question on and keeps it, with the answers that are not 0 and with what picks came
// to.
class Recorder final : public Chooser {
 public:
  // `inner` decides and must outlive this.
  explicit Recorder(Chooser& inner) : inner_(inner) {}
  [[nodiscard]] std::uint32_t draw(const ChoiceKey& key, std::uint32_t n) override;

  [[nodiscard]] std::optional<std::size_t> pick(std::span<const core::Ready> ready) override {
    return inner_.pick(ready);
  }
  void overtaken(const ChoiceKey& key, std::uint32_t times) override { choices_[key] = times; }

  // The answers that were not 0: with them, Recorded repeats the run.
  [[nodiscard]] const ChoiceMap& choices() const { return choices_; }
  // Every question drawn, in the order in which they were asked.
  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }

 private:
  Chooser& inner_;
  ChoiceMap choices_;
  std::vector<Asked> asked_;
};

}  // namespace lastcall::sim
