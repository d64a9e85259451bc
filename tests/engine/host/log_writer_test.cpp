#include "engine/host/log_writer.hpp"

#include <gtest/gtest.h>

#include <future>

namespace lastcall::host {
namespace {

Record record_at(Position pos) {
  return {.pos = pos, .at = instant_ns(0), .cause = 0, .event = event_of(NoticeTaken{})};
}

// A store whose commits wait until they are let go, one by one.
struct SlowStore {
  std::mutex mutex;
  std::condition_variable changed;
  int allowed = 0;                          // commits that may end
  std::vector<std::vector<Batch>> commits;  // as they began
  bool fails = false;

  std::expected<void, std::string> commit(const std::vector<Batch>& batches) {
    std::unique_lock lock{mutex};
    commits.push_back(batches);
    changed.notify_all();
    changed.wait(lock, [this] { return allowed > 0; });
    --allowed;
    if (fails) return std::unexpected("the disk is gone");
    return {};
  }
  void wait_for_commits(std::size_t count) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return commits.size() >= count; });
  }
  void let_go(int count) {
    const std::lock_guard lock{mutex};
    allowed += count;
    changed.notify_all();
  }
};

class LogWriterTest : public testing::Test {
 protected:
  void append(Position pos) { writer_.append(record_at(pos)); }
  CommitReport next_report() {
    std::unique_lock lock{reports_mutex_};
    reported_.wait(lock, [this] { return !reports_.empty(); });
    CommitReport report = reports_.front();
    reports_.erase(reports_.begin());
    return report;
  }

  SlowStore store_;
  std::mutex reports_mutex_;
  std::condition_variable reported_;
  std::vector<CommitReport> reports_;
  std::size_t appended_ = 0;
  LogWriter writer_{{.commit = [this](const std::vector<Batch>& b) { return store_.commit(b); },
                     .rest = [] {},
                     .read = [](Position, const std::function<bool(const Record&)>&) {},
                     .find_end = [](CallId) { return std::nullopt; }},
                    10,
                    {.appended = [this](const Record&) { ++appended_; },
                     .committed =
                         [this](const CommitReport& report) {
                           const std::lock_guard lock{reports_mutex_};
                           reports_.push_back(report);
                           reported_.notify_all();
                         }}};
};

TEST_F(LogWriterTest, GivesPositionsAtOnceAndDurabilityAfterTheCommit) {
  append(11);
  append(12);
  EXPECT_EQ(writer_.last(), 12U);
  writer_.seal();
  store_.wait_for_commits(1);
  EXPECT_EQ(writer_.durable(), 10U);
  EXPECT_EQ(writer_.backlog(), 2U);
  store_.let_go(1);
  EXPECT_EQ(next_report().records, 2U);
  EXPECT_EQ(writer_.durable(), 12U);
  EXPECT_EQ(writer_.backlog(), 0U);
  EXPECT_EQ(appended_, 2U);
}

TEST_F(LogWriterTest, CommitsInOneGoWhatGatheredDuringTheLastSync) {
  append(11);
  writer_.seal();
  store_.wait_for_commits(1);
  append(12);
  writer_.seal();
  append(13);
  append(14);
  writer_.seal();
  store_.let_go(2);
  store_.wait_for_commits(2);
  writer_.close();
  ASSERT_EQ(store_.commits.size(), 2U);
  ASSERT_EQ(store_.commits[1].size(), 2U) << "two batches, each whole";
  EXPECT_EQ(store_.commits[1][0].size(), 1U);
  EXPECT_EQ(store_.commits[1][1].size(), 2U);
  EXPECT_EQ(writer_.durable(), 14U);
}

TEST_F(LogWriterTest, NeverCommitsAnOpenBatch) {
  append(11);
  writer_.seal();
  append(12);
  store_.let_go(1);
  writer_.close();
  ASSERT_EQ(store_.commits.size(), 1U);
  EXPECT_EQ(writer_.durable(), 11U);
}

TEST_F(LogWriterTest, AfterAFailureTriesNoMoreAndLetsEndingsGoOn) {
  store_.fails = true;
  append(11);
  writer_.seal();
  store_.let_go(1);
  EXPECT_EQ(next_report().failure, "the disk is gone");
  EXPECT_TRUE(writer_.failed());
  append(12);
  EXPECT_EQ(writer_.durable(), 12U) << "orders leave, unlogged";
  writer_.seal();
  writer_.close();
  EXPECT_EQ(store_.commits.size(), 1U);
  EXPECT_EQ(writer_.unlogged(), 2U);
}

}  // namespace
}  // namespace lastcall::host
