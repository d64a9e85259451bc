#include "engine/core/recovery.hpp"

#include <gtest/gtest.h>

namespace lastcall::core {
namespace {

constexpr CallId kCall{1};
constexpr StreamId kStream{2};
const Endpoint kLocal{.host = "127.0.0.1", .port = 20000};
const Endpoint kRemote{.host = "127.0.0.1", .port = 30000};

template <class... Facts>
Recovery recovery_of(const Facts&... facts) {
  Recovery recovery;
  (recovery.add(event_of(facts)), ...);
  return recovery;
}

TEST(Recovery, FindsTheOpenStreamOfAnEstablishedCallAndWhereItPointed) {
  const Recovery recovery =
      recovery_of(StreamOpening{kCall, kStream}, StreamOpened{kCall, kStream, kLocal},
                  StreamDirected{kCall, kStream, kRemote, Direction::kSendRecv, 0},
                  StreamDirected{kCall, kStream, kRemote, Direction::kRecvOnly, 0});
  ASSERT_EQ(recovery.streams().size(), 1U);
  const KeptStream stream = recovery.streams().front();
  EXPECT_EQ(stream.start, (StartStream{kCall, kStream}));
  EXPECT_EQ(stream.local, kLocal);
  EXPECT_EQ(stream.directed->direction, Direction::kRecvOnly) << "the last order counts";
  EXPECT_TRUE(recovery.reports().empty());
}

TEST(Recovery, ClosesTheStreamOfAnEndingCallAndTakesItsNotice) {
  const Recovery recovery = recovery_of(
      StreamOpening{kCall, kStream}, StreamOpened{kCall, kStream, kLocal},
      CallTerminating{.call = kCall}, EndingAnnounced{kCall}, StreamStopping{kCall, kStream});
  EXPECT_TRUE(recovery.streams().empty());
  ASSERT_EQ(recovery.reports().size(), 2U);
  EXPECT_EQ(recovery.reports()[0], Input(StreamStopped{.call = kCall, .stream = kStream}));
  EXPECT_EQ(recovery.reports()[1], Input(NoticeTaken{kCall, NoticeKind::kEnding}));
}

TEST(Recovery, OpensNoStreamThatNeverWasOpen) {
  const Recovery recovery = recovery_of(StreamOpening{kCall, kStream});
  EXPECT_TRUE(recovery.streams().empty());
  ASSERT_EQ(recovery.reports().size(), 1U);
  EXPECT_EQ(recovery.reports().front(), Input(StreamFailed{kCall, kStream}));
}

TEST(Recovery, LetsGoForHoldersThatDied) {
  const Recovery recovery = recovery_of(
      MediaHeld{kCall, HolderId{7}}, MediaHeld{kCall, HolderId{8}}, MediaLetGo{kCall, HolderId{7}});
  ASSERT_EQ(recovery.reports().size(), 1U);
  EXPECT_EQ(recovery.reports().front(), Input(HolderReleased{kCall, HolderId{8}}));
}

TEST(Recovery, AnswersWhatTheDeadWasToSignOrToJudge) {
  const TransactionId refused{3};
  const TransactionId held{4};
  const RequestChallenged challenged{.call = kCall, .transaction = refused};
  const RequestHeld request{.call = kCall, .transaction = held};
  const std::vector<Input> reports = recovery_of(challenged, request).reports();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0], Input(RequestSigned{LayerId::kDialog, kCall, refused, {}}));
  EXPECT_EQ(reports[1], Input(CredentialsJudged{kCall, held, false}));
  EXPECT_TRUE(recovery_of(challenged, RequestMended{.call = kCall, .refused = refused}, request,
                          RequestJudged{kCall, held, true})
                  .reports()
                  .empty());
}

TEST(Recovery, HasNothingToDoForCallsThatEndedInOrder) {
  const Recovery recovery = recovery_of(
      StreamOpening{kCall, kStream}, StreamOpened{kCall, kStream, kLocal}, EndingAnnounced{kCall},
      ClientReleased{kCall}, StreamClosed{kCall, kStream}, CallTerminated{.call = kCall});
  EXPECT_TRUE(recovery.streams().empty());
  EXPECT_TRUE(recovery.reports().empty());
}

}  // namespace
}  // namespace lastcall::core
