#include "engine/log/memory_log.hpp"

#include "tests/engine/log/records.hpp"

#include <gtest/gtest.h>

namespace lastcall::log {
namespace {

TEST(MemoryLog, ASealIsDurableUnlessToldToLag) {
  MemoryLog prompt;
  prompt.append(record(1, CallRinging{kCall}, 0));
  EXPECT_EQ(prompt.durable(), 0U);
  prompt.seal();
  EXPECT_EQ(prompt.durable(), 1U);
}

TEST(MemoryLog, DurabilityCanStopAtAnySealButNowhereElse) {
  MemoryLog log{Syncs::kWhenTold};
  append_all(log, whole_call(kCall, 1));
  log.seal();
  append_all(log, whole_call(kOther, 9));
  log.seal();
  log.make_durable(8);
  EXPECT_EQ(log.durable(), 8U);
  EXPECT_DEATH(log.make_durable(12), "whole or not at all");
  EXPECT_DEATH(log.make_durable(0), "stays durable");
  log.crash();
  EXPECT_EQ(log.last(), 8U);
  EXPECT_EQ(log.sealed(), 8U);
}

TEST(MemoryLog, ACopyGoesItsOwnWay) {
  MemoryLog log;
  log.append(record(1, CallRinging{kCall}, 0));
  log.seal();
  MemoryLog copy = log;
  copy.append(record(2, end_of(kCall, Cause::kShutdown), 1));
  copy.seal();
  EXPECT_EQ(log.last(), 1U);
  EXPECT_FALSE(log.find_end(kCall).has_value());
  EXPECT_TRUE(copy.find_end(kCall).has_value());
}

}  // namespace
}  // namespace lastcall::log
