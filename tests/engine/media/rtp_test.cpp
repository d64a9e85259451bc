#include "engine/media/rtp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace lastcall::media {
namespace {

std::string bytes_of(std::initializer_list<int> octets) {
  std::string bytes;
  for (const int octet : octets) bytes.push_back(static_cast<char>(octet));
  return bytes;
}

const RtpPacket kPacket{.marker = true,
                        .payload_type = 8,
                        .sequence = 0x1234,
                        .timestamp = 0x89abcdef,
                        .ssrc = 0xfedcba98,
                        .payload = "abc"};

TEST(Rtp, WritesTheHeaderOfRfc3550InNetworkOrder) {
  EXPECT_EQ(write(kPacket), bytes_of({0x80, 0x88, 0x12, 0x34, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc,
                                      0xba, 0x98, 'a', 'b', 'c'}));
}

TEST(Rtp, SkipsCsrcsExtensionAndPadding) {
  std::string bytes = write(kPacket);
  bytes[0] = static_cast<char>(0x80 | 0x20 | 0x10 | 2);
  bytes.insert(12, bytes_of({1, 1, 1, 1, 2, 2, 2, 2, 0xbe, 0xde, 0, 1, 9, 9, 9, 9}));
  bytes += bytes_of({0, 0, 3});
  const auto packet = parse_rtp(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(*packet, kPacket);
}

TEST(Rtp, SaysWhereAPacketIsBad) {
  EXPECT_EQ(parse_rtp("").error().position, 0U);
  EXPECT_EQ(parse_rtp(write(kPacket).substr(0, 11)).error().position, 11U);
  std::string version_1 = write(kPacket);
  version_1[0] = 0x40;
  EXPECT_EQ(parse_rtp(version_1).error().sentence, "The version is not 2.");
  std::string csrcs = write(kPacket);
  csrcs[0] = static_cast<char>(0x8f);
  EXPECT_EQ(parse_rtp(csrcs).error().sentence, "The list of CSRCs is cut off.");
  std::string extension = write(kPacket);
  extension[0] = static_cast<char>(0x90);
  EXPECT_EQ(parse_rtp(extension).error().sentence, "The header extension is cut off.");
  std::string padding = write(kPacket);
  padding[0] = static_cast<char>(0xa0);  // the last octet, 'c', would be its length
  EXPECT_EQ(parse_rtp(padding).error().position, 14U);
}

RC_GTEST_PROP(Rtp, WhatIsWrittenIsReadBack, ()) {
  const RtpPacket packet{
      .marker = *rc::gen::arbitrary<bool>(),
      .payload_type = *rc::gen::inRange<std::uint8_t>(0, 128),
      .sequence = *rc::gen::arbitrary<std::uint16_t>(),
      .timestamp = *rc::gen::arbitrary<std::uint32_t>(),
      .ssrc = *rc::gen::arbitrary<std::uint32_t>(),
      .payload = *rc::gen::arbitrary<std::string>(),
  };
  const auto back = parse_rtp(write(packet));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == packet);
}

RC_GTEST_PROP(Rtp, AnyBytesGiveAPacketOrAnError, (const std::string& bytes)) {
  const auto packet = parse_rtp(bytes);
  const bool sensible =
      packet ? packet->payload.size() <= bytes.size() : !packet.error().sentence.empty();
  RC_ASSERT(sensible);
}

}  // namespace
}  // namespace lastcall::media
