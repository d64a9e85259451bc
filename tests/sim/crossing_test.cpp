#include "sim/crossing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lastcall::sim {
namespace {

std::string bye(const std::string& from) {
  return "BYE sip:x@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK" + from +
         "\r\nMax-Forwards: 70\r\nFrom: <sip:" + from + "@10.0.0.1>;tag=1\r\n" +
         "To: <sip:x@10.0.0.2>;tag=2\r\nCall-ID: c\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n";
}

std::string answer(int status, const std::string& method) {
  return "SIP/2.0 " + std::to_string(status) +
         " x\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa\r\nFrom: <sip:a@10.0.0.1>;tag=1\r\n"
         "To: <sip:x@10.0.0.2>;tag=2\r\nCall-ID: c\r\nCSeq: 2 " +
         method + "\r\nContent-Length: 0\r\n\r\n";
}

void leaves(Trace& trace, std::uint8_t from, const std::string& bytes, bool lost = false) {
  const auto to = static_cast<std::uint8_t>(1 - from);
  trace.push_back({{}, 0, DatagramSent{from, to, bytes, lost}});
}
void arrives(Trace& trace, std::uint8_t from, const std::string& bytes) {
  const auto to = static_cast<std::uint8_t>(1 - from);
  trace.push_back({{}, 0, DatagramArrived{from, to, bytes}});
}

constexpr Crossing kByes{0, {Method::kBye}, 1, {Method::kBye}};

TEST(Crossing, IsTwoMessagesThatWereBothSentBeforeEitherArrived) {
  Trace trace;
  leaves(trace, 0, bye("a"));
  leaves(trace, 1, bye("b"));
  arrives(trace, 1, bye("b"));
  EXPECT_FALSE(has(trace, kByes)) << "one of them is still under way, for ever";
  arrives(trace, 0, bye("a"));
  EXPECT_TRUE(has(trace, kByes));
}

TEST(Crossing, IsNoneIfOneWasSentWhenTheOtherHadArrived) {
  Trace trace;
  leaves(trace, 0, bye("a"));
  arrives(trace, 0, bye("a"));
  leaves(trace, 1, bye("b"));
  arrives(trace, 1, bye("b"));
  EXPECT_FALSE(has(trace, kByes));
}

TEST(Crossing, TellsResponsesApartByStatusAndMethod) {
  Trace trace;
  leaves(trace, 0, bye("a"));
  leaves(trace, 1, answer(200, "INVITE"));
  arrives(trace, 0, bye("a"));
  arrives(trace, 1, answer(200, "INVITE"));
  EXPECT_TRUE(has(trace, {0, {Method::kBye}, 1, {Method::kInvite, 200}}));
  EXPECT_FALSE(has(trace, {0, {Method::kBye}, 1, {Method::kInvite, 487}}));
  EXPECT_FALSE(has(trace, {0, {Method::kBye}, 1, {Method::kBye, 200}}));
  EXPECT_FALSE(has(trace, {0, {Method::kBye}, 1, {Method::kInvite}}));
  EXPECT_FALSE(has(trace, {1, {Method::kBye}, 0, {Method::kInvite, 200}})) << "the other way";
}

TEST(Crossing, IsNoneOfWhatWasLost) {
  Trace trace;
  leaves(trace, 0, bye("a"), true);
  leaves(trace, 1, bye("b"));
  arrives(trace, 1, bye("b"));
  arrives(trace, 0, bye("a"));
  EXPECT_FALSE(has(trace, kByes));
}

}  // namespace
}  // namespace lastcall::sim
