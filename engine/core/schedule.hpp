#pragma once
// SchedulePolicy: which of the ready items is handled next. One of the two virtual interfaces.
// Production takes the oldest; the simulation's policies live in sim/strategies.

#include "engine/base/time.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/layer_id.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace lastcall::core {

// An item that could be handled now: the head of a mailbox, or a deadline that is due.
struct Ready {
  LayerId sender = LayerId::kWorld;
  LayerId receiver = LayerId::kTransaction;
  CallId call;  // none for datagrams and for what belongs to no call
  std::uint64_t serial =
      0;                  // one per item, for as long as it waits; deadlines have the top bit set
  bool internal = false;  // mail between layers: part of a turn that has begun
};

class SchedulePolicy {
 public:
  virtual ~SchedulePolicy() = default;
  // The index of the chosen item. `ready` is never empty and stands in the default order: the turn
  // that has begun first, then the oldest first; index 0 is the boring choice.
  [[nodiscard]] virtual std::size_t pick(std::span<const Ready> ready) = 0;
};

// Always the first: what production does.
class OldestFirst final : public SchedulePolicy {
 public:
  [[nodiscard]] std::size_t pick(std::span<const Ready>) override { return 0; }
};

}  // namespace lastcall::core
