#pragma once
// What the SQLite log and its reader share: a connection, prepared statements, the schema, the
// check that a file is a log of ours, and how failures are told. Owns no locks and knows no
// durability. Only sqlite_log*.cpp see sqlite3.h.

#include "engine/base/enum_names.hpp"
#include "engine/model/event.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace lastcall::log {

// What can be wrong with a log file. A tool exits with 5 for kDamaged, else with 6.
enum class LogFault : std::uint8_t {
  kInUse,         // another engine writes it
  kExists,        // a new file was asked for
  kNotOurs,       // no log of this engine
  kNewerVersion,  // written by a later engine
  kDamaged,
  kFull,  // no room on the disk
  kFailed,
};
[[nodiscard]] constexpr auto names_of(LogFault) {
  return std::array<std::string_view, 7>{"in-use",  "exists", "not-ours", "newer-version",
                                         "damaged", "full",   "failed"};
}

struct LogError {
  LogFault fault = LogFault::kFailed;
  std::string sentence;  // names the file
  bool operator==(const LogError&) const = default;
};

using Done = std::expected<void, LogError>;

// A prepared statement, used again and again. Parameters and columns count as SQLite does: from 1,
// from 0.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement);
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  // Bound text and bytes must live until reset().
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text);
  void bind_bytes(int parameter, std::string_view bytes);
  void bind_null(int parameter);

  // The next row: true if there is one, false at the end; an SQLite result code as error.
  [[nodiscard]] std::expected<bool, int> step();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  // Valid until the next step() or reset().
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::optional<std::string_view> bytes(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
};

class Connection {
 public:
  enum class Access : std::uint8_t { kRead, kWrite };

  // Opens an existing file, and sets what every connection to a log sets.
  [[nodiscard]] static std::expected<Connection, LogError> open(const std::string& path,
                                                                Access access);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Runs statements that give no rows.
  [[nodiscard]] Done execute(const std::string& sql) const;
  [[nodiscard]] std::expected<Statement, LogError> prepare(std::string_view sql) const;
  // The integer of the first row, 0 if there is none.
  [[nodiscard]] std::expected<std::int64_t, LogError> integer(std::string_view sql) const;
  // The error behind an SQLite result code, named with the file.
  [[nodiscard]] LogError error(int code) const;
  [[nodiscard]] LogError error(LogFault fault, std::string_view sentence) const;

  // Moves the WAL into the file as far as no reader is in the way. Never waits for one.
  [[nodiscard]] Done checkpoint() const;

 private:
  Connection(sqlite3* handle, std::string path);
  sqlite3* handle_ = nullptr;
  std::string path_;
};

// Whether the file is empty, as a new one is.
[[nodiscard]] std::expected<bool, LogError> is_new(const Connection& file);
// Makes an empty file a log.
[[nodiscard]] Done create_schema(const Connection& file);
// Refuses what is no log that this engine can read.
[[nodiscard]] Done check_schema(const Connection& file);

// The columns that record_of() reads, to be put behind SELECT.
inline constexpr std::string_view kRecordColumns =
    "pos, at, layer, type, coalesce(cause, 0), data, wire";
// The record of the current row.
[[nodiscard]] std::expected<Record, LogError> record_of(const Statement& row,
                                                        const Connection& file);
// Calls f for each row, until f returns false.
[[nodiscard]] Done read_records(Statement& rows, const Connection& file,
                                const std::function<bool(const Record&)>& f);
// The statement of find_end(): its one parameter is the call.
inline constexpr std::string_view kFindEnd =
    "SELECT pos, at, layer, type, coalesce(cause, 0), data, wire FROM event "
    "WHERE call = ?1 AND type = 'CallTerminated' ORDER BY pos DESC LIMIT 1";
[[nodiscard]] std::expected<std::optional<CallTerminated>, LogError> find_end(
    Statement& statement, const Connection& file, CallId call);

}  // namespace lastcall::log
