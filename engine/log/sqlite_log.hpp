#pragma once
// SqliteLog: the log in a file, one SQLite database that people can query with plain sqlite3. The
// only writer and the only checkpointer of its file, held by a lock file beside it (PATH.lock).
// Records wait in memory until commit() writes all sealed batches as one transaction; the owner
// decides when (group commit). After a failure it never tries the file again: the kernel may have
// dropped the pages of a failed sync, so a later success would mean nothing.

#include "engine/base/enum_names.hpp"
#include "engine/base/table.hpp"
#include "engine/log/codec.hpp"
#include "engine/log/event_log.hpp"
#include "engine/log/sqlite_log_file.hpp"
#include "engine/log/sqlite_log_lock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::log {

// What "durable" promises to survive (EVENTLOG G3).
enum class Durability : std::uint8_t {
  kPower,    // the loss of power: each commit waits for the disk
  kProcess,  // the death of the process, not of the machine
  kNone,     // nothing: for files that are written once and closed
};
[[nodiscard]] constexpr auto names_of(Durability) {
  return std::array<std::string_view, 3>{"power", "process", "none"};
}

class SqliteLog final : public EventLog {
 public:
  // Opens or creates the file (mode 0600) and begins a run in it. A relative or absolute path.
  [[nodiscard]] static std::expected<std::unique_ptr<SqliteLog>, LogError> open(
      const std::string& path, Durability durability, const RunInfo& run);
  ~SqliteLog() override;
  SqliteLog(const SqliteLog&) = delete;
  SqliteLog& operator=(const SqliteLog&) = delete;

  void append(Record record) override;
  void seal() override;
  [[nodiscard]] Position last() const override { return committed_ + rows_.size(); }
  [[nodiscard]] Position durable() const override { return committed_; }
  void read(Position from, const std::function<bool(const Record&)>& f) const override;
  [[nodiscard]] std::optional<CallTerminated> find_end(CallId call) const override;

  // Writes the sealed batches, and returns durable(). After the first error it only repeats it.
  [[nodiscard]] std::expected<Position, LogError> commit();
  // Whether sealed batches wait for a commit.
  [[nodiscard]] bool must_commit() const { return sealed_ > 0; }
  // Moves what was committed from the WAL into the file, and cuts the WAL if no reader is in the
  // way. Takes tens of milliseconds: for a moment without traffic. An error is as final as that of
  // a commit.
  [[nodiscard]] Done checkpoint_when_idle();
  // Writes how the run went.
  [[nodiscard]] Done finish_run(const std::string& result, const std::string& hash);

  // The first failure of this file, if there was one, reading included.
  [[nodiscard]] const std::optional<LogError>& fault() const { return fault_; }

 private:
  // A record that waits for its commit: where its texts stand in text_.
  struct Row {
    Instant at;
    Position cause = 0;
    std::string_view layer;
    std::string_view type;
    CallId call;
    std::size_t data = 0;
    std::size_t wire = 0;
    std::size_t end = 0;
    bool has_wire = false;
    bool ends_life = false;  // the last trace of its call is dropped
  };
  struct Statements {
    Statement begin, commit, insert, knows_call, enter_live, leave_live, find_end;
  };

  SqliteLog(std::unique_ptr<LockFile> lock, Connection file, Statements statements);
  [[nodiscard]] static std::expected<Statements, LogError> prepare(const Connection& file);
  [[nodiscard]] Done load();
  [[nodiscard]] Done begin_run(const RunInfo& run);
  [[nodiscard]] Done write_sealed();
  [[nodiscard]] Done write(const Row& row, Position pos);
  [[nodiscard]] Done follow_life(const Row& row, Position pos);
  [[nodiscard]] Done run_once(Statement& statement);
  [[nodiscard]] Record record_of_row(std::size_t index) const;
  void drop_sealed();
  LogError fail(LogError error) const;

  std::unique_ptr<LockFile> lock_;  // released last
  Connection file_;
  mutable Statements statements_;
  Position committed_ = 0;
  std::vector<Row> rows_;   // what is not committed; position committed_ + 1 is the first
  std::string text_;        // their JSON and raw bytes
  std::size_t sealed_ = 0;  // so many of rows_ stand in sealed batches
  Encoded encoded_;         // kept for its capacity
  Table<CallId, Position> live_;
  std::int64_t run_ = 0;
  mutable std::optional<LogError> fault_;
};

// Writes a run that is over, all sealed records of `log`, to a new file.
[[nodiscard]] Done store(const RunInfo& run, const EventLog& log, const std::string& path);

}  // namespace lastcall::log
