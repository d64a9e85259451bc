#include "engine/host/tally.hpp"

#include <gtest/gtest.h>

namespace lastcall::host {
namespace {

constexpr CallId kCall{7};

TEST(Tally, RemembersWhatAnEndedCallOwesUntilItIsDone) {
  Tally tally;
  tally.add(
      DutiesTaken{.call = kCall, .duties = {Duty::kByeOnAccept, Duty::kByeFinal}, .until = {}});
  tally.add(DutyDone{.call = kCall, .duty = Duty::kByeOnAccept});
  EXPECT_FALSE(tally.no_duties());
  tally.add(DutyDone{.call = kCall, .duty = Duty::kByeFinal});
  EXPECT_TRUE(tally.no_duties());
}

TEST(Tally, WaitsForTheAnswerToAByeThatHadToWaitItself) {
  Tally tally;
  tally.add(DutiesTaken{.call = kCall, .duties = {Duty::kByeOnAck}, .until = {}});
  tally.add(RequestSent{
      .call = kCall, .dialog = {}, .transaction = {}, .method = Method::kBye, .cseq = 1});
  tally.add(DutyDone{.call = kCall, .duty = Duty::kByeOnAck});
  EXPECT_FALSE(tally.no_duties());
  tally.add(DutyDone{.call = kCall, .duty = Duty::kByeFinal});
  EXPECT_TRUE(tally.no_duties());
}

TEST(Tally, ForgetsDutiesWithTheirTombstone) {
  Tally tally;
  tally.add(DutiesTaken{.call = kCall, .duties = {}, .until = {}});
  EXPECT_TRUE(tally.no_duties());
  tally.add(DutiesTaken{.call = kCall, .duties = {Duty::kByeFinal}, .until = {}});
  EXPECT_FALSE(tally.no_duties());
  tally.add(TombstoneEnded{.call = kCall});
  EXPECT_TRUE(tally.no_duties());
}

}  // namespace
}  // namespace lastcall::host
