#include "engine/media/pump.hpp"

#include <gtest/gtest.h>

namespace lastcall::media {
namespace {

constexpr CallId kCall{1};
constexpr StreamId kStream{2};
const Endpoint kRemote{.host = "192.0.2.7", .port = 4000};

Pump directed(Direction direction) {
  Pump pump{kCall, kStream};
  pump.direct({kCall, kStream, kRemote, direction, 8});
  return pump;
}

std::string packet_with(std::string payload, std::uint8_t payload_type) {
  return write(RtpPacket{.payload_type = payload_type, .payload = std::move(payload)});
}

RtpPacket sent_by(Pump& pump) {
  const PumpStep step = pump.step(Found::kLive);
  return step.frame ? parse_rtp(step.frame->packet).value_or(RtpPacket{}) : RtpPacket{};
}

TEST(Pump, SendsNothingBeforeItIsDirected) {
  Pump pump{kCall, kStream};
  EXPECT_EQ(pump.step(Found::kLive), PumpStep{});
}

TEST(Pump, SendsAFrameOfSilenceEveryTickWhereNothingWasHeard) {
  Pump pump = directed(Direction::kSendRecv);
  const PumpStep first = pump.step(Found::kLive);
  ASSERT_TRUE(first.frame);
  EXPECT_EQ(first.frame->destination, kRemote);
  const RtpPacket one = *parse_rtp(first.frame->packet);
  const RtpPacket two = sent_by(pump);
  EXPECT_EQ(one.payload, std::string(kSamplesPerFrame, '\xd5'));
  EXPECT_TRUE(one.marker);
  EXPECT_FALSE(two.marker);
  EXPECT_EQ(static_cast<std::uint16_t>(two.sequence - one.sequence), 1);
  EXPECT_EQ(two.timestamp - one.timestamp, kSamplesPerFrame);
  EXPECT_EQ(two.ssrc, one.ssrc);
}

TEST(Pump, PlaysBackWhatItHears) {
  Pump pump = directed(Direction::kSendRecv);
  pump.received(packet_with(std::string(240, 'a'), 8));
  EXPECT_EQ(sent_by(pump).payload, std::string(160, 'a'));
  EXPECT_EQ(sent_by(pump).payload, std::string(80, 'a') + std::string(80, '\xd5'));
  EXPECT_EQ(pump.stopped().frames_received, 1U);
  EXPECT_EQ(pump.stopped().frames_sent, 2U);
}

TEST(Pump, KeepsAtMostATenthOfASecond) {
  Pump pump = directed(Direction::kSendRecv);
  for (const char c : std::string{"0123456789"}) {
    pump.received(packet_with(std::string(kSamplesPerFrame, c), 8));
  }
  EXPECT_EQ(sent_by(pump).payload, std::string(kSamplesPerFrame, '5'));
}

TEST(Pump, CountsPacketsThatAreNoneOrOfAnotherCodec) {
  Pump pump = directed(Direction::kSendRecv);
  pump.received("noise");
  pump.received(packet_with("x", 0));
  EXPECT_EQ(pump.packets_bad(), 2U);
  EXPECT_EQ(pump.stopped().frames_received, 0U);
}

TEST(Pump, KeepsToItsDirection) {
  for (const Direction direction : {Direction::kRecvOnly, Direction::kInactive}) {
    Pump pump = directed(direction);
    EXPECT_FALSE(pump.step(Found::kLive).frame) << name(direction);
  }
  Pump pump = directed(Direction::kSendOnly);
  pump.received(packet_with(std::string(kSamplesPerFrame, 'a'), 8));
  EXPECT_EQ(sent_by(pump).payload, std::string(kSamplesPerFrame, '\xd5'));
}

TEST(Pump, SendsNothingToTheOldHoldAddress) {
  Pump pump{kCall, kStream};
  pump.direct({kCall, kStream, {.host = "0.0.0.0", .port = 4000}, Direction::kSendRecv, 0});
  EXPECT_EQ(pump.step(Found::kLive), PumpStep{});
}

TEST(Pump, MarksTheTalkspurtAfterAHold) {
  Pump pump = directed(Direction::kSendRecv);
  const RtpPacket before = sent_by(pump);
  pump.direct({kCall, kStream, kRemote, Direction::kInactive, 8});
  EXPECT_FALSE(pump.step(Found::kLive).frame);
  pump.direct({kCall, kStream, kRemote, Direction::kSendRecv, 8});
  const RtpPacket after = sent_by(pump);
  EXPECT_TRUE(after.marker);
  EXPECT_EQ(static_cast<std::uint16_t>(after.sequence - before.sequence), 1);
  EXPECT_EQ(after.timestamp - before.timestamp, 2 * kSamplesPerFrame);
}

TEST(Pump, SwallowsFramesOfAnEndingCallAndReportsTheFirst) {
  Pump pump = directed(Direction::kSendRecv);
  (void)pump.step(Found::kLive);
  const PumpStep first = pump.step(Found::kEnding);
  EXPECT_FALSE(first.frame);
  EXPECT_EQ(first.refused, (FrameRefused{kCall, kStream, Found::kEnding}));
  EXPECT_EQ(pump.step(Found::kEnding), PumpStep{});
  EXPECT_EQ(pump.step(Found::kEnded).refused, (FrameRefused{kCall, kStream, Found::kEnded}));
  pump.received(packet_with("x", 8));
  EXPECT_EQ(pump.stopped().frames_dropped, 4U);
  EXPECT_EQ(pump.stopped().frames_sent, 1U);
}

TEST(Pump, StopsForGoodWhenItsCallIsNotFound) {
  Pump pump = directed(Direction::kSendRecv);
  EXPECT_EQ(pump.step(Found::kNotFound).refused, (FrameRefused{kCall, kStream, Found::kNotFound}));
  EXPECT_EQ(pump.step(Found::kNotFound), PumpStep{});
  EXPECT_EQ(pump.step(Found::kLive), PumpStep{});
}

}  // namespace
}  // namespace lastcall::media
