#pragma once
// Disk: the engine's log and when its batches become durable: at once, or after a drawn time, in
// order. Orders that wait for durability wait for this.

#include "engine/base/hash.hpp"
#include "engine/log/memory_log.hpp"
#include "sim/scene.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {

class Disk {
 public:
  // Begins to commit what was sealed since the last call.
  void commit(const Scene& scene) {
    const Position sealed = log_.sealed();
    if (sealed == asked_) return;
    asked_ = sealed;
    const ChoiceKey key{.kind = ChoiceKind::kLateDisk};
    const std::uint32_t index = scene.decisions.draw_next(key, std::size(delays::kDisk));
    busy_until_ = std::max(busy_until_, scene.now + delays::kDisk[index]);
    if (busy_until_ == scene.now) {
      log_.make_durable(sealed);
    } else {
      scene.agenda.put(busy_until_, CommitLands{sealed});
    }
  }
  void land(const CommitLands& due) {
    if (due.durable > log_.durable()) log_.make_durable(due.durable);
  }

  [[nodiscard]] log::MemoryLog& log() { return log_; }
  [[nodiscard]] const log::MemoryLog& log() const { return log_; }
  [[nodiscard]] log::MemoryLog take_log() && { return std::move(log_); }
  // How far it is behind (sim/canonical).
  void add_to(HashInput& input, Instant now) const {
    input.add(log_.last() - log_.durable());
    input.add(log_.last() - asked_);
    input.add(std::max(busy_until_, now));
  }

 private:
  log::MemoryLog log_{log::Syncs::kWhenTold};
  Position asked_ = 0;
  Instant busy_until_{};
};

}  // namespace lastcall::sim
