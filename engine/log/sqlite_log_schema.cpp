#include "engine/log/sqlite_log_file.hpp"

#include <cstdint>
#include <string>

namespace lastcall::log {
namespace {

constexpr std::int64_t kApplicationId = 0x4C43'4C67;  // "LCLg"
constexpr std::int64_t kVersion = 1;

constexpr std::string_view kTables = R"(
CREATE TABLE event (
  pos INTEGER PRIMARY KEY,  -- from 1, without gaps
  at INTEGER NOT NULL,      -- ns since the start of the run; see run.wall_offset_ns
  layer TEXT NOT NULL,      -- whose fact it is; 'World' for what the engine was told
  type TEXT NOT NULL,
  call INTEGER,             -- 64 bits of the id, written as hex by the views
  cause INTEGER,            -- position of the event that led to this one; NULL for an input
  data TEXT NOT NULL,       -- JSON
  wire BLOB                 -- raw bytes of a message
) STRICT;
CREATE INDEX event_of_call ON event (call) WHERE call IS NOT NULL;  -- each entry ends with pos

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,  -- position of its first event
  seed TEXT NOT NULL,      -- decimal: it may exceed 63 bits
  scenario TEXT NOT NULL,
  choices TEXT NOT NULL,
  config TEXT NOT NULL,
  version TEXT NOT NULL,
  result TEXT NOT NULL,
  hash TEXT NOT NULL,
  wall_offset_ns INTEGER NOT NULL  -- Unix time at instant 0
) STRICT;

CREATE TABLE live (
  call INTEGER PRIMARY KEY,
  first INTEGER NOT NULL  -- position of its first event
) STRICT;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
)";

// For people with plain sqlite3 (EVENTLOG G9). The engine itself never reads a view.
constexpr std::string_view kViews = R"(
-- What happened, in order, and why: because_pos and because name the event that led to it.
CREATE VIEW story AS
  SELECT event.pos AS pos,
         printf('%.6f', event.at / 1e9) AS seconds,
         strftime('%Y-%m-%d %H:%M:%f', (event.at + run.wall_offset_ns) / 1e9, 'unixepoch') AS utc,
         CASE WHEN event.call IS NOT NULL THEN printf('%016x', event.call) END AS call,
         event.layer AS layer, event.type AS type, event.data AS data,
         event.cause AS because_pos, origin.type AS because,
         CAST(event.wire AS TEXT) AS message
  FROM event
  LEFT JOIN event AS origin ON origin.pos = event.cause
  LEFT JOIN run ON run.id = (SELECT max(id) FROM run AS r WHERE r.first <= event.pos)
  ORDER BY event.pos;

-- One line per call that has begun.
CREATE VIEW calls AS
  SELECT printf('%016x', s.call) AS call,
         json_extract(s.data, '$.role') AS role,
         json_extract(s.data, '$.peer') AS peer,
         printf('%.6f', s.at / 1e9) AS began,
         printf('%.6f', e.at / 1e9) AS ended,
         json_extract(e.data, '$.cause') AS cause,
         json_extract(e.data, '$.forced') AS forced,
         json_extract(e.data, '$.missing') AS missing,
         s.pos AS first_pos, e.pos AS last_pos
  FROM event AS s
  LEFT JOIN event AS e ON e.call = s.call AND e.type = 'CallTerminated'
  WHERE s.type = 'CallStarted'
  ORDER BY s.pos;
)";

}  // namespace

std::expected<bool, LogError> is_new(const Connection& file) {
  const auto id = file.integer("PRAGMA application_id");
  if (!id) return std::unexpected(id.error());
  const auto tables = file.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  return *id == 0 && *tables == 0;
}

Done create_schema(const Connection& file) {
  const Done done = file.execute("BEGIN IMMEDIATE;" + std::string{kTables} + std::string{kViews} +
                                 "PRAGMA application_id=" + std::to_string(kApplicationId) +
                                 "; PRAGMA user_version=" + std::to_string(kVersion) + "; COMMIT");
  if (!done) (void)file.execute("ROLLBACK");  // The first error is the one to tell.
  return done;
}

Done check_schema(const Connection& file) {
  const auto id = file.integer("PRAGMA application_id");
  if (!id) return std::unexpected(id.error());
  if (*id != kApplicationId) {
    return std::unexpected(file.error(LogFault::kNotOurs, "not a log of this engine"));
  }
  const auto version = file.integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version > kVersion) {
    return std::unexpected(file.error(LogFault::kNewerVersion,
                                      "written by a later version of the engine: its format is " +
                                          std::to_string(*version) + ", this engine reads up to " +
                                          std::to_string(kVersion)));
  }
  const auto tables = file.integer(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN "
      "('event', 'run', 'live')");
  if (!tables) return std::unexpected(tables.error());
  if (*tables != 3) return std::unexpected(file.error(LogFault::kDamaged, "a table is missing"));
  return {};
}

}  // namespace lastcall::log
