#pragma once
// Disk: the engine's log and when its batches become durable: at once, or after a drawn time, in
// order. Orders that wait for durability wait for this. Once it has failed nothing becomes durable
// any more and nothing waits for it: endings go on, unlogged (EVENTLOG).

#include "engine/base/hash.hpp"
#include "engine/log/memory_log.hpp"
#include "sim/scene.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {

class Canon;
class Places;

class Disk {
 public:
  // Begins to commit what was sealed since the last call.
  void commit(const Scene& scene) {
    const Position sealed = log_.sealed();
    if (sealed == asked_) return;
    asked_ = sealed;
    if (to_failure_ > 0 && --to_failure_ == 0) {
      failed_ = true;
      scene.tell(Faulted{{}, Fault::kDiskFailed});
    }
    if (failed_) return;
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
    if (!failed_ && due.durable > log_.durable()) log_.make_durable(due.durable);
  }

  // It will fail at the n-th commit from now; 0: never.
  void fail_at(std::uint32_t commit) { to_failure_ = commit; }
  [[nodiscard]] bool failed() const { return failed_; }
  // What orders need not wait for.
  [[nodiscard]] Position passed() const { return failed_ ? log_.sealed() : log_.durable(); }

  // Up to where it was asked to write.
  [[nodiscard]] Position asked() const { return asked_; }
  // Whether a batch was sealed since the last commit().
  [[nodiscard]] bool has_more() const { return log_.sealed() != asked_; }
  // All that was given to it is on the disk, and nobody has been told.
  void sync() { log_.make_durable(asked_); }
  // What is not durable is lost with the process.
  void crash(Instant now) {
    log_.crash();
    asked_ = log_.last();
    busy_until_ = now;
  }

  [[nodiscard]] log::MemoryLog& log() { return log_; }
  [[nodiscard]] const log::MemoryLog& log() const { return log_; }
  [[nodiscard]] log::MemoryLog take_log() && { return std::move(log_); }
  // How far it is behind (sim/canonical).
  void add_to(Canon& input, Instant now, const Places& places) const;

 private:
  log::MemoryLog log_{log::Syncs::kWhenTold};
  Position asked_ = 0;
  Instant busy_until_{};
  std::uint32_t to_failure_ = 0;
  bool failed_ = false;
};

}  // namespace lastcall::sim
