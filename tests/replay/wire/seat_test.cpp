// lastcall in one party's seat of a captured call: what it does there is compared with what the
// party did, and the capture's doubts about the order are tried both ways.

#include "replay/wire/seat.hpp"

#include "tests/replay/wire/scripted.hpp"

#include <algorithm>

namespace lastcall::replay::wire {
namespace {

const std::string kContacts = "Contact: <sip:alice@192.0.2.10:5060>\r\n";

// A whole call that alice ends.
Scripted whole() {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = "", .lines = kContacts, .body = sdp(kAlice.host, 4000)});
  const std::string contact = "Contact: <sip:bob@198.51.100.20:5060>\r\n";
  script.bob(2, "180 to INVITE", 1, {.lines = contact});
  script.bob(500, "200 to INVITE", 1, {.lines = contact, .body = sdp(kBob.host, 4002)});
  return script.alice(510, "ACK", 1);
}

SeatRerun rerun(Scripted& script, const std::string& as) {
  const Calls calls = script.take();
  auto found = rerun_seat(calls.calls.at(0), as);
  EXPECT_TRUE(found.has_value()) << found.error();
  return found ? *std::move(found) : SeatRerun{};
}

std::string whys(const SeatRerun& rerun) {
  std::string text;
  for (const Compared& each : rerun.messages) {
    if (each.likeness == Likeness::kDifferent) text += each.why + "\n";
  }
  return text;
}

TEST(Seat, AsCalleeItAnswersWhenTheCalleeDid) {
  Scripted script = whole();
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  const SeatRerun found = rerun(script, "callee");
  EXPECT_NE(found.likeness(), Likeness::kDifferent) << whys(found);
  EXPECT_EQ(found.side, Side::kCallee);
  EXPECT_EQ(found.delivered.size(), 3U);
  EXPECT_TRUE(found.findings.empty());
  const auto accept = std::ranges::find_if(
      found.messages, [](const Compared& each) { return each.captured == std::size_t{2}; });
  ASSERT_NE(accept, found.messages.end());
  ASSERT_TRUE(accept->sent.has_value());
  EXPECT_EQ(accept->sent->at_ns, 500'000'000);
  EXPECT_EQ(accept->likeness, Likeness::kSame);
}

TEST(Seat, AsCallerItPlacesTheCallAndHangsUp) {
  Scripted script = whole();
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  const SeatRerun found = rerun(script, "caller");
  EXPECT_EQ(found.likeness(), Likeness::kSame) << whys(found);
  EXPECT_EQ(found.messages.size(), 3U);  // INVITE, ACK, BYE
  EXPECT_TRUE(found.findings.empty());
}

// The message that lastcall sent in place of the captured one with this CSeq and method.
SipMessage sent_for(const SeatRerun& rerun, std::string_view method, std::uint32_t cseq) {
  for (const Compared& each : rerun.messages) {
    if (!each.sent) continue;
    const auto sent = sip::parse(each.sent->bytes);
    if (sent && sent->method_text() == method && sent->cseq() == cseq) return *sent;
  }
  ADD_FAILURE() << "no " << method << " " << cseq;
  return {};
}

// Nothing that was captured is written anew: the engine draws what its seat drew.
TEST(Seat, ACallerDrawsTheNamesThatWereCaptured) {
  Scripted script = whole();
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  const SeatRerun found = rerun(script, "caller");
  const SipMessage invite = sent_for(found, "INVITE", 1);
  EXPECT_EQ(invite.call_id(), "call@alice");
  EXPECT_EQ(invite.from_tag(), "a");
  EXPECT_EQ(invite.via().branch, "z9hG4bK-aliceINVITE1");
  EXPECT_EQ(sent_for(found, "ACK", 1).via().branch, "z9hG4bK-aliceACK1");
  EXPECT_EQ(sent_for(found, "BYE", 2).via().branch, "z9hG4bK-aliceBYE2");
}

TEST(Seat, ACalleeDrawsTheNamesThatWereCaptured) {
  Scripted script = whole();
  script.bob(1'000, "BYE", 101).alice(1'010, "200 to BYE", 101);
  const SeatRerun found = rerun(script, "callee");
  EXPECT_NE(found.likeness(), Likeness::kDifferent) << whys(found);
  EXPECT_TRUE(found.findings.empty());
  EXPECT_EQ(sent_for(found, "INVITE", 1).to_tag(), "b");
  const SipMessage bye = sent_for(found, "BYE", 101);
  EXPECT_EQ(bye.from_tag(), "b");
  EXPECT_EQ(bye.via().branch, "z9hG4bK-bobBYE101");
}

// It waits as long as its seat did: both offers are refused, and made again.
TEST(Seat, AfterACollisionItWaitsAsItsSeatDid) {
  Scripted script = whole();
  const More hold{.lines = kContacts, .body = sdp(kAlice.host, 4000, "sendonly")};
  script.alice(1'000, "INVITE", 2, hold);
  script.bob(1'002, "INVITE", 101, {.body = sdp(kBob.host, 4002, "sendonly")});
  script.bob(1'020, "491 to INVITE", 2).alice(1'022, "491 to INVITE", 101);
  script.alice(1'030, "ACK", 2, {.branch = "z9hG4bK-aliceINVITE2"});
  script.bob(1'032, "ACK", 101, {.branch = "z9hG4bK-bobINVITE101"});
  script.alice(3'500, "INVITE", 3, hold);
  script.bob(3'520, "200 to INVITE", 3, {.body = sdp(kBob.host, 4002, "recvonly")});
  script.alice(3'530, "ACK", 3);
  script.alice(5'000, "BYE", 4).bob(5'010, "200 to BYE", 4);
  const SeatRerun found = rerun(script, "caller");
  EXPECT_EQ(found.likeness(), Likeness::kSame) << whys(found);
}

TEST(Seat, AnswersThatLastcallWouldGiveOtherwiseAreDifferent) {
  Scripted script = whole();
  script.alice(1'000, "BYE", 2).bob(1'010, "200 to BYE", 2);
  script.bob(1'300, "BYE", 101).alice(1'310, "481 to BYE", 101);
  const SeatRerun found = rerun(script, "192.0.2.10:5060");
  EXPECT_EQ(found.likeness(), Likeness::kDifferent);
  EXPECT_EQ(whys(found), "lastcall sends 200\n");
}

// The tap saw alice's BYE first, but bob may have sent his own before it reached him.
TEST(Seat, AnOrderThatIsOnlyObservedIsTriedBothWays) {
  Scripted script = whole();
  script.alice(1'000, "BYE", 2).bob(1'003, "BYE", 101);
  script.bob(1'030, "200 to BYE", 2).alice(1'033, "200 to BYE", 101);
  const SeatRerun found = rerun(script, "callee");
  EXPECT_NE(found.likeness(), Likeness::kDifferent) << whys(found);
  EXPECT_EQ(found.late, (Indices{4}));
}

TEST(Seat, ARefusalIsThatOfItsUser) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = "", .lines = kContacts, .body = sdp(kAlice.host, 4000)});
  script.bob(700, "603 to INVITE", 1);
  script.alice(710, "ACK", 1, {.branch = "z9hG4bK-aliceINVITE1"});
  const SeatRerun found = rerun(script, "callee");
  const auto refusal = std::ranges::find_if(
      found.messages, [](const Compared& each) { return each.captured == std::size_t{1}; });
  ASSERT_NE(refusal, found.messages.end());
  ASSERT_TRUE(refusal->sent.has_value());
  EXPECT_EQ(refusal->sent->at_ns, 700'000'000);
}

TEST(Seat, WhatCannotBeRunAgainIsToldInASentence) {
  Scripted middle;
  middle.alice(0, "BYE", 2).bob(10, "200 to BYE", 2);
  EXPECT_FALSE(rerun_seat(middle.take().calls.at(0), "callee").has_value());
  Scripted script = whole();
  const Calls calls = script.take();
  EXPECT_FALSE(rerun_seat(calls.calls.at(0), "203.0.113.1").has_value());
}

}  // namespace
}  // namespace lastcall::replay::wire
