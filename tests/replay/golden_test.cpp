// Logs that older versions have written can be read for ever: each file in golden/ is loaded,
// folded and exported. tests/replay/golden/README.md says how they were made.

#include "replay/fold.hpp"
#include "replay/rerun.hpp"

#include <gtest/gtest.h>

namespace lastcall::replay {
namespace {

// One call of sipp to `lastcall serve` with hold and resume.
TEST(GoldenLogs, OfVersion010) {
  const auto recording = load(std::string{GOLDEN_LOGS} + "/serve-0.1.0.db");
  ASSERT_TRUE(recording.has_value()) << recording.error().sentence;
  EXPECT_EQ(recording->records.size(), 59U);
  const CallList list = calls_of(recording->records);
  ASSERT_EQ(list.calls().size(), 1U);
  EXPECT_EQ(list.calls()[0].cause, Cause::kRemoteBye);
  EXPECT_FALSE(list.calls()[0].forced);
  EXPECT_EQ(improper_ends(list), std::vector<std::string>{});
  EXPECT_EQ(fold(recording->records, kNewest).directory.live_calls(), 0U);
  std::size_t passed = 0;
  const auto result = rerun(
      *recording, [](const std::string&) { return std::nullopt; },
      [&](const Passed&) { ++passed; });
  ASSERT_TRUE(result.has_value()) << result.error();
  // What is decided may have been mended since; then that is told, with where.
  if (result->divergence) {
    EXPECT_GT(result->divergence->at, 1U);
    GTEST_SKIP() << "decided otherwise now: " << to_text(*result->divergence);
  }
  EXPECT_EQ(result->inputs, 12U);
  EXPECT_GE(passed, 10U);
}

}  // namespace
}  // namespace lastcall::replay
