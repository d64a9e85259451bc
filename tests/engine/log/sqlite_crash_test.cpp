// EVENTLOG G1, G3, G5: what a killed process and a failing disk leave of a log.
#include "engine/log/sqlite_log.hpp"
#include "engine/log/sqlite_log_reader.hpp"
#include "tests/engine/log/records.hpp"
#include "tests/engine/log/scratch.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lastcall::log {
namespace {

// Writes batches of one call without end, and tells each durable position on `out`.
[[noreturn]] void write_until_killed(const std::string& path, int out) {
  auto log = SqliteLog::open(path, Durability::kProcess, {});
  if (!log) _exit(1);
  for (Position i = 0;; ++i) {
    append_all(**log, whole_call({i + 1}, 8 * i + 1));
    (*log)->seal();
    if (i % 3 != 2) continue;
    const auto durable = (*log)->commit();
    if (!durable || ::write(out, &*durable, sizeof *durable) != sizeof *durable) _exit(1);
  }
}

// Kills a writer after `told` commits, and returns the last durable position it told.
Position kill_writer(const std::string& path, int told) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) write_until_killed(path, pipe_ends[1]);
  close(pipe_ends[1]);
  Position durable = 0;
  for (int i = 0; i < told; ++i) {
    EXPECT_EQ(::read(pipe_ends[0], &durable, sizeof durable), ssize_t{sizeof durable});
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  // What it told before it died counts too.
  while (::read(pipe_ends[0], &durable, sizeof durable) == ssize_t{sizeof durable}) {
  }
  close(pipe_ends[0]);
  return durable;
}

TEST(SqliteLogCrash, G5_AKilledWriterLeavesWholeBatchesWithAllThatItAcknowledged) {
  for (const int told : {1, 2, 7, 40}) {
    const Scratch scratch;
    const Position durable = kill_writer(scratch.path("run.db"), told);
    const auto log = SqliteLog::open(scratch.path("run.db"), Durability::kProcess, {});
    ASSERT_TRUE(log.has_value()) << log.error().sentence;
    EXPECT_GE((*log)->last(), durable);
    EXPECT_EQ((*log)->last() % 24, 0U) << "a commit is three batches of eight";
    EXPECT_TRUE(SqliteReader::open(scratch.path("run.db"))->verify().has_value());
    for (Position i = 0; i < durable / 8; ++i) {
      EXPECT_TRUE((*log)->find_end({i + 1}).has_value());
    }
  }
}

// Lets no file of this process grow beyond a size, as a full disk does.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    signal_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, signal_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_ = {};
  void (*signal_)(int) = nullptr;
};

TEST(SqliteLogCrash, G3_AFailedCommitIsFinalAndLosesNothingThatWasDurable) {
  const Scratch scratch;
  auto log = *SqliteLog::open(scratch.path("run.db"), Durability::kPower, {});
  append_all(*log, whole_call(kCall, 1));
  log->seal();
  ASSERT_EQ(log->commit(), Position{8});
  append_all(*log, whole_call(kOther, 9));
  log->seal();
  {
    const SmallFiles limit{std::filesystem::file_size(scratch.path("run.db-wal"))};
    EXPECT_FALSE(log->commit().has_value());
  }
  // There is room again, but the file stays refused.
  ASSERT_TRUE(log->fault().has_value());
  const auto again = log->commit();
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error(), *log->fault());
  EXPECT_FALSE(log->checkpoint_when_idle().has_value());
  EXPECT_FALSE(log->finish_run("passed", "").has_value());
  EXPECT_EQ(log->durable(), 8U);
  // The engine can still end its calls: what is not durable is remembered in memory.
  EXPECT_TRUE(log->find_end(kOther).has_value());
  EXPECT_EQ(all_of(*log).size(), 16U);
  log.reset();
  log = *SqliteLog::open(scratch.path("run.db"), Durability::kPower, {});
  EXPECT_EQ(all_of(*log), whole_call(kCall, 1));
}

}  // namespace
}  // namespace lastcall::log
