// What SqliteLog and its reader promise beyond the contract of every log: the file, its schema for
// people, the live calls, and clear words for every file that is not a good log.
#include "engine/log/sqlite_log.hpp"

#include "engine/log/memory_log.hpp"
#include "engine/log/sqlite_log_reader.hpp"
#include "tests/engine/log/records.hpp"
#include "tests/engine/log/scratch.hpp"

#include <gtest/gtest.h>

#include <sqlite3.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace lastcall::log {
namespace {

const RunInfo kRun{.seed = 0xFFFF'FFFF'FFFF'FFFF,
                   .scenario = "R-PL-01",
                   .choices = "token",
                   .config = R"({"rules":"two-phase"})",
                   .version = "0.1.0",
                   .result = "",
                   .hash = "",
                   .wall_offset_ns = 1'700'000'000'000'000'000};

// Nothing if all went well.
template <class T>
std::optional<LogFault> fault_of(const std::expected<T, LogError>& result) {
  return result ? std::nullopt : std::optional{result.error().fault};
}
template <class T>
std::string sentence_of(const std::expected<T, LogError>& result) {
  return result ? "no error" : result.error().sentence;
}

class SqliteLogFile : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return scratch_.path("run.db"); }
  std::unique_ptr<SqliteLog> open() const {
    auto log = SqliteLog::open(path(), Durability::kProcess, kRun);
    EXPECT_TRUE(log.has_value()) << log.error().sentence;
    return *std::move(log);
  }
  static void write(SqliteLog& log, const std::vector<Record>& records) {
    append_all(log, records);
    log.seal();
    EXPECT_TRUE(log.commit().has_value());
  }
  // The fault of opening the file for writing.
  [[nodiscard]] std::optional<LogFault> fault() const {
    const auto log = SqliteLog::open(path(), Durability::kProcess, kRun);
    if (log) return std::nullopt;
    EXPECT_NE(log.error().sentence.find("run.db"), std::string::npos);
    return log.error().fault;
  }
  [[nodiscard]] SqliteReader reader() const {
    auto file = SqliteReader::open(path());
    EXPECT_TRUE(file.has_value()) << file.error().sentence;
    return *std::move(file);
  }
  // What the sqlite3 shell would print: columns by '|', rows by lines; or "error: ...".
  std::string query(const std::string& sql) const {
    sqlite3* file = nullptr;
    sqlite3_open(path().c_str(), &file);
    std::string text;
    const auto row = [](void* out, int size, char** values, char**) {
      for (int i = 0; i < size; ++i) {
        *static_cast<std::string*>(out) +=
            std::string{i > 0 ? "|" : ""} + (values[i] ? values[i] : "");
      }
      *static_cast<std::string*>(out) += "\n";
      return 0;
    };
    char* error = nullptr;
    if (sqlite3_exec(file, sql.c_str(), row, &text, &error) != SQLITE_OK) {
      text = std::string{"error: "} + error;
    }
    sqlite3_free(error);
    sqlite3_close(file);
    return text;
  }

  Scratch scratch_;
};

TEST_F(SqliteLogFile, IsPrivateToItsOwnerWithAllThatStandsBesideIt) {
  const auto log = open();
  write(*log, whole_call(kCall, 1));
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat found = {};
    ASSERT_EQ(stat((path() + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(SqliteLogFile, LeavesOneFileBehindWhenClosed) {
  write(*open(), whole_call(kCall, 1));
  for (const char* suffix : {"-wal", "-shm", ".lock"}) {
    EXPECT_FALSE(std::filesystem::exists(path() + suffix)) << suffix;
  }
}

TEST_F(SqliteLogFile, HasOneWriter) {
  const auto log = open();
  EXPECT_EQ(fault(), LogFault::kInUse);
}

TEST_F(SqliteLogFile, CanBeWrittenAgainAfterItsWriterHasGone) {
  write(*open(), whole_call(kCall, 1));
  const auto log = open();
  EXPECT_EQ(log->last(), 8U);
}

TEST_F(SqliteLogFile, OfSomebodyElseIsRefusedAndLeftAsItIs) {
  query("CREATE TABLE letters (text)");
  EXPECT_EQ(fault(), LogFault::kNotOurs);
  EXPECT_EQ(query("PRAGMA journal_mode"), "delete\n");
  EXPECT_EQ(fault_of(SqliteReader::open(path())), LogFault::kNotOurs);
}

TEST_F(SqliteLogFile, ThatIsNoDatabaseIsRefused) {
  std::ofstream{path()} << std::string(5000, 'x');
  EXPECT_EQ(fault(), LogFault::kNotOurs);
  EXPECT_EQ(fault_of(SqliteReader::open(path())), LogFault::kNotOurs);
}

TEST_F(SqliteLogFile, OfALaterVersionIsRefused) {
  open();
  query("PRAGMA user_version = 1000");
  EXPECT_EQ(fault(), LogFault::kNewerVersion);
  EXPECT_EQ(fault_of(SqliteReader::open(path())), LogFault::kNewerVersion);
}

TEST_F(SqliteLogFile, ThatWasCutOffIsDamaged) {
  write(*open(), whole_call(kCall, 1));
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 4096);
  EXPECT_EQ(fault(), LogFault::kDamaged);
}

TEST_F(SqliteLogFile, ThatDoesNotExistIsNotMadeByAReader) {
  EXPECT_EQ(fault_of(SqliteReader::open(path())), LogFault::kFailed);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SqliteLogFile, G2_VerifyFindsAHole) {
  write(*open(), whole_call(kCall, 1));
  EXPECT_TRUE(reader().verify().has_value());
  query("DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE pos = 3");
  EXPECT_EQ(sentence_of(reader().verify()), path() + ": event 3 is missing");
  EXPECT_EQ(fault_of(reader().verify()), LogFault::kDamaged);
}

TEST_F(SqliteLogFile, G6_VerifyFindsACauseThatIsNotEarlier) {
  write(*open(), whole_call(kCall, 1));
  query("DROP TRIGGER event_is_never_changed; UPDATE event SET cause = 5 WHERE pos = 4");
  EXPECT_EQ(sentence_of(reader().verify()), path() + ": event 4 names a cause that is not earlier");
}

TEST_F(SqliteLogFile, VerifyFindsBadPages) {
  {
    const auto log = open();
    for (Position i = 0; i < 100; ++i) write(*log, whole_call({i + 1}, 8 * i + 1));
  }
  // The last bytes of a page of the index: reading events alone does not touch it.
  constexpr std::streamoff kPage = 4096;
  constexpr char kIndexLeaf = 0x0A;
  std::fstream file{path(), std::ios::in | std::ios::out | std::ios::binary};
  std::streamoff page = kPage;
  while (file.seekg(page) && file.peek() != kIndexLeaf) page += kPage;
  ASSERT_TRUE(file.good());
  file.seekp(page + kPage - 64);
  file << std::string(64, '\xFF');
  file.close();
  EXPECT_EQ(fault_of(reader().verify()), LogFault::kDamaged);
}

TEST_F(SqliteLogFile, G7_EventsCannotBeChangedOrDeletedByAnybodysSql) {
  write(*open(), whole_call(kCall, 1));
  EXPECT_EQ(query("UPDATE event SET data = '{}'"), "error: events are never changed");
  EXPECT_EQ(query("DELETE FROM event"), "error: events are never deleted");
  EXPECT_EQ(query("DELETE FROM event WHERE pos = 3"), "error: events are never deleted");
  EXPECT_EQ(query("INSERT INTO event VALUES (9, 'now', 'World', 'X', 1, 1, '', NULL)"),
            "error: cannot store TEXT value in INTEGER column event.at");
}

TEST_F(SqliteLogFile, G9_PlainSqlTellsWhatHappenedToACallInOrderAndWhy) {
  write(*open(), whole_call(kCall, 1));
  EXPECT_EQ(query("SELECT pos, seconds, type, because_pos, because FROM story "
                  "WHERE call = 'c0ffee0000000001' AND pos < 7"),
            "2|0.002000|CallStarted|1|DatagramReceived\n"
            "3|0.003000|CallRinging|1|DatagramReceived\n"
            "4|0.004000|CallTerminating|1|DatagramReceived\n"
            "5|0.005000|StreamClosed|4|CallTerminating\n"
            "6|0.006000|CallTerminated|5|StreamClosed\n");
  EXPECT_EQ(query("SELECT call, role, peer, began, ended, cause, forced, missing FROM calls"),
            "c0ffee0000000001|caller|sip:b|0.002000|0.006000|remote-bye|0|[]\n");
  EXPECT_EQ(query("SELECT utc, call, message LIKE 'BYE sip:a%' FROM story WHERE pos = 1"),
            "2023-11-14 22:13:20.001||1\n");
}

TEST_F(SqliteLogFile, KeepsTheRunOfEachOpening) {
  const auto finished = [](std::string result, std::string hash) {
    RunInfo run = kRun;
    run.result = std::move(result);
    run.hash = std::move(hash);
    return run;
  };
  {
    const auto log = open();
    write(*log, whole_call(kCall, 1));
    ASSERT_TRUE(log->finish_run("passed", "abc").has_value());
  }
  open();
  const auto runs = reader().runs();
  ASSERT_TRUE(runs.has_value());
  EXPECT_EQ(*runs, (std::vector<StoredRun>{{1, finished("passed", "abc")}, {9, kRun}}));
}

TEST_F(SqliteLogFile, LiveCallsAreThoseBetweenFirstEventAndEndOfTombstone) {
  const auto log = open();
  const CallId third{3};
  write(*log, whole_call(kCall, 1));
  write(*log,
        {record(9, CallStarted{.call = third, .session = {1}, .peer = "", .rings_until = {}}, 0),
         record(10, CallRinging{kOther}, 0), record(11, end_of(kOther, Cause::kNoAck), 10),
         record(12, TransactionEnded{.transaction = {5}, .call = kCall}, 10)});
  EXPECT_EQ(reader().live_calls(), (std::vector<CallId>{third, kOther}));
  write(*log, {record(13, TombstoneEnded{kOther}, 11)});
  EXPECT_EQ(reader().live_calls(), (std::vector<CallId>{third}));
}

TEST_F(SqliteLogFile, RecoveryReadsOnlyWhatLivesAlsoAfterARestart) {
  write(*open(), whole_call(kCall, 1));
  const std::vector<Record> living{record(9, CallRinging{kOther}, 0),
                                   record(11, end_of(kOther, Cause::kNoAck), 9)};
  write(*open(), {living[0], record(10, StreamClosed{.call = kCall, .stream = {1}}, 0)});
  const auto log = open();
  write(*log, {living[1]});
  std::vector<Record> seen;
  ASSERT_TRUE(reader()
                  .read_live([&](const Record& each) {
                    seen.push_back(each);
                    return true;
                  })
                  .has_value());
  EXPECT_EQ(seen, living);
}

TEST_F(SqliteLogFile, ACallThatLeavesNoTombstoneStopsLivingWithItsEnd) {
  const auto log = open();
  CallTerminated end = end_of(kCall, Cause::kLocalHangup);
  end.remembered = false;
  write(*log, {record(1, CallRinging{kCall}, 0), record(2, end, 1)});
  EXPECT_EQ(reader().live_calls(), std::vector<CallId>{});
}

TEST_F(SqliteLogFile, AReaderSeesWhatWasCommittedWhileTheWriterWrites) {
  const auto log = open();
  const SqliteReader file = reader();
  append_all(*log, whole_call(kCall, 1));
  log->seal();
  EXPECT_EQ(file.last(), 0U);
  ASSERT_TRUE(log->commit().has_value());
  EXPECT_EQ(file.last(), 8U);
  EXPECT_EQ(file.find_end(kCall), end_of(kCall, Cause::kRemoteBye));
  EXPECT_EQ(file.find_end(kOther), std::nullopt);
}

TEST_F(SqliteLogFile, AReaderReadsLongLogsWholeAndOneCallAlone) {
  const auto log = open();
  for (Position i = 0; i < 200; ++i) write(*log, whole_call({i + 1}, 8 * i + 1));
  Position expected = 6;
  const SqliteReader file = reader();
  ASSERT_TRUE(file.read(7,
                        [&](const Record& each) {
                          EXPECT_EQ(each.pos, ++expected);
                          return true;
                        })
                  .has_value());
  EXPECT_EQ(expected, 1600U);
  std::vector<Position> seen;
  ASSERT_TRUE(file.read_call({2},
                             [&](const Record& each) {
                               seen.push_back(each.pos);
                               return true;
                             })
                  .has_value());
  EXPECT_EQ(seen, (std::vector<Position>{10, 11, 12, 13, 14, 15, 16}));
}

TEST_F(SqliteLogFile, OnlyTheWriterCheckpointsAndOnlyWhenTold) {
  const auto log = open();
  ASSERT_TRUE(log->checkpoint_when_idle().has_value());
  EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 0U);
  for (Position i = 0; i < 2000; ++i) write(*log, whole_call({i + 1}, 8 * i + 1));
  const auto grown = std::filesystem::file_size(path() + "-wal");
  EXPECT_GT(grown, 2U * 4096U * 1000U);  // twice SQLite's own threshold
  (void)reader().last();
  EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), grown);
  ASSERT_TRUE(log->checkpoint_when_idle().has_value());
  EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 0U);
}

TEST_F(SqliteLogFile, StoresASimulatedRunAsOneNewFile) {
  MemoryLog run;
  append_all(run, whole_call(kCall, 1));
  run.seal();
  ASSERT_TRUE(store(kRun, run, path()).has_value());
  std::vector<Record> seen;
  ASSERT_TRUE(reader()
                  .read(1,
                        [&](const Record& each) {
                          seen.push_back(each);
                          return true;
                        })
                  .has_value());
  EXPECT_EQ(seen, whole_call(kCall, 1));
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
  EXPECT_EQ(fault_of(store(kRun, run, path())), LogFault::kExists);
}

}  // namespace
}  // namespace lastcall::log
