#pragma once
// OpenLog: the log that an engine goes on with: the file as it was left, or a new one, or memory.
// Says where the engine continues (seed, position, instant) and gives LogWriter its store. Which
// function is called on which thread is said at LogStore.

#include "engine/base/time.hpp"
#include "engine/host/log_writer.hpp"
#include "engine/host/net.hpp"
#include "engine/log/memory_log.hpp"
#include "engine/log/sqlite_log.hpp"
#include "engine/log/sqlite_log_reader.hpp"

#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace lastcall::host {

class OpenLog {
 public:
  struct Settings {
    std::string path;  // empty: in memory, gone with the process
    log::Durability durability = log::Durability::kPower;
    log::RunInfo run;  // its seed and wall_offset_ns are those of the file, if there is one
  };
  // Reads what the file says about the run before this one, takes the file and begins a run.
  [[nodiscard]] static std::expected<std::unique_ptr<OpenLog>, HostError> open(Settings settings);

  // What was logged of calls that still live or are remembered, in order.
  [[nodiscard]] std::expected<void, HostError> read_live(
      const std::function<void(const Record&)>& f) const;

  [[nodiscard]] const log::RunInfo& run() const { return run_; }
  [[nodiscard]] Position last() const { return last_; }
  // Now, on the axis of the log; never before its last event.
  [[nodiscard]] Instant begin() const { return begin_; }

  // The store of a LogWriter; it must not outlive this.
  [[nodiscard]] LogStore store();
  // Writes how the run went. After the writer has closed.
  void finish(const std::string& result);

 private:
  OpenLog() = default;
  [[nodiscard]] std::expected<void, HostError> continue_file(const std::string& path);
  [[nodiscard]] std::expected<void, std::string> commit(const std::vector<Batch>& batches);

  log::RunInfo run_;
  Position last_ = 0;
  Instant begin_;
  std::unique_ptr<log::SqliteLog> file_;  // on the writer's thread
  std::optional<log::SqliteReader> reader_;
  mutable std::mutex mutex_;  // guards memory_
  log::MemoryLog memory_;     // if there is no file
};

}  // namespace lastcall::host
