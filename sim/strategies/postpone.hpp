#pragma once
// PostponePolicy: which ready item is handled next. The order is the default one, except that an
// item may be postponed: how many later items go before it is drawn once, when it first stands in
// front of others. So a schedule is a short list of postponed items. A chooser may instead pick
// item by item; how often each was overtaken then comes to the same list. A regular value; World
// calls it.

#include "engine/core/schedule.hpp"
#include "sim/decisions.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lastcall::sim {

class PostponePolicy {
 public:
  static constexpr std::uint32_t kPostponedMax = 255;

  // The index of the chosen item; index 0 is the boring choice. REQUIRES: `ready` is not empty and
  // stands in the default order.
  [[nodiscard]] std::size_t pick(std::span<const core::Ready> ready, Decisions& decisions);

 private:
  struct Seen {
    std::uint64_t serial = 0;
    ChoiceKey key;
    std::optional<std::uint32_t> postponed;  // how many items may still go before it; nothing: not
                                             // drawn yet
    std::uint32_t overtaken = 0;             // by items that were picked
  };
  [[nodiscard]] Seen& seen(const core::Ready& item, Decisions& decisions);
  void overtake(std::span<const core::Ready> before, Decisions& decisions);
  [[nodiscard]] std::size_t first_unpostponed(std::span<const core::Ready> ready,
                                              Decisions& decisions);

  std::vector<Seen> seen_;  // the items that wait
};

}  // namespace lastcall::sim
