#pragma once
// SqliteReader: reads a log file, also while an engine writes it, on a read-only connection with
// short transactions. It never checkpoints and never changes the file. For recovery, replay and the
// verbs that show logs. Files it cannot trust are errors, never a stop.

#include "engine/log/event_log.hpp"
#include "engine/log/sqlite_log_file.hpp"

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::log {

struct StoredRun {
  Position first = 0;  // of its events; none of it may be there yet
  RunInfo run;
  bool operator==(const StoredRun&) const = default;
};

class SqliteReader {
 public:
  [[nodiscard]] static std::expected<SqliteReader, LogError> open(const std::string& path);

  // The newest committed position; 0 when there is none.
  [[nodiscard]] std::expected<Position, LogError> last() const;
  // Calls f for each committed record from `from` on, in order, until f returns false.
  [[nodiscard]] Done read(Position from, const std::function<bool(const Record&)>& f) const;
  // The records of one call, in order.
  [[nodiscard]] Done read_call(CallId call, const std::function<bool(const Record&)>& f) const;
  // Only the records of calls that still live or have a tombstone: what recovery folds. Costs by
  // their number, not by the length of the log.
  [[nodiscard]] Done read_live(const std::function<bool(const Record&)>& f) const;
  // The calls of read_live(), oldest first.
  [[nodiscard]] std::expected<std::vector<CallId>, LogError> live_calls() const;
  [[nodiscard]] std::expected<std::vector<StoredRun>, LogError> runs() const;
  [[nodiscard]] std::expected<std::optional<CallTerminated>, LogError> find_end(CallId call) const;

  // Reads everything: pages and indexes (SQLite's own check), dense positions, causes that stand
  // earlier, events that decode. The first thing wrong is the error.
  [[nodiscard]] Done verify() const;

 private:
  explicit SqliteReader(Connection file) : file_(std::move(file)) {}
  Connection file_;
};

}  // namespace lastcall::log
