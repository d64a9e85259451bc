#pragma once
// LogWriter: the log as the kernel of a running engine sees it. Positions are given at once;
// sealed batches are written by a thread of its own, which commits whatever gathered while its last
// sync ran (group commit without a timer). After a failed commit it writes nothing more: durable()
// then follows last(), so that endings continue, unlogged, and the host refuses new calls.

#include "engine/log/event_log.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lastcall::host {

using Batch = std::vector<Record>;

// Where the writer puts batches. The functions of one store are called from two threads, as said.
struct LogStore {
  // On the writer's thread: makes whole batches durable, in order, or says why it cannot.
  std::function<std::expected<void, std::string>(const std::vector<Batch>&)> commit;
  // On the writer's thread: nothing has happened for a while.
  std::function<void()> rest;
  // On the engine's thread: what was committed.
  std::function<void(Position, const std::function<bool(const Record&)>&)> read;
  std::function<std::optional<CallTerminated>(CallId)> find_end;
};

// What the writer's thread reports after each commit.
struct CommitReport {
  Duration took{};
  std::size_t records = 0;
  std::string failure;  // empty: it is durable
};

class LogWriter final : public log::EventLog {
 public:
  struct Observers {
    std::function<void(const Record&)> appended;         // on the engine's thread
    std::function<void(const CommitReport&)> committed;  // on the writer's thread
  };
  // Continues behind position `last`.
  LogWriter(LogStore store, Position last, Observers observers);
  // Closes.
  ~LogWriter() override;

  void append(Record record) override;
  void seal() override;
  [[nodiscard]] Position last() const override { return last_; }
  [[nodiscard]] Position durable() const override { return failed_ ? last_ : durable_.load(); }
  void read(Position from, const std::function<bool(const Record&)>& f) const override;
  [[nodiscard]] std::optional<CallTerminated> find_end(CallId call) const override;

  // Commits what is left and ends the thread.
  void close();

  [[nodiscard]] bool failed() const { return failed_; }
  // Sealed records that wait for their commit: the measure of a disk that cannot follow.
  [[nodiscard]] std::size_t backlog() const { return backlog_; }
  // Records that were given a position and never written, because the log had failed.
  [[nodiscard]] std::uint64_t unlogged() const { return unlogged_; }

 private:
  void run();
  void commit(const std::vector<Batch>& batches);

  const LogStore store_;
  const Observers observers_;
  Position last_;
  Batch open_;  // on the engine's thread
  std::atomic<Position> durable_;
  std::atomic<bool> failed_ = false;
  std::atomic<std::size_t> backlog_ = 0;
  std::atomic<std::uint64_t> unlogged_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Batch> sealed_;  // guarded by mutex_
  bool closing_ = false;       // guarded by mutex_
  std::thread thread_;         // last: it uses all of the above
};

}  // namespace lastcall::host
