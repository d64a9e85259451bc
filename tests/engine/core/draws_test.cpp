// Whoever goes through another run again gives what was drawn then: it is taken, and nothing else
// changes.

#include "engine/core/draws.hpp"

#include <gtest/gtest.h>

namespace lastcall::core {
namespace {

constexpr CallId kCall{7};
constexpr CallId kOther{8};
constexpr DialogId kDialog{70};

TEST(Draws, TakeTheNamesOfAnotherRunForItsCallAlone) {
  Draws draws{1, 0};
  const Draws ours = draws;
  draws.take_from({.local_tags = {{kCall, "a"}},
                   .sip_call_ids = {{kCall, "call@alice"}},
                   .branches = {{{kCall, kDialog, Method::kBye, 101}, "z9hG4bK-bye"}},
                   .response_tags = {},
                   .first_rseqs = {{TransactionId{3}, 4711}},
                   .collision_waits = {}});
  EXPECT_EQ(draws.local_tag(kCall), "a");
  EXPECT_EQ(draws.local_tag(kOther), ours.local_tag(kOther));
  EXPECT_EQ(draws.sip_call_id(kCall), "call@alice");
  EXPECT_EQ(draws.sip_call_id(kOther), ours.sip_call_id(kOther));
  EXPECT_EQ(draws.branch(kCall, kDialog, Method::kBye, 101), "z9hG4bK-bye");
  EXPECT_EQ(draws.branch(kCall, kDialog, Method::kBye, 102),
            ours.branch(kCall, kDialog, Method::kBye, 102));
  EXPECT_EQ(draws.first_rseq(TransactionId{3}), 4711U);
}

TEST(Draws, NumberRequestsAsTheOtherRunDid_8_1_1_5) {
  Draws draws{1, 0};
  EXPECT_EQ(draws.next_cseq(kCall, kDialog, Method::kBye, 0), 1U);
  EXPECT_EQ(draws.next_cseq(kCall, kDialog, Method::kBye, 5), 6U);
  draws.take_from({.local_tags = {},
                   .sip_call_ids = {},
                   .branches = {{{kCall, kDialog, Method::kInvite, 101}, "z9hG4bK-1"},
                                {{kCall, kDialog, Method::kInvite, 104}, "z9hG4bK-2"},
                                {{kCall, kDialog, Method::kBye, 105}, "z9hG4bK-3"}},
                   .response_tags = {},
                   .first_rseqs = {},
                   .collision_waits = {}});
  EXPECT_EQ(draws.next_cseq(kCall, kDialog, Method::kInvite, 0), 101U);
  EXPECT_EQ(draws.next_cseq(kCall, kDialog, Method::kInvite, 101), 104U);
  EXPECT_EQ(draws.next_cseq(kCall, kDialog, Method::kInvite, 104), 105U);  // one more than it made
  EXPECT_EQ(draws.next_cseq(kCall, kDialog, Method::kBye, 104), 105U);
  EXPECT_EQ(draws.next_cseq(kOther, kDialog, Method::kBye, 0), 1U);
}

}  // namespace
}  // namespace lastcall::core
