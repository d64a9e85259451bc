#include "engine/host/targets.hpp"

#include "engine/model/limits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace lastcall::host {
namespace {

using Zone = std::map<Question, Answer>;
using Endpoints = std::vector<Endpoint>;

Question naptr(const std::string& name) { return {RecordType::kNaptr, name}; }
Question srv(const std::string& name) { return {RecordType::kSrv, name}; }
Question address(const std::string& name) { return {RecordType::kAddress, name}; }

std::uint32_t zero(std::uint32_t) { return 0; }

// Answers every question from the zone; keeps the questions.
struct Asked {
  Endpoints targets;
  std::vector<Question> questions;
};
Asked ask(const std::string& uri, const Zone& zone, TargetSearch::Means means = {.draw = zero}) {
  TargetSearch search{uri, means};
  Asked asked;
  while (const auto question = search.question()) {
    asked.questions.push_back(*question);
    const auto it = zone.find(*question);
    search.answer(it == zone.end() ? Answer{} : it->second);
  }
  asked.targets = search.targets();
  return asked;
}

Answer at(std::vector<std::string> addresses) { return {.addresses = std::move(addresses)}; }

// The example of RFC 3263 4.1 and 4.2.
Zone example() {
  return {{naptr("example.com"),
           {.naptrs = {{90, 50, "s", "SIP+D2T", "_sip._tcp.example.com"},
                       {50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"},
                       {100, 50, "s", "SIP+D2U", "_sip._udp.example.com"}}}},
          {srv("_sip._tcp.example.com"),
           {.srvs = {{0, 1, 5060, "server1.example.com"}, {1, 2, 5062, "server2.example.com"}}}},
          {srv("_sips._tcp.example.com"), {.srvs = {{0, 1, 5061, "server1.example.com"}}}},
          {srv("_sip._udp.example.com"), {.srvs = {{0, 1, 5060, "server1.example.com"}}}},
          {address("server1.example.com"), at({"192.0.2.1"})},
          {address("server2.example.com"), at({"192.0.2.2", "2001:db8::2"})},
          {address("example.com"), at({"192.0.2.9"})}};
}

// Shows TRN-16.
TEST(Targets, ANumericHostNeedsNoQuestion) {
  for (const auto& [uri, target] : std::map<std::string, Endpoint>{
           {"sip:bob@192.0.2.7", {"192.0.2.7", 5060, Transport::kUdp}},
           {"sip:bob@[2001:db8::7]:5070", {"2001:db8::7", 5070, Transport::kUdp}},
           {"sip:bob@192.0.2.7;transport=tcp", {"192.0.2.7", 5060, Transport::kTcp}},
           {"sips:bob@192.0.2.7", {"192.0.2.7", 5061, Transport::kTls}},
           {"sips:bob@192.0.2.7;transport=tcp", {"192.0.2.7", 5061, Transport::kTls}},
           {"sip:bob@example.com;maddr=192.0.2.7", {"192.0.2.7", 5060, Transport::kUdp}}}) {
    const Asked asked = ask(uri, {});
    EXPECT_EQ(asked.targets, Endpoints{target}) << uri;
    EXPECT_TRUE(asked.questions.empty()) << uri;
  }
}

// Shows TRN-16.
TEST(Targets, AGivenPortNeedsOnlyTheAddress) {
  const Asked asked = ask("sip:bob@Example.com:5080", example());
  EXPECT_EQ(asked.questions, std::vector<Question>{address("example.com")});
  EXPECT_EQ(asked.targets, (Endpoints{{"192.0.2.9", 5080, Transport::kUdp}}));
  EXPECT_EQ(ask("sips:bob@example.com:5080", example()).targets,
            (Endpoints{{"192.0.2.9", 5080, Transport::kTls}}));
}

// Shows TRN-16.
TEST(Targets, FollowsNaptrToSrvToAddressesInTheirOrder) {
  EXPECT_EQ(ask("sip:bob@example.com", example()).targets,
            (Endpoints{{"192.0.2.1", 5061, Transport::kTls},
                       {"192.0.2.1", 5060, Transport::kTcp},
                       {"192.0.2.2", 5062, Transport::kTcp},
                       {"2001:db8::2", 5062, Transport::kTcp},
                       {"192.0.2.1", 5060, Transport::kUdp}}));
  EXPECT_EQ(
      ask("sip:bob@example.com", example(), {.tls = false, .draw = zero}).targets[0].transport,
      Transport::kTcp)
      << "what we do not speak is passed over";
}

// Shows TRN-16, TRN-19.
TEST(Targets, SipsGoesNowhereButToTls) {
  EXPECT_EQ(ask("sips:bob@example.com", example()).targets,
            (Endpoints{{"192.0.2.1", 5061, Transport::kTls}}));
  Zone without = example();
  without.erase(naptr("example.com"));
  EXPECT_EQ(ask("sips:bob@example.com", without).targets,
            (Endpoints{{"192.0.2.1", 5061, Transport::kTls}}));
  EXPECT_TRUE(ask("sips:bob@192.0.2.7;transport=udp", example()).targets.empty());
  EXPECT_TRUE(ask("sips:bob@192.0.2.7", example(), {.tls = false, .draw = zero}).targets.empty());
}

// Shows TRN-16.
TEST(Targets, AGivenTransportLeavesOutNaptr) {
  const Asked asked = ask("sip:bob@example.com;transport=tcp", example());
  EXPECT_EQ(asked.questions[0], srv("_sip._tcp.example.com"));
  EXPECT_EQ(asked.targets[0], (Endpoint{"192.0.2.1", 5060, Transport::kTcp}));
  EXPECT_EQ(ask("sip:bob@example.com;transport=tls", example()).targets,
            (Endpoints{{"192.0.2.1", 5061, Transport::kTls}}));
}

// Shows TRN-16.
TEST(Targets, WithoutNaptrTheFirstServiceThatExistsIsTaken) {
  Zone zone = example();
  zone.erase(naptr("example.com"));
  zone.erase(srv("_sip._udp.example.com"));
  const Asked asked = ask("sip:bob@example.com", zone);
  EXPECT_EQ(asked.targets.size(), 3U);
  for (const Endpoint& target : asked.targets) EXPECT_EQ(target.transport, Transport::kTcp);
}

// Shows TRN-16.
TEST(Targets, WithoutAnyServiceTheHostItselfIsTheTarget) {
  const Zone zone{{address("example.com"), at({"2001:db8::9", "192.0.2.9"})}};
  EXPECT_EQ(
      ask("sip:bob@example.com", zone).targets,
      (Endpoints{{"192.0.2.9", 5060, Transport::kUdp}, {"2001:db8::9", 5060, Transport::kUdp}}));
  EXPECT_EQ(ask("sip:bob@example.com", zone, {.prefer_ipv6 = true, .draw = zero}).targets[0].host,
            "2001:db8::9");
  EXPECT_EQ(ask("sips:bob@example.com", zone).targets[0],
            (Endpoint{"192.0.2.9", 5061, Transport::kTls}));
}

TEST(Targets, AServiceThatIsDecidedlyNotOfferedLeadsNowhere) {
  const Zone zone{{srv("_sip._udp.example.com"), {.srvs = {{0, 0, 0, ""}}}},
                  {address("example.com"), at({"192.0.2.9"})}};
  EXPECT_TRUE(ask("sip:bob@example.com", zone).targets.empty());
}

TEST(Targets, WhereNobodyAnswersNothingIsGuessed) {
  Zone zone = example();
  zone[naptr("example.com")] = {.failed = true};
  EXPECT_TRUE(ask("sip:bob@example.com", zone).targets.empty());
  EXPECT_TRUE(ask("sip:bob@unknown.example", example()).targets.empty());
  EXPECT_TRUE(ask("tel:+1", example()).targets.empty());
  EXPECT_TRUE(ask("sip:bob@192.0.2.7;transport=sctp", example()).targets.empty());
}

TEST(Targets, AreAFewHoweverManyThereAre) {
  Zone zone = example();
  Answer many;
  for (int i = 1; i <= 50; ++i) many.addresses.push_back("192.0.2." + std::to_string(i));
  zone[address("server1.example.com")] = many;
  EXPECT_EQ(ask("sip:bob@example.com", zone).targets.size(), limits::kTargetsMax);
  Answer services;  // that lead nowhere, without end
  for (std::uint16_t i = 0; i < 500; ++i) {
    services.srvs.push_back({i, 0, 5060, "host" + std::to_string(i)});
  }
  zone[srv("_sips._tcp.example.com")] = services;
  EXPECT_LE(ask("sip:bob@example.com", zone).questions.size(),
            static_cast<std::size_t>(limits::kQuestionsMax));
}

// Shows TRN-16.
TEST(Targets, SrvRecordsComeByPriorityAndAmongEqualsByDrawnWeight) {
  const std::vector<Srv> srvs{{2, 0, 1, "last"}, {1, 10, 1, "ten"}, {1, 90, 1, "ninety"}};
  const auto names = [&](std::uint32_t drawn) {
    std::vector<std::string> result;
    const auto draw = [&](std::uint32_t max) { return std::min(drawn, max); };
    for (const Srv& one : in_order(srvs, draw)) result.push_back(one.target);
    return result;
  };
  EXPECT_EQ(names(10), (std::vector<std::string>{"ten", "ninety", "last"}));
  EXPECT_EQ(names(11), (std::vector<std::string>{"ninety", "ten", "last"}));
  int first = 0;
  for (std::uint32_t drawn = 1; drawn <= 100; ++drawn) first += names(drawn)[0] == "ten" ? 1 : 0;
  EXPECT_EQ(first, 10) << "of 100 draws";
}

}  // namespace
}  // namespace lastcall::host
