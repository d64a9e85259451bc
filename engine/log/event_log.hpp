#pragma once
// EventLog: where events go, and what is promised about them (docs/EVENTS.md). One of the two
// virtual interfaces of the engine. Positions are dense from 1. Records gather in an open batch;
// seal() ends it, and a crash keeps a batch whole or not at all. The kernel appends and seals; who
// opened the log decides when sealed batches become durable. Used from one thread.

#include "engine/model/event.hpp"

#include <functional>
#include <optional>
#include <string>

namespace lastcall::log {

// What a run needs to be repeated or understood, one row beside the events.
struct RunInfo {
  std::uint64_t seed = 0;
  std::string scenario;             // name of the scenario, or "serve"
  std::string choices;              // the token of a simulated run; empty otherwise
  std::string config;               // JSON text, as the writer of the run likes
  std::string version;              // of the engine
  std::string result;               // verdict, once known
  std::string hash;                 // rolling hash, once known
  std::int64_t wall_offset_ns = 0;  // wall clock (Unix epoch) at Instant 0
  bool operator==(const RunInfo&) const = default;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Adds a record to the open batch. REQUIRES: record.pos == last() + 1.
  virtual void append(Record record) = 0;

  // Ends the open batch. No effect if it is empty.
  virtual void seal() = 0;

  // The position of the newest record, sealed or not; 0 when there is none.
  [[nodiscard]] virtual Position last() const = 0;

  // Everything up to here survives what the log's durability class promises.
  [[nodiscard]] virtual Position durable() const = 0;

  // Calls f for each sealed record from `from` on, in order, until f returns false.
  virtual void read(Position from, const std::function<bool(const Record&)>& f) const = 0;

  // How a call ended, however long ago: the last answer to a question about an old id.
  [[nodiscard]] virtual std::optional<CallTerminated> find_end(CallId call) const = 0;
};

}  // namespace lastcall::log
