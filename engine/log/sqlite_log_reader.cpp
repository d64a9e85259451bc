#include "engine/log/sqlite_log_reader.hpp"

#include <charconv>
#include <utility>

namespace lastcall::log {
namespace {

// So many records are read in one transaction: a long one would keep the WAL from being cut.
constexpr std::int64_t kPage = 512;

std::string select(std::string_view rest) {
  return "SELECT " + std::string{kRecordColumns} + " FROM event " + std::string{rest};
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

StoredRun run_of(const Statement& row) {
  return {.first = static_cast<Position>(row.integer(0)),
          .run = {.seed = number_of(row.text(1)),
                  .scenario = std::string{row.text(2)},
                  .choices = std::string{row.text(3)},
                  .config = std::string{row.text(4)},
                  .version = std::string{row.text(5)},
                  .result = std::string{row.text(6)},
                  .hash = std::string{row.text(7)},
                  .wall_offset_ns = row.integer(8)}};
}

// Calls f for each row of a query without parameters.
template <class F>
Done for_each_row(const Connection& file, std::string_view sql, F&& f) {
  auto rows = file.prepare(sql);
  if (!rows) return std::unexpected(rows.error());
  while (true) {
    const auto row = rows->step();
    if (!row) return std::unexpected(file.error(row.error()));
    if (!*row) return {};
    f(*rows);
  }
}

Done check_pages(const Connection& file) {
  std::string found;
  const Done done = for_each_row(file, "PRAGMA integrity_check(1)",
                                 [&](const Statement& row) { found = row.text(0); });
  if (!done) return done;
  if (found != "ok") return std::unexpected(file.error(LogFault::kDamaged, found));
  return {};
}

}  // namespace

std::expected<SqliteReader, LogError> SqliteReader::open(const std::string& path) {
  auto file = Connection::open(path, Connection::Access::kRead);
  if (!file) return std::unexpected(file.error());
  const Done checked = check_schema(*file);
  if (!checked) return std::unexpected(checked.error());
  return SqliteReader{*std::move(file)};
}

std::expected<Position, LogError> SqliteReader::last() const {
  const auto pos = file_.integer("SELECT max(pos) FROM event");
  if (!pos) return std::unexpected(pos.error());
  return static_cast<Position>(*pos);
}

Done SqliteReader::read(Position from, const std::function<bool(const Record&)>& f) const {
  auto rows = file_.prepare(select("WHERE pos >= ?1 ORDER BY pos LIMIT ?2"));
  if (!rows) return std::unexpected(rows.error());
  std::vector<Record> page;
  while (true) {
    page.clear();
    rows->bind(1, static_cast<std::int64_t>(from));
    rows->bind(2, kPage);
    const Done done = read_records(*rows, file_, [&](const Record& record) {
      page.push_back(record);
      return true;
    });
    rows->reset();
    for (const Record& record : page) {
      if (!f(record)) return {};
    }
    if (!done) return done;
    if (page.empty()) return {};
    from = page.back().pos + 1;
  }
}

Done SqliteReader::read_call(CallId call, const std::function<bool(const Record&)>& f) const {
  auto rows = file_.prepare(select("WHERE call = ?1 ORDER BY pos"));
  if (!rows) return std::unexpected(rows.error());
  rows->bind(1, static_cast<std::int64_t>(call.value));
  return read_records(*rows, file_, f);
}

Done SqliteReader::read_live(const std::function<bool(const Record&)>& f) const {
  auto rows = file_.prepare(select("WHERE call IN (SELECT call FROM live) ORDER BY pos"));
  if (!rows) return std::unexpected(rows.error());
  return read_records(*rows, file_, f);
}

std::expected<std::vector<CallId>, LogError> SqliteReader::live_calls() const {
  std::vector<CallId> calls;
  const Done done = for_each_row(
      file_, "SELECT call FROM live ORDER BY first, call",
      [&](const Statement& row) { calls.push_back({static_cast<std::uint64_t>(row.integer(0))}); });
  if (!done) return std::unexpected(done.error());
  return calls;
}

std::expected<std::vector<StoredRun>, LogError> SqliteReader::runs() const {
  std::vector<StoredRun> runs;
  const Done done = for_each_row(file_,
                                 "SELECT first, seed, scenario, choices, config, version, result, "
                                 "hash, wall_offset_ns FROM run ORDER BY id",
                                 [&](const Statement& row) { runs.push_back(run_of(row)); });
  if (!done) return std::unexpected(done.error());
  return runs;
}

std::expected<std::optional<CallTerminated>, LogError> SqliteReader::find_end(CallId call) const {
  auto statement = file_.prepare(kFindEnd);
  if (!statement) return std::unexpected(statement.error());
  return log::find_end(*statement, file_, call);
}

Done SqliteReader::verify() const {
  const Done pages = check_pages(file_);
  if (!pages) return pages;
  Position expected = 1;
  std::string wrong;
  const Done events = read(1, [&](const Record& record) {
    if (record.pos != expected) wrong = "event " + std::to_string(expected) + " is missing";
    if (record.cause >= record.pos) {
      wrong = "event " + std::to_string(record.pos) + " names a cause that is not earlier";
    }
    ++expected;
    return wrong.empty();
  });
  if (!events) return events;
  if (!wrong.empty()) return std::unexpected(file_.error(LogFault::kDamaged, wrong));
  return {};
}

}  // namespace lastcall::log
