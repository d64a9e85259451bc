// What every log promises (EVENTLOG G1 to G9), asked of each implementation alike.
#include "engine/log/memory_log.hpp"
#include "engine/log/sqlite_log.hpp"
#include "tests/engine/log/arbitrary.hpp"
#include "tests/engine/log/records.hpp"
#include "tests/engine/log/scratch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <memory>
#include <optional>
#include <vector>

namespace lastcall::log {
namespace {

// A log whose sealed batches become durable when told, and that can crash and come back.
class MemoryUnderTest {
 public:
  EventLog& log() { return log_; }
  void commit() { log_.make_durable(log_.sealed()); }
  void crash_and_recover() { log_.crash(); }

 private:
  MemoryLog log_{Syncs::kWhenTold};
};

class SqliteUnderTest {
 public:
  SqliteUnderTest() { open(); }
  EventLog& log() { return *log_; }
  void commit() { ASSERT_TRUE(log_->commit().has_value()); }
  // The files are taken as they are at this moment, as after a kill.
  void crash_and_recover() {
    const Scratch moment;
    scratch_.copy_to(moment);
    log_.reset();
    scratch_.clear();
    moment.copy_to(scratch_);
    open();
  }

 private:
  void open() {
    auto log = SqliteLog::open(scratch_.path("run.db"), Durability::kNone, {});
    ASSERT_TRUE(log.has_value()) << log.error().sentence;
    log_ = *std::move(log);
  }
  Scratch scratch_;
  std::unique_ptr<SqliteLog> log_;
};

template <class UnderTest>
class LogContract : public testing::Test {};
using Logs = testing::Types<MemoryUnderTest, SqliteUnderTest>;

class LogNames {
 public:
  template <class T>
  static std::string GetName(int index) {
    return index == 0 ? "MemoryLog" : "SqliteLog";
  }
};
TYPED_TEST_SUITE(LogContract, Logs, LogNames);

TYPED_TEST(LogContract, G1_OnlySealedBatchesAreReadAndCommitted) {
  TypeParam under_test;
  EventLog& log = under_test.log();
  log.append(record(1, CallRinging{kCall}, 0));
  log.seal();
  log.append(record(2, CallRinging{kOther}, 0));
  under_test.commit();
  EXPECT_EQ(all_of(log).size(), 1U);
  EXPECT_EQ(log.durable(), 1U);
  log.append(record(3, CallRinging{kOther}, 2));
  log.seal();
  under_test.commit();
  EXPECT_EQ(all_of(log).size(), 3U);
  EXPECT_EQ(log.durable(), 3U);
}

TYPED_TEST(LogContract, G2_PositionsAreDenseFromOneAcrossRestarts) {
  TypeParam under_test;
  EXPECT_EQ(under_test.log().last(), 0U);
  append_all(under_test.log(), whole_call(kCall, 1));
  EXPECT_EQ(under_test.log().last(), 8U);
  under_test.log().seal();
  under_test.commit();
  under_test.crash_and_recover();
  EXPECT_EQ(under_test.log().last(), 8U);
  append_all(under_test.log(), whole_call(kOther, 9));
  under_test.log().seal();
  Position expected = 0;
  for (const Record& each : all_of(under_test.log())) EXPECT_EQ(each.pos, ++expected);
  EXPECT_EQ(expected, 16U);
}

TYPED_TEST(LogContract, G2_APositionThatIsNotTheNextBreaksAPromise) {
  TypeParam under_test;
  EXPECT_DEATH(under_test.log().append(record(2, CallRinging{kCall}, 0)), "positions are dense");
}

TYPED_TEST(LogContract, G3_DurableFollowsTheCommitAndNeverTheSeal) {
  TypeParam under_test;
  EventLog& log = under_test.log();
  log.append(record(1, CallRinging{kCall}, 0));
  EXPECT_EQ(log.durable(), 0U);
  log.seal();
  EXPECT_EQ(log.durable(), 0U);
  under_test.commit();
  EXPECT_EQ(log.durable(), 1U);
  log.seal();
  under_test.commit();
  EXPECT_EQ(log.durable(), 1U);
}

TYPED_TEST(LogContract, G5_ACrashLeavesExactlyWhatWasDurable) {
  TypeParam under_test;
  append_all(under_test.log(), whole_call(kCall, 1));
  under_test.log().seal();
  under_test.commit();
  append_all(under_test.log(), whole_call(kOther, 9));
  under_test.log().seal();
  under_test.log().append(record(17, CallRinging{kOther}, 0));
  under_test.crash_and_recover();
  EXPECT_EQ(under_test.log().last(), 8U);
  EXPECT_EQ(under_test.log().durable(), 8U);
  EXPECT_EQ(all_of(under_test.log()), whole_call(kCall, 1));
  EXPECT_TRUE(under_test.log().find_end(kCall).has_value());
  EXPECT_FALSE(under_test.log().find_end(kOther).has_value());
}

TYPED_TEST(LogContract, G6_G7_RecordsComeBackUnchangedBeforeAndAfterACommit) {
  const bool good = rc::check([] {
    TypeParam under_test;
    std::vector<Record> records;
    for_each_event_type([&]<class Fact>() {
      const Position pos = records.size() + 1;
      records.push_back(record(pos, Arbitrary{}.any<Fact>(), pos - 1));
    });
    append_all(under_test.log(), records);
    under_test.log().seal();
    RC_ASSERT(all_of(under_test.log()) == records);
    under_test.commit();
    RC_ASSERT(all_of(under_test.log()) == records);
    under_test.crash_and_recover();
    RC_ASSERT(all_of(under_test.log()) == records);
  });
  EXPECT_TRUE(good);
}

TYPED_TEST(LogContract, ReadingBeginsAndStopsWhereAsked) {
  TypeParam under_test;
  EventLog& log = under_test.log();
  append_all(log, whole_call(kCall, 1));
  log.seal();
  under_test.commit();
  append_all(log, whole_call(kOther, 9));
  log.seal();
  std::vector<Position> seen;
  const auto until = [&seen](Position stop) {
    return [&seen, stop](const Record& each) {
      seen.push_back(each.pos);
      return each.pos < stop;
    };
  };
  log.read(7, until(10));
  EXPECT_EQ(seen, (std::vector<Position>{7, 8, 9, 10}));
  seen.clear();
  log.read(3, until(4));
  EXPECT_EQ(seen, (std::vector<Position>{3, 4}));
  seen.clear();
  log.read(15, until(99));
  EXPECT_EQ(seen, (std::vector<Position>{15, 16}));
  seen.clear();
  log.read(17, until(99));
  EXPECT_TRUE(seen.empty());
}

TYPED_TEST(LogContract, AnEndIsFoundWhileOpenSealedAndCommitted) {
  TypeParam under_test;
  EventLog& log = under_test.log();
  EXPECT_FALSE(log.find_end(kCall).has_value());
  log.append(record(1, CallRinging{kCall}, 0));
  EXPECT_FALSE(log.find_end(kCall).has_value());
  log.append(record(2, end_of(kCall, Cause::kNoAck), 1));
  EXPECT_EQ(log.find_end(kCall), end_of(kCall, Cause::kNoAck));
  log.seal();
  EXPECT_EQ(log.find_end(kCall), end_of(kCall, Cause::kNoAck));
  under_test.commit();
  EXPECT_EQ(log.find_end(kCall), end_of(kCall, Cause::kNoAck));
  EXPECT_FALSE(log.find_end(kOther).has_value());
}

}  // namespace
}  // namespace lastcall::log
