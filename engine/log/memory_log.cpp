#include "engine/log/memory_log.hpp"

#include "engine/base/check.hpp"

#include <algorithm>

namespace lastcall::log {

void MemoryLog::append(Record record) {
  CHECK(record.pos == last() + 1, "positions are dense (EVENTLOG G2)");
  if (const auto* end = get_event<CallTerminated>(record.event)) ends_.put(end->call, record.pos);
  records_.push_back(std::move(record));
}

void MemoryLog::seal() {
  if (last() == sealed()) return;
  seals_.push_back(last());
  if (syncs_ == Syncs::kAtSeal) durable_ = last();
}

void MemoryLog::read(Position from, const std::function<bool(const Record&)>& f) const {
  for (Position pos = std::max<Position>(from, 1); pos <= sealed(); ++pos) {
    if (!f(records_[pos - 1])) return;
  }
}

std::optional<CallTerminated> MemoryLog::find_end(CallId call) const {
  const Position* pos = ends_.find(call);
  if (!pos) return std::nullopt;
  return *get_event<CallTerminated>(records_[*pos - 1].event);
}

void MemoryLog::make_durable(Position upto) {
  CHECK(upto >= durable_, "what is durable stays durable (EVENTLOG G3)");
  CHECK(upto == durable_ || std::ranges::binary_search(seals_, upto),
        "a batch is durable whole or not at all (EVENTLOG G1)");
  durable_ = upto;
}

void MemoryLog::crash() {
  for (Position pos = durable_ + 1; pos <= last(); ++pos) {
    const auto* end = get_event<CallTerminated>(records_[pos - 1].event);
    if (end) ends_.erase(end->call);
  }
  records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(durable_), records_.end());
  std::erase_if(seals_, [this](Position seal) { return seal > durable_; });
}

}  // namespace lastcall::log
