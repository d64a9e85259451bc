#include "engine/log/sqlite_log.hpp"

#include "engine/base/check.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace lastcall::log {
namespace {

// WAL with NORMAL hands each commit to the kernel at once but leaves the disk to the checkpoint.
std::string pragmas_of(Durability durability) {
  static constexpr std::array<std::string_view, 3> kSynchronous{"FULL", "NORMAL", "OFF"};
  return "PRAGMA synchronous=" + std::string{kSynchronous[static_cast<std::size_t>(durability)]} +
         "; PRAGMA journal_mode=WAL";
}

// A file is looked at before anything is changed in it: it may be somebody else's.
std::expected<Connection, LogError> open_file(const std::string& path, Durability durability) {
  const Done created = create_private(path);
  if (!created) return std::unexpected(created.error());
  auto file = Connection::open(path, Connection::Access::kWrite);
  if (!file) return file;
  const auto fresh = is_new(*file);
  if (!fresh) return std::unexpected(fresh.error());
  Done done = *fresh ? Done{} : check_schema(*file);
  if (done) done = file->execute(pragmas_of(durability));
  if (done && *fresh) done = create_schema(*file);
  if (!done) return std::unexpected(done.error());
  return file;
}

}  // namespace

std::expected<std::unique_ptr<SqliteLog>, LogError> SqliteLog::open(const std::string& path,
                                                                    Durability durability,
                                                                    const RunInfo& run) {
  auto lock = LockFile::take(path);
  if (!lock) return std::unexpected(lock.error());
  auto file = open_file(path, durability);
  if (!file) return std::unexpected(file.error());
  auto statements = prepare(*file);
  if (!statements) return std::unexpected(statements.error());
  std::unique_ptr<SqliteLog> log{
      new SqliteLog{*std::move(lock), *std::move(file), *std::move(statements)}};
  Done done = log->load();
  if (done) done = log->begin_run(run);
  if (!done) return std::unexpected(done.error());
  return log;
}

SqliteLog::SqliteLog(std::unique_ptr<LockFile> lock, Connection file, Statements statements)
    : lock_(std::move(lock)), file_(std::move(file)), statements_(std::move(statements)) {}

SqliteLog::~SqliteLog() = default;

std::expected<SqliteLog::Statements, LogError> SqliteLog::prepare(const Connection& file) {
  auto begin = file.prepare("BEGIN IMMEDIATE");
  auto commit = file.prepare("COMMIT");
  auto insert = file.prepare(
      "INSERT INTO event (pos, at, layer, type, call, cause, data, wire) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  auto knows_call = file.prepare("SELECT 1 FROM event WHERE call = ?1 LIMIT 1");
  auto enter_live = file.prepare("INSERT INTO live (call, first) VALUES (?1, ?2)");
  auto leave_live = file.prepare("DELETE FROM live WHERE call = ?1");
  auto find_end = file.prepare(kFindEnd);
  for (const auto* each :
       {&begin, &commit, &insert, &knows_call, &enter_live, &leave_live, &find_end}) {
    if (!*each) return std::unexpected(each->error());
  }
  return Statements{*std::move(begin),      *std::move(commit),     *std::move(insert),
                    *std::move(knows_call), *std::move(enter_live), *std::move(leave_live),
                    *std::move(find_end)};
}

// Where the file ends, and which calls live in it.
Done SqliteLog::load() {
  const auto pos = file_.integer("SELECT max(pos) FROM event");
  if (!pos) return std::unexpected(pos.error());
  committed_ = static_cast<Position>(*pos);
  auto live = file_.prepare("SELECT call, first FROM live");
  if (!live) return std::unexpected(live.error());
  while (true) {
    const auto row = live->step();
    if (!row) return std::unexpected(file_.error(row.error()));
    if (!*row) return {};
    live_.put({static_cast<std::uint64_t>(live->integer(0))},
              static_cast<Position>(live->integer(1)));
  }
}

Done SqliteLog::begin_run(const RunInfo& run) {
  auto insert = file_.prepare(
      "INSERT INTO run (first, seed, scenario, choices, config, version, result, hash, "
      "wall_offset_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id");
  if (!insert) return std::unexpected(insert.error());
  const std::string seed = std::to_string(run.seed);
  insert->bind(1, static_cast<std::int64_t>(committed_ + 1));
  insert->bind(2, seed);
  insert->bind(3, run.scenario);
  insert->bind(4, run.choices);
  insert->bind(5, run.config);
  insert->bind(6, run.version);
  insert->bind(7, run.result);
  insert->bind(8, run.hash);
  insert->bind(9, run.wall_offset_ns);
  const auto row = insert->step();
  if (!row) return std::unexpected(file_.error(row.error()));
  run_ = insert->integer(0);
  return run_once(*insert);
}

Done SqliteLog::finish_run(const std::string& result, const std::string& hash) {
  if (fault_) return std::unexpected(*fault_);
  auto update = file_.prepare("UPDATE run SET result = ?1, hash = ?2 WHERE id = ?3");
  if (!update) return std::unexpected(fail(update.error()));
  update->bind(1, result);
  update->bind(2, hash);
  update->bind(3, run_);
  const Done done = run_once(*update);
  if (!done) fail(done.error());
  return done;
}

void SqliteLog::append(Record record) {
  CHECK(record.pos == last() + 1, "positions are dense (EVENTLOG G2)");
  encode(record.event, encoded_);
  const auto* end = get_event<CallTerminated>(record.event);
  const bool is_forgotten = end && !end->remembered;
  Row row{.at = record.at,
          .cause = record.cause,
          .layer = encoded_.layer,
          .type = encoded_.type,
          .call = encoded_.call,
          .data = text_.size(),
          .has_wire = encoded_.wire.has_value(),
          .ends_life = is_forgotten || get_event<TombstoneEnded>(record.event)};
  text_ += encoded_.data;
  row.wire = text_.size();
  text_ += encoded_.wire.value_or("");
  row.end = text_.size();
  rows_.push_back(row);
}

void SqliteLog::seal() { sealed_ = rows_.size(); }

std::expected<Position, LogError> SqliteLog::commit() {
  if (fault_) return std::unexpected(*fault_);
  if (sealed_ == 0) return committed_;
  Done done = run_once(statements_.begin);
  if (done) done = write_sealed();
  if (done) done = run_once(statements_.commit);
  if (!done) {
    (void)file_.execute("ROLLBACK");  // The first error is the one to tell.
    return std::unexpected(fail(done.error()));
  }
  committed_ += sealed_;
  drop_sealed();
  return committed_;
}

Done SqliteLog::write_sealed() {
  for (std::size_t i = 0; i < sealed_; ++i) {
    const Position pos = committed_ + 1 + i;
    // Before the event itself, so that it does not count as known already.
    if (rows_[i].call) {
      const Done followed = follow_life(rows_[i], pos);
      if (!followed) return followed;
    }
    const Done written = write(rows_[i], pos);
    if (!written) return written;
  }
  return {};
}

Done SqliteLog::write(const Row& row, Position pos) {
  Statement& insert = statements_.insert;
  const std::string_view text = text_;
  insert.bind(1, static_cast<std::int64_t>(pos));
  insert.bind(2, to_ns(row.at));
  insert.bind(3, row.layer);
  insert.bind(4, row.type);
  if (row.call) insert.bind(5, static_cast<std::int64_t>(row.call.value));
  if (!row.call) insert.bind_null(5);
  if (row.cause != 0) insert.bind(6, static_cast<std::int64_t>(row.cause));
  if (row.cause == 0) insert.bind_null(6);
  insert.bind(7, text.substr(row.data, row.wire - row.data));
  if (row.has_wire) insert.bind_bytes(8, text.substr(row.wire, row.end - row.wire));
  if (!row.has_wire) insert.bind_null(8);
  return run_once(insert);
}

// A call lives from its first event that names it until its tombstone ends. What a late transaction
// records after that does not bring it back.
Done SqliteLog::follow_life(const Row& row, Position pos) {
  const auto call = static_cast<std::int64_t>(row.call.value);
  if (live_.contains(row.call)) {
    if (!row.ends_life) return {};
    live_.erase(row.call);
    statements_.leave_live.bind(1, call);
    return run_once(statements_.leave_live);
  }
  if (row.ends_life) return {};
  statements_.knows_call.bind(1, call);
  const auto known = statements_.knows_call.step();
  statements_.knows_call.reset();
  if (!known) return std::unexpected(file_.error(known.error()));
  if (*known) return {};
  live_.put(row.call, pos);
  statements_.enter_live.bind(1, call);
  statements_.enter_live.bind(2, static_cast<std::int64_t>(pos));
  return run_once(statements_.enter_live);
}

Done SqliteLog::run_once(Statement& statement) {
  const auto row = statement.step();
  const Done done = row ? Done{} : Done{std::unexpected(file_.error(row.error()))};
  statement.reset();
  return done;
}

// Usually nothing is left: a commit falls between turns.
void SqliteLog::drop_sealed() {
  const std::size_t text = sealed_ < rows_.size() ? rows_[sealed_].data : text_.size();
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(sealed_));
  text_.erase(0, text);
  for (Row& row : rows_) {
    row.data -= text;
    row.wire -= text;
    row.end -= text;
  }
  sealed_ = 0;
}

Done SqliteLog::checkpoint_when_idle() {
  if (fault_) return std::unexpected(*fault_);
  const Done done = file_.checkpoint();
  if (!done) fail(done.error());
  return done;
}

void SqliteLog::read(Position from, const std::function<bool(const Record&)>& f) const {
  bool wants_more = true;
  if (from <= committed_) {
    const auto each = [&](const Record& record) { return wants_more = f(record); };
    auto rows = file_.prepare("SELECT " + std::string{kRecordColumns} +
                              " FROM event WHERE pos >= ?1 ORDER BY pos");
    if (rows) rows->bind(1, static_cast<std::int64_t>(from));
    const Done done = rows ? read_records(*rows, file_, each) : std::unexpected(rows.error());
    if (!done) {
      fail(done.error());
      return;
    }
  }
  const Position first = committed_ + 1;
  const std::size_t skipped = from > first ? from - first : 0;
  for (std::size_t i = skipped; i < sealed_ && wants_more; ++i) wants_more = f(record_of_row(i));
}

Record SqliteLog::record_of_row(std::size_t index) const {
  const Row& row = rows_[index];
  const std::string_view text = text_;
  const auto wire =
      row.has_wire ? std::optional{text.substr(row.wire, row.end - row.wire)} : std::nullopt;
  auto event = decode(row.layer, row.type, text.substr(row.data, row.wire - row.data), wire);
  CHECK(event.has_value(), "what was encoded can be decoded");
  return {
      .pos = committed_ + 1 + index, .at = row.at, .cause = row.cause, .event = *std::move(event)};
}

std::optional<CallTerminated> SqliteLog::find_end(CallId call) const {
  for (std::size_t i = rows_.size(); i-- > 0;) {
    if (rows_[i].call == call && rows_[i].type == CallTerminated::kName) {
      return *get_event<CallTerminated>(record_of_row(i).event);
    }
  }
  auto end = log::find_end(statements_.find_end, file_, call);
  if (end) return *end;
  fail(end.error());
  return std::nullopt;
}

LogError SqliteLog::fail(LogError error) const {
  if (!fault_) fault_ = std::move(error);
  return *fault_;
}

Done store(const RunInfo& run, const EventLog& log, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return std::unexpected(LogError{LogFault::kExists, path + ": there is such a file already"});
  }
  auto file = SqliteLog::open(path, Durability::kNone, run);
  if (!file) return std::unexpected(file.error());
  log.read(1, [&](const Record& record) {
    (*file)->append(record);
    return true;
  });
  (*file)->seal();
  const auto committed = (*file)->commit();
  if (!committed) return std::unexpected(committed.error());
  file->reset();
  // Nobody writes it any more: without a WAL it is one file, and readers leave nothing beside it.
  const auto closed = Connection::open(path, Connection::Access::kWrite);
  if (!closed) return std::unexpected(closed.error());
  return closed->execute("PRAGMA journal_mode=DELETE");
}

}  // namespace lastcall::log
