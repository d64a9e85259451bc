#include "engine/sip/date.hpp"
#include "engine/sip/delta.hpp"
#include "engine/sip/reliability.hpp"
#include "engine/sip/session_timer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lastcall::sip {
namespace {

// Shows MSG-11.
TEST(DeltaSeconds, AreBelow2To32OrCountAsAbsent) {
  EXPECT_EQ(parse_delta("3600"), Seconds{3600});
  EXPECT_EQ(parse_delta(" 007 ;unknown=x"), Seconds{7});
  EXPECT_EQ(parse_delta("4294967295"), Seconds{4294967295});
  for (const char* text : {"", "4294967296", "1000000000000000000000000000", "-1", "1.5", "soon",
                           "60 s", "60;", "60x"}) {
    EXPECT_FALSE(parse_delta(text)) << text;
  }
  EXPECT_EQ(write_delta(Seconds{90}), "90");
}

TEST(RetryAfterHeader, SkipsItsComment) {
  EXPECT_EQ(parse_retry_after("18000;duration=3600"), (RetryAfter{Seconds{18000}, Seconds{3600}}));
  EXPECT_EQ(parse_retry_after("120 (I'm (\\) in) a meeting)"), (RetryAfter{Seconds{120}, {}}));
  EXPECT_EQ(parse_retry_after("5 (x) ;x=y;Duration=7"), (RetryAfter{Seconds{5}, Seconds{7}}));
  for (const char* text : {"", "x", "949302838503028349304023988", "1 (open", "1 x", "1 (a) b"}) {
    EXPECT_FALSE(parse_retry_after(text)) << text;
  }
  const RetryAfter retry{Seconds{9}, Seconds{60}};
  EXPECT_EQ(parse_retry_after(write_retry_after(retry)), retry);
}

TEST(SessionExpiresHeader, NamesTheRefresherOrNobody) {
  EXPECT_EQ(parse_session_expires("1800"), (SessionExpires{Seconds{1800}, {}}));
  EXPECT_EQ(parse_session_expires("90 ; Refresher = UAS;x"),
            (SessionExpires{Seconds{90}, Refresher::kUas}));
  for (const char* text : {"", "x", ";refresher=uac", "90;refresher=me", "90;refresher", "90 x"}) {
    EXPECT_FALSE(parse_session_expires(text)) << text;
  }
  EXPECT_EQ(write_session_expires({Seconds{90}, Refresher::kUac}), "90;refresher=uac");
  EXPECT_EQ(write_session_expires({Seconds{90}, {}}), "90");
}

TEST(Reliability, RseqCountsFromOne) {
  EXPECT_EQ(parse_rseq(" 988789 "), 988789U);
  EXPECT_EQ(parse_rseq("4294967295"), 4294967295U);
  for (const char* text : {"", "0", "4294967296", "1 2", "x"}) EXPECT_FALSE(parse_rseq(text));
}

TEST(Reliability, RackNamesAResponseAndItsRequest) {
  EXPECT_EQ(parse_rack("776656 1 INVITE"), (Rack{776656, 1, "INVITE"}));
  EXPECT_EQ(parse_rack(" 7\t8   X "), (Rack{7, 8, "X"}));
  for (const char* text : {"", "1", "1 2", "0 1 INVITE", "1 4294967296 INVITE", "1 2 INVITE x"}) {
    EXPECT_FALSE(parse_rack(text)) << text;
  }
  EXPECT_EQ(write_rack({776656, 1, "INVITE"}), "776656 1 INVITE");
}

// Shows MSG-17.
TEST(DateHeader, IsInGmtOrNotRead) {
  const auto at = parse_date("Sat, 13 Nov 2010 23:29:00 GMT");
  ASSERT_TRUE(at);
  EXPECT_EQ(at->time_since_epoch(), Seconds{1289690940});
  for (const char* text : {"", "Fri, 01 Jan 2010 16:00:00 EST", "Sat, 13 Nov 2010 23:29:00 UTC",
                           "Sat, 31 Feb 2010 23:29:00 GMT", "Sat, 13 Nov 2010 24:29:00 GMT",
                           "Sam, 13 Nov 2010 23:29:00 GMT", "Sat, 13 Nex 2010 23:29:00 GMT",
                           "Sat; 13 Nov 2010 23:29:00 GMT", "Sat, 1 Nov 2010 23:29:00 GMT",
                           "Sat, +3 Nov 2010 23:29:00 GMT", "Saturday, 13-Nov-10 23:29:00 GMT"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(DateHeader, IsReadBackAsItWasWritten) {
  EXPECT_EQ(write_date(std::chrono::sys_seconds{Seconds{1289690940}}),
            "Sat, 13 Nov 2010 23:29:00 GMT");
  ASSERT_TRUE(rc::check([] {
    // The years 1000 to 9999.
    const auto seconds = *rc::gen::inRange<std::int64_t>(-30'610'224'000, 253'402'300'800);
    const std::chrono::sys_seconds at{Seconds{seconds}};
    const auto read = parse_date(write_date(at));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == at);
  }));
}

}  // namespace
}  // namespace lastcall::sip
