#include "engine/host/rtp_ports.hpp"

#include <gtest/gtest.h>

namespace lastcall::host {
namespace {

using std::chrono::seconds;

TEST(RtpPorts, GivesEvenPortsWhoseNeighbourIsInTheRange) {
  RtpPorts ports{{.first = 10001, .last = 10006}};
  EXPECT_EQ(ports.capacity(), 2U);
  EXPECT_EQ(ports.take(instant_ns(0)), 10002);
  EXPECT_EQ(ports.take(instant_ns(0)), 10004);
  EXPECT_EQ(ports.take(instant_ns(0)), std::nullopt);
}

TEST(RtpPorts, LetsAPortRestBeforeItIsUsedAgain) {
  RtpPorts ports{{.first = 10000, .last = 10001}};
  const Instant start = instant_ns(0);
  ASSERT_EQ(ports.take(start), 10000);
  ports.give_back(10000, start);
  EXPECT_EQ(ports.take(start + RtpPorts::kQuarantine - Duration{1}), std::nullopt);
  EXPECT_EQ(ports.take(start + RtpPorts::kQuarantine), 10000);
}

TEST(RtpPorts, GivesAVeryPortToOneOnly) {
  RtpPorts ports{{.first = 10000, .last = 10003}};
  EXPECT_TRUE(ports.take_exactly(10002));
  EXPECT_FALSE(ports.take_exactly(10002));
  EXPECT_FALSE(ports.take_exactly(10004));
  EXPECT_EQ(ports.take(instant_ns(0)), 10000);
  EXPECT_EQ(ports.take(instant_ns(0)), std::nullopt);
}

}  // namespace
}  // namespace lastcall::host
