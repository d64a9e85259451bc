// What a scenario promises of a run's end, when the network kept its parties apart: a partition
// excuses a promise if it cost one of them a whole request, and nothing less does.

#include "sim/expect.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace lastcall::sim {
namespace {

constexpr std::uint8_t kAlice = 0;
constexpr std::uint8_t kBob = 1;

// Bob's BYE, or the response to it, on its way from `from` to `to`.
struct Sent {
  std::uint8_t from = kBob;
  std::uint8_t to = kAlice;
  bool lost = false;
  std::string_view method = "BYE";
  int status = 0;  // 0: the request
};

std::string message(const Sent& sent) {
  const std::string line = sent.status == 0
                               ? fmt::format("{} sip:alice@10.0.0.1 SIP/2.0", sent.method)
                               : fmt::format("SIP/2.0 {} Text", sent.status);
  return fmt::format(
      "{}\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKb1\r\nFrom: <sip:b@b>;tag=b\r\n"
      "To: <sip:a@a>;tag=a\r\nCall-ID: id@bob\r\nCSeq: 2 {}\r\nMax-Forwards: 70\r\n\r\n",
      line, sent.method);
}

Trace trace_of(std::initializer_list<Sent> all) {
  Trace trace;
  for (const Sent& sent : all) {
    trace.push_back({{}, 0, DatagramSent{sent.from, sent.to, message(sent), sent.lost}});
  }
  return trace;
}

// How many promises are broken for the scenario that promises Bob his 200.
std::size_t broken_in(const Trace& trace) {
  const auto scenario = parse_scenario("promise",
                                       "promise  a 200  RFC 3261\n"
                                       "actors alice engine, bob peer\n"
                                       "given bob calls alice; alice answers\nrace bob sends BYE\n"
                                       "expect bob gets 200 to BYE\n");
  return broken_promises(scenario.value(), {}, trace).size();
}
std::size_t broken_when_cut(std::initializer_list<Sent> all) {
  Trace trace = trace_of(all);
  trace.push_back({{}, 0, Faulted{{}, Fault::kPartition}});
  return broken_in(trace);
}

constexpr Sent kLostBye{.lost = true};
constexpr Sent kBye{};
constexpr Sent kLostOk{.from = kAlice, .to = kBob, .lost = true, .status = 200};

TEST(Expect, AWholeRequestLostToAPartitionExcusesThePromise) {
  EXPECT_EQ(broken_when_cut({kLostBye, kLostBye}), 0U);
}

TEST(Expect, EveryFinalResponseLostToAPartitionExcusesThePromise) {
  EXPECT_EQ(broken_when_cut({kBye, kLostOk, kLostBye, kBye, kLostOk}), 0U);
}

TEST(Expect, LossesWithoutAPartitionAreFewAndExcuseNothing) {
  EXPECT_EQ(broken_in(trace_of({kLostBye, kLostBye})), 1U);
}

TEST(Expect, ARequestThatGotThroughAndWasNotAnsweredIsNotExcused) {
  EXPECT_EQ(broken_when_cut({kLostBye, kBye}), 1U);
}

TEST(Expect, ALostProvisionalResponseExcusesNothing) {
  EXPECT_EQ(broken_when_cut({kBye, {.from = kAlice, .to = kBob, .lost = true, .status = 100}}), 1U);
}

TEST(Expect, ALostAckExcusesNothing) {
  EXPECT_EQ(broken_when_cut({kBye, {.lost = true, .method = "ACK"}}), 1U);
}

// The world tells of a datagram to an address where nobody is as lost, and to its sender.
TEST(Expect, AnAnswerToTheWrongAddressIsNotExcused) {
  EXPECT_EQ(broken_when_cut({kBye, {.from = kAlice, .to = kAlice, .lost = true, .status = 200}}),
            1U);
}

}  // namespace
}  // namespace lastcall::sim
