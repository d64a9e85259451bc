#include "engine/media/g711.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lastcall::media {
namespace {

// Vectors of ITU-T G.711 tables 1 and 2, scaled to 16 bits.
TEST(G711, MuLawMatchesTheTablesOfTheStandard) {
  EXPECT_EQ(encode(G711::kPcmu, 0), 0xff);
  EXPECT_EQ(encode(G711::kPcmu, 32124), 0x80);
  EXPECT_EQ(encode(G711::kPcmu, -32124), 0x00);
  EXPECT_EQ(encode(G711::kPcmu, 32767), 0x80);
  EXPECT_EQ(encode(G711::kPcmu, -32768), 0x00);
  EXPECT_EQ(encode(G711::kPcmu, 1000), 0xce);
  EXPECT_EQ(decode(G711::kPcmu, 0x80), 32124);
  EXPECT_EQ(decode(G711::kPcmu, 0x00), -32124);
  EXPECT_EQ(decode(G711::kPcmu, 0xff), 0);
  EXPECT_EQ(decode(G711::kPcmu, 0xfe), 8);
}

TEST(G711, ALawMatchesTheTablesOfTheStandard) {
  EXPECT_EQ(encode(G711::kPcma, 0), 0xd5);
  EXPECT_EQ(encode(G711::kPcma, -1), 0x55);
  EXPECT_EQ(encode(G711::kPcma, 32767), 0xaa);
  EXPECT_EQ(encode(G711::kPcma, -32768), 0x2a);
  EXPECT_EQ(encode(G711::kPcma, 1000), 0xfa);
  EXPECT_EQ(decode(G711::kPcma, 0xd5), 8);
  EXPECT_EQ(decode(G711::kPcma, 0x55), -8);
  EXPECT_EQ(decode(G711::kPcma, 0xaa), 32256);
  EXPECT_EQ(decode(G711::kPcma, 0x2a), -32256);
}

TEST(G711, EveryOctetSurvivesDecodingAndEncoding) {
  for (int octet = 0; octet < 256; ++octet) {
    const auto value = static_cast<std::uint8_t>(octet);
    EXPECT_EQ(encode(G711::kPcma, decode(G711::kPcma, value)), value);
    // Mu-law has two zeros; the negative one becomes the positive one.
    const std::uint8_t expected = value == 0x7f ? 0xff : value;
    EXPECT_EQ(encode(G711::kPcmu, decode(G711::kPcmu, value)), expected);
  }
}

TEST(G711, NoSampleMovesByMoreThanHalfAStepOfItsSegment) {
  for (const G711 law : {G711::kPcmu, G711::kPcma}) {
    for (int sample = -32768; sample <= 32767; ++sample) {
      const int back = decode(law, encode(law, static_cast<std::int16_t>(sample)));
      // A step is at most 1/16 of the magnitude, and never below 16.
      EXPECT_LE(std::abs(back - sample), std::max(16, std::abs(sample) / 32 + 8)) << sample;
    }
  }
}

TEST(G711, SilenceIsTheOctetOfZero) {
  EXPECT_EQ(silence(G711::kPcmu), encode(G711::kPcmu, 0));
  EXPECT_EQ(silence(G711::kPcma), encode(G711::kPcma, 0));
}

}  // namespace
}  // namespace lastcall::media
