#pragma once
// MemoryLog: the log as a value, for simulation and tests, and the reference that the SQLite log is
// compared with. It can be copied with its world, be made durable late, and crash. It never fails
// and writes nowhere.

#include "engine/base/enum_names.hpp"
#include "engine/base/table.hpp"
#include "engine/log/event_log.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lastcall::log {

// When a sealed batch is durable: with its seal, or when make_durable() says so.
enum class Syncs : std::uint8_t { kAtSeal, kWhenTold };
[[nodiscard]] constexpr auto names_of(Syncs) {
  return std::array<std::string_view, 2>{"at-seal", "when-told"};
}

class MemoryLog final : public EventLog {
 public:
  explicit MemoryLog(Syncs syncs = Syncs::kAtSeal) : syncs_(syncs) {}

  void append(Record record) override;
  void seal() override;
  [[nodiscard]] Position last() const override { return records_.size(); }
  [[nodiscard]] Position durable() const override { return durable_; }
  void read(Position from, const std::function<bool(const Record&)>& f) const override;
  [[nodiscard]] std::optional<CallTerminated> find_end(CallId call) const override;

  // The newest position of a sealed batch.
  [[nodiscard]] Position sealed() const { return seals_.empty() ? 0 : seals_.back(); }
  // Everything up to `upto` now survives a crash. REQUIRES: a batch ends there, at or after
  // durable().
  void make_durable(Position upto);
  // Loses everything that is not durable, as a crash does.
  void crash();

  // The records from 1 on, sealed or not; position p is element p - 1.
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  // The same moved out, when the log has done its work.
  [[nodiscard]] std::vector<Record> take_records() && { return std::move(records_); }

 private:
  Syncs syncs_;
  std::vector<Record> records_;
  std::vector<Position> seals_;   // where batches end, rising
  Position durable_ = 0;          // 0 or one of seals_
  Table<CallId, Position> ends_;  // of each CallTerminated
};

}  // namespace lastcall::log
