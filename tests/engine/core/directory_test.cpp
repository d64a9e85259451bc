// The directory: whose id is this, and the one removal of a call's ids.

#include "tests/engine/core/given.hpp"

namespace lastcall::core {
namespace {

constexpr CallId kCall{1};
constexpr SessionId kSession{2};
constexpr DialogId kDialog{3};

Directory live() {
  Directory directory;
  directory.apply(event_of(DialogStarted{.call = kCall, .dialog = kDialog}));
  directory.apply(event_of(CallStarted{.call = kCall, .session = kSession}));
  return directory;
}

std::vector<Found> found(const Directory& directory) {
  return {directory.find(kCall).found, directory.find(kSession).found,
          directory.find(kDialog).found};
}

std::vector<Found> all(Found f) { return {f, f, f}; }

TEST(Directory, KnowsEveryIdOfACallThroughItsLife_I08) {
  Directory directory = live();
  EXPECT_EQ(found(directory), all(Found::kLive));
  EXPECT_EQ(directory.find(kDialog).call, kCall);
  directory.apply(event_of(CallTerminating{.call = kCall}));
  EXPECT_EQ(found(directory), all(Found::kEnding));
}

TEST(Directory, ReleasesAllIdsAtOnceAndAnswersEnded_I07) {
  Directory directory = live();
  directory.release({.call = kCall, .cause = Cause::kNoAck, .at = at_ms(7)});
  EXPECT_EQ(found(directory), all(Found::kEnded));
  EXPECT_EQ(directory.live_calls(), 0U);
  ASSERT_NE(directory.ended(kCall), nullptr);
  EXPECT_EQ(directory.ended(kCall)->cause, Cause::kNoAck);
  EXPECT_EQ(directory.ended(kCall)->at, at_ms(7));
}

TEST(Directory, ForgetsTheTombstoneWhole) {
  Directory directory = live();
  directory.release({.call = kCall});
  directory.apply(event_of(TombstoneEnded{kCall}));
  EXPECT_EQ(found(directory), all(Found::kNotFound));
  EXPECT_EQ(directory, Directory{});
}

TEST(Directory, AForkThatAnswersAfterTheEndBelongsToTheTombstone_R5407A) {
  Directory directory = live();
  directory.release({.call = kCall});
  directory.apply(event_of(DialogStarted{.call = kCall, .dialog = DialogId{4}}));
  EXPECT_EQ(directory.find(DialogId{4}).found, Found::kEnded);
  EXPECT_EQ(directory.dialogs(kCall).size(), 2U);
  directory.apply(event_of(TombstoneEnded{kCall}));
  EXPECT_EQ(directory, Directory{});
}

TEST(Directory, RemembersNothingUnderImmediateRules) {
  Directory directory = live();
  directory.release({.call = kCall, .remembered = false});
  EXPECT_EQ(directory, Directory{});
}

TEST(Directory, AnswersNotFoundOnlyForWhatWasNeverGivenOut) {
  const Directory directory = live();
  EXPECT_EQ(directory.find(CallId{9}).found, Found::kNotFound);
  EXPECT_FALSE(directory.find(DialogId{9}).call);
  EXPECT_TRUE(directory.dialogs(CallId{9}).empty());
  EXPECT_EQ(directory.ended(kCall), nullptr);
}

TEST(Directory, ASecondEndOfACallChangesNothing_I02) {
  Directory directory = live();
  directory.release({.call = kCall, .cause = Cause::kNoAck});
  directory.release({.call = kCall, .cause = Cause::kLocalHangup});
  EXPECT_EQ(directory.ended(kCall)->cause, Cause::kNoAck);
  directory.release({.call = CallId{99}});
  EXPECT_EQ(directory.find(CallId{99}).found, Found::kNotFound);
}

TEST(Isolation, OneCallsEndingLeavesAnotherAlone_TP18) {
  State state;
  for (const CallId call : {kCall, CallId{8}}) {
    fold_event(state, LayerTable{},
               event_of(CallStarted{.call = call, .session = {call.value + 100}}));
  }
  State other_only;
  fold_event(other_only, LayerTable{},
             event_of(CallStarted{.call = CallId{8}, .session = SessionId{108}}));
  fold_event(state, LayerTable{}, event_of(CallTerminating{.call = kCall}));
  fold_event(state, LayerTable{}, event_of(CallTerminated{.call = kCall, .remembered = false}));
  EXPECT_EQ(state, other_only);
  EXPECT_EQ(hash_of_state(state), hash_of_state(other_only));
}

}  // namespace
}  // namespace lastcall::core
