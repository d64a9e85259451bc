#include "engine/log/sqlite_log_file.hpp"

#include "engine/base/check.hpp"
#include "engine/log/codec.hpp"

#include <sqlite3.h>

#include <utility>

namespace lastcall::log {
namespace {

constexpr int kReaderPatienceMs = 5'000;

int length_of(std::string_view text) {
  CHECK(text.size() < 1'000'000'000, "no event is near the limit of an SQLite row");
  return static_cast<int>(text.size());
}

LogFault fault_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
      return LogFault::kNotOurs;
    case SQLITE_CORRUPT:
      return LogFault::kDamaged;
    case SQLITE_FULL:
      return LogFault::kFull;
    default:
      return LogFault::kFailed;
  }
}

void bound(int code) { CHECK(code == SQLITE_OK, "parameters are bound before the first step"); }

}  // namespace

Statement::Statement(sqlite3_stmt* statement) : statement_(statement) {}
Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}
Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}
Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int parameter, std::int64_t value) {
  bound(sqlite3_bind_int64(statement_, parameter, value));
}
void Statement::bind(int parameter, std::string_view text) {
  bound(sqlite3_bind_text(statement_, parameter, text.data(), length_of(text), SQLITE_STATIC));
}
void Statement::bind_bytes(int parameter, std::string_view bytes) {
  // A null pointer would bind NULL, which means that no bytes were kept.
  const char* data = bytes.empty() ? "" : bytes.data();
  bound(sqlite3_bind_blob(statement_, parameter, data, length_of(bytes), SQLITE_STATIC));
}
void Statement::bind_null(int parameter) { bound(sqlite3_bind_null(statement_, parameter)); }

std::expected<bool, int> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(code);
}
void Statement::reset() { sqlite3_reset(statement_); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
std::optional<std::string_view> Statement::bytes(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (!data) return std::string_view{};
  return std::string_view{data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Connection::Connection(sqlite3* handle, std::string path)
    : handle_(handle), path_(std::move(path)) {}
Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}
Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}
// With close_v2, statements may be finalised later.
Connection::~Connection() { sqlite3_close_v2(handle_); }

std::expected<Connection, LogError> Connection::open(const std::string& path, Access access) {
  const int flags = access == Access::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection file{handle, path};
  if (code != SQLITE_OK) return std::unexpected(file.error(code));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kReaderPatienceMs);
  // A reader never checkpoints, not even as the last one out (EVENTLOG "SQLite").
  if (access == Access::kRead) {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  const Done set = file.execute(
      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
      "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0");
  if (!set) return std::unexpected(set.error());
  return file;
}

Done Connection::execute(const std::string& sql) const {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return {};
}

std::expected<Statement, LogError> Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), length_of(sql),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return Statement{statement};
}

std::expected<std::int64_t, LogError> Connection::integer(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(error(row.error()));
  return *row ? statement->integer(0) : 0;
}

LogError Connection::error(int code) const {
  const bool has_more = handle_ && sqlite3_errcode(handle_) == code;
  return error(fault_of(code), has_more ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
}

LogError Connection::error(LogFault fault, std::string_view sentence) const {
  return {fault, path_ + ": " + std::string{sentence}};
}

Done Connection::checkpoint() const {
  sqlite3_busy_timeout(handle_, 0);
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, kReaderPatienceMs);
  if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY) return std::unexpected(error(code));
  return {};
}

std::expected<Record, LogError> record_of(const Statement& row, const Connection& file) {
  auto event = decode(row.text(2), row.text(3), row.text(5), row.bytes(6));
  if (!event) {
    return std::unexpected(
        file.error(LogFault::kDamaged, "event " + std::to_string(row.integer(0)) + ": " +
                                           event.error().where + ": " + event.error().sentence));
  }
  return Record{.pos = static_cast<Position>(row.integer(0)),
                .at = instant_ns(row.integer(1)),
                .cause = static_cast<Position>(row.integer(4)),
                .event = *std::move(event)};
}

Done read_records(Statement& rows, const Connection& file,
                  const std::function<bool(const Record&)>& f) {
  while (true) {
    const auto row = rows.step();
    if (!row) return std::unexpected(file.error(row.error()));
    if (!*row) return {};
    const auto record = record_of(rows, file);
    if (!record) return std::unexpected(record.error());
    if (!f(*record)) return {};
  }
}

std::expected<std::optional<CallTerminated>, LogError> find_end(Statement& statement,
                                                                const Connection& file,
                                                                CallId call) {
  std::optional<CallTerminated> end;
  statement.bind(1, static_cast<std::int64_t>(call.value));
  const Done done = read_records(statement, file, [&](const Record& record) {
    if (const auto* found = get_event<CallTerminated>(record.event)) end = *found;
    return true;
  });
  statement.reset();
  if (!done) return std::unexpected(done.error());
  return end;
}

}  // namespace lastcall::log
