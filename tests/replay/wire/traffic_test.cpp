// What is put together from the messages of a capture: calls, hops, copies, media, legs.

#include "tests/replay/wire/scripted.hpp"

#include <tuple>

namespace lastcall::replay::wire {
namespace {

TEST(Traffic, OneCallPerCallIdAndRegistrationsApart) {
  Scripted script;
  script.answered();
  script.alice(600, "REGISTER", 1, {.to_tag = "", .call_id = "register@alice"});
  script.alice(700, "INVITE", 1, {.to_tag = "", .call_id = "second@alice"});
  const Calls calls = script.take();
  ASSERT_EQ(calls.calls.size(), 2U);
  EXPECT_EQ(calls.calls[0].sip_call_id, "call@alice");
  EXPECT_EQ(calls.calls[1].sip_call_id, "second@alice");
  ASSERT_EQ(calls.others.size(), 1U);
}

TEST(Traffic, ARepeatIsPartOfItsTransactionAndAHopOfItsRequest) {
  const Endpoint proxy{"203.0.113.1", 5060};
  Scripted script;
  script.between(kAlice, proxy).alice(0, "INVITE", 1, {.to_tag = ""});
  script.alice(500, "INVITE", 1, {.to_tag = ""});
  script.between(proxy, kBob).alice(501, "INVITE", 1, {.branch = "z9hG4bK-hop", .to_tag = ""});
  const Calls calls = script.take();
  const Call& call = calls.calls.at(0);
  ASSERT_EQ(call.requests.size(), 1U);
  ASSERT_EQ(call.requests[0].hops.size(), 2U);
  EXPECT_EQ(call.transactions[0].requests.size(), 2U);
  EXPECT_EQ(call.transactions[1].requests.size(), 1U);
}

// The same datagram at two interfaces is one message; the same bytes after T1 are a repeat.
TEST(Traffic, WhatTwoTapsSawIsOneMessage) {
  Scripted script;
  script.by_tap(1).alice(0, "INVITE", 1, {.to_tag = ""});
  script.by_tap(2).alice(3, "INVITE", 1, {.to_tag = ""});
  script.by_tap(1).alice(500, "INVITE", 1, {.to_tag = ""});
  const Calls calls = script.take();
  ASSERT_EQ(calls.calls.at(0).messages.size(), 2U);
  EXPECT_EQ(calls.calls[0].messages[0].copies.size(), 1U);
  EXPECT_EQ(calls.merged, 1U);
}

// RFC 791: a datagram that is sent again has another identification, its copy at a mirrored port
// the same; where there is none, what comes again at once is taken for a copy.
TEST(Traffic, ARepetitionAtOnceIsNoCopy) {
  for (const auto& [first, second, messages] :
       {std::tuple{1, 2, 2U}, std::tuple{1, 1, 1U}, std::tuple{0, 0, 1U}, std::tuple{0, 2, 1U}}) {
    Scripted script;
    script.with_ip_id(static_cast<std::uint16_t>(first)).alice(0, "INVITE", 1, {.to_tag = ""});
    script.with_ip_id(static_cast<std::uint16_t>(second)).alice(3, "INVITE", 1, {.to_tag = ""});
    EXPECT_EQ(script.take().calls.at(0).messages.size(), messages) << first << " " << second;
  }
}

TEST(Traffic, WhatASingleProgramToldIsNeverACopy) {
  Traffic traffic{Taps::kOne};
  const auto message = sip::parse(
      "OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: "
      "<sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n");
  for (int i = 0; i < 2; ++i) {
    traffic.add(
        {.source = kAlice, .destination = kBob, .bytes = message->bytes(), .message = *message});
  }
  EXPECT_EQ(traffic.take().others.at(0).messages.size(), 2U);
}

TEST(Traffic, MediaBelongsToTheCallWhoseSdpNamesItsPorts) {
  Scripted script;
  script.answered().rtp(600, true).rtp(620, true).rtp(610, false);
  const Calls calls = script.take();
  const Call& call = calls.calls.at(0);
  ASSERT_EQ(call.streams.size(), 2U);
  EXPECT_EQ(call.streams[0].sender, Side::kCaller);
  EXPECT_EQ(call.streams[0].packets, 2U);
  EXPECT_FALSE(call.streams[0].is_guessed);
  EXPECT_EQ(call.streams[1].sender, Side::kCallee);
  EXPECT_EQ(calls.unbound, 0U);
}

TEST(Traffic, MediaThatNoSdpNamesIsGuessedByItsHostsIfThereIsEnoughOfIt) {
  Scripted one, many;
  for (Scripted* each : {&one, &many}) {
    each->alice(0, "INVITE", 1, {.to_tag = ""}).bob(500, "200 to INVITE", 1);
  }
  one.rtp(600, true);
  for (int i = 0; i < 6; ++i) many.rtp(600 + 20 * i, true);
  EXPECT_EQ(one.take().unbound, 1U);
  const Calls calls = many.take();
  ASSERT_EQ(calls.calls.at(0).streams.size(), 1U);
  EXPECT_TRUE(calls.calls[0].streams[0].is_guessed);
}

TEST(Traffic, ALegIsLinkedByRuleWhereItNamesTheOther) {
  Scripted script;
  const std::string session =
      "Session-ID: 0123456789abcdef0123456789abcdef;remote="
      "00000000000000000000000000000000\r\n";
  script.alice(0, "INVITE", 1, {.to_tag = "", .lines = session});
  script.between({"203.0.113.9", 5060}, {"203.0.113.10", 5060});
  script.alice(9'000, "INVITE", 1, {.to_tag = "", .lines = session, .call_id = "leg@pbx"});
  const Calls calls = script.take();
  ASSERT_EQ(calls.links.size(), 1U);
  EXPECT_TRUE(calls.links[0].is_certain);
  EXPECT_EQ(calls.links[0].first, 0U);
  EXPECT_EQ(calls.links[0].second, 1U);
}

TEST(Traffic, ALegThatACalledHostDialsIsLikelyAndNoMore) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""});
  script.between(kBob, {"203.0.113.10", 5060});
  script.alice(100, "INVITE", 1, {.to_tag = "", .call_id = "leg@pbx"});
  script.between({"203.0.113.77", 5060}, {"203.0.113.78", 5060});
  script.alice(8'000, "INVITE", 1, {.to_tag = "", .call_id = "stranger@else"});
  const Calls calls = script.take();
  ASSERT_EQ(calls.links.size(), 1U);
  EXPECT_FALSE(calls.links[0].is_certain);
  EXPECT_EQ(calls.links[0].second, 1U);
}

TEST(Traffic, SidesAreThoseOfTheTags) {
  Scripted script;
  script.answered().bob(1'000, "BYE", 101).alice(1'010, "200 to BYE", 101);
  const Calls calls = script.take();
  const Life life = life_of(calls.calls.at(0));
  EXPECT_EQ(life.ended_by, Side::kCallee);
  EXPECT_EQ(*life.answered_ns, 500'000'000);
}

}  // namespace
}  // namespace lastcall::replay::wire
