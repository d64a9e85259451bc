#include "engine/sip/reason.hpp"
#include "engine/sip/refer.hpp"
#include "engine/sip/subscription.hpp"
#include "engine/sip/write.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>

namespace lastcall::sip {
namespace {

const Replaces kReplaces{.call_id = "98732@sip.example.com", .to_tag = "ff87ff", .from_tag = "r33"};

SipMessage with_lines(const std::string& lines) {
  return parsed(with(kInvite, "Contact:", lines + "Contact:"));
}

TEST(ReplacesHeader, NeedsEachTagExactlyOnce) {
  EXPECT_EQ(parse_replaces("98732@sip.example.com ;from-tag=r33 ;to-tag=ff87ff"), kReplaces);
  const auto early = parse_replaces("1;to-tag=2;from-tag=3;Early-Only;x=y");
  ASSERT_TRUE(early);
  EXPECT_TRUE(early->early_only);
  for (const char* text :
       {"", ";to-tag=1;from-tag=2", "1", "1;to-tag=2", "1;from-tag=2", "1;to-tag=;from-tag=2",
        "1;to-tag=2;to-tag=3;from-tag=4", "1;to-tag=2;from-tag=3;from-tag=3",
        "1;to-tag=2;from-tag=3,2;to-tag=2;from-tag=3", "1 2;to-tag=2;from-tag=3"}) {
    EXPECT_FALSE(parse_replaces(text)) << text;
  }
  Replaces only = kReplaces;
  only.early_only = true;
  EXPECT_EQ(parse_replaces(write_replaces(only)), only);
}

TEST(ReplacesHeader, StandsOnceInAMessage) {
  const std::string line = header_line(Header::kReplaces, write_replaces(kReplaces));
  EXPECT_EQ(replaces_of(with_lines(line)).value(), kReplaces);
  EXPECT_EQ(replaces_of(parsed(kInvite)).value(), std::nullopt);
  EXPECT_FALSE(replaces_of(with_lines(line + line)));
  EXPECT_FALSE(replaces_of(with_lines("Replaces: x\r\n")));
}

TEST(ReferToHeader, OfAnAttendedTransferHoldsReplaces) {
  const auto target = parse_refer_to(
      "<sip:dave@denver.example.org;method=INVITE;lr?Subject=x&%52eplaces=98732%40sip.example.com"
      "%3bto-tag%3dff87ff%3Bfrom-tag%3Dr33>");
  ASSERT_TRUE(target) << target.error().sentence;
  EXPECT_EQ(target->uri, "sip:dave@denver.example.org;lr");
  EXPECT_EQ(target->method, Method::kInvite);
  EXPECT_EQ(target->replaces, kReplaces);
  EXPECT_EQ(write_refer_to(*target),
            "<sip:dave@denver.example.org;lr?Replaces=98732%40sip.example.com%3Bto-tag%3Dff87ff"
            "%3Bfrom-tag%3Dr33>");
  EXPECT_EQ(parse_refer_to(write_refer_to(*target)), target);
}

TEST(ReferToHeader, MayBePlainOrOfAnotherScheme) {
  EXPECT_EQ(parse_refer_to("sip:a@b")->uri, "sip:a@b");
  EXPECT_EQ(parse_refer_to("\"C\" <sip:c@b;method=BYE>")->method, Method::kBye);
  EXPECT_EQ(parse_refer_to("\"C\" <sip:c@b;method=XX>")->method, Method::kOther);
  EXPECT_EQ(parse_refer_to("<tel:+1;phone-context=x>")->uri, "tel:+1;phone-context=x");
  EXPECT_EQ(write_refer_to({.uri = "sip:a@b", .method = Method::kBye}), "<sip:a@b;method=BYE>");
  for (const char* text : {"", "a@b", "<sip:a@b>, <sip:c@d>", "<sip:a@b?Replaces=1>", "<sip:@b>"}) {
    EXPECT_FALSE(parse_refer_to(text)) << text;
  }
}

TEST(ReferToHeader, StandsExactlyOnce) {
  EXPECT_FALSE(refer_to_of(parsed(kInvite)));
  EXPECT_EQ(refer_to_of(with_lines("r: <sip:c@d>\r\n"))->uri, "sip:c@d");
  EXPECT_FALSE(refer_to_of(with_lines("r: <sip:c@d>\r\nRefer-To: <sip:c@d>\r\n")));
}

TEST(EventHeader, HasAPackageAndPerhapsAnId) {
  EXPECT_EQ(parse_event("refer"), (EventPackage{"refer", ""}));
  EXPECT_EQ(parse_event(" refer ; id = 93809824"), (EventPackage{"refer", "93809824"}));
  EXPECT_FALSE(parse_event(""));
  EXPECT_FALSE(parse_event("refer x"));
  EXPECT_EQ(write_event({"refer", "7"}), "refer;id=7");
  EXPECT_EQ(write_event({"refer", ""}), "refer");
}

TEST(SubscriptionStateHeader, IsReadBackAsItWasWritten) {
  const SubscriptionState over{SubscriptionStatus::kTerminated, "noresource", {}, Seconds{5}};
  EXPECT_EQ(write_subscription_state(over), "terminated;reason=noresource;retry-after=5");
  EXPECT_EQ(parse_subscription_state(write_subscription_state(over)), over);
  const SubscriptionState on{SubscriptionStatus::kActive, "", Seconds{60}, {}};
  EXPECT_EQ(parse_subscription_state("Active ; expires=60"), on);
  EXPECT_EQ(parse_subscription_state("paused;expires=x")->status, SubscriptionStatus::kOther);
  EXPECT_EQ(parse_subscription_state("paused;expires=x")->expires, std::nullopt);
  EXPECT_FALSE(parse_subscription_state(""));
  EXPECT_FALSE(parse_subscription_state("active expires=60"));
}

TEST(Sipfrag, BeginsWithAStatusLine) {
  EXPECT_EQ(write_sipfrag(100), "SIP/2.0 100 Trying\r\n");
  const auto busy = parse_sipfrag("SIP/2.0 486 Busy Here\r\nX: y\r\n");
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->status, 486);
  EXPECT_EQ(busy->reason, "Busy Here");
  EXPECT_EQ(parse_sipfrag("sip/2.0 200")->status, 200);
  for (const char* text : {"", "SIP/2.0", "SIP/2.0 099 x", "SIP/2.0 700 x", "SIP/2.0 2000 x",
                           "INVITE sip:a SIP/2.0", "To: x", "SIP/3.0 200 OK"}) {
    EXPECT_FALSE(parse_sipfrag(text)) << text;
  }
}

// Shows MSG-20.
TEST(ReasonHeader, HasOneValueForEachProtocol) {
  const std::vector<Reason> reasons = reasons_of(
      with_lines("Reason: SIP ;cause=600 ;text=\"Busy, \\\"really\\\"\", Q.850;cause=16\r\n"
                 "Reason: preemption;cause=x;y, sip;cause=200, ;broken\r\n"));
  EXPECT_EQ(reasons, (std::vector<Reason>{{"SIP", 600, "Busy, \"really\""},
                                          {"Q.850", 16, ""},
                                          {"preemption", std::nullopt, ""}}));
  EXPECT_EQ(reasons_of(with_lines("Reason: " + write_reasons(reasons) + "\r\n")), reasons);
  EXPECT_TRUE(reasons_of(parsed(kInvite)).empty());
  EXPECT_DEATH((void)write_reasons({{"SIP", 200, ""}, {"sip", 487, ""}}), "one reason for each");
}

}  // namespace
}  // namespace lastcall::sip
