#include "engine/sip/scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lastcall::sip {
namespace {

// The search works in blocks: every place of a line break in a block and in the rest is tried, with
// other control bytes and bytes above 0x7f around it.
TEST(FindLineBreak, FindsTheFirstOneWhereverItStands) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string none(size, '\x8d');
    EXPECT_EQ(find_line_break(none, 0), size);
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'\r', '\n'}) {
        std::string text(size, at % 2 == 0 ? '\x0b' : '\x8a');
        text[at] = c;
        for (std::size_t from = 0; from <= size; ++from) {
          EXPECT_EQ(find_line_break(text, from), from <= at ? at : size);
        }
      }
    }
  }
}

TEST(FindLineBreak, GivesTheFirstOfSeveral) {
  const std::string text = "0123456789abcdef0123\r\n\n\r";
  EXPECT_EQ(find_line_break(text, 0), 20U);
  EXPECT_EQ(find_line_break(text, 21), 21U);
  EXPECT_EQ(find_line_break(text, 22), 22U);
  EXPECT_EQ(find_line_break(text, 23), 23U);
  EXPECT_EQ(find_line_break(text, 24), 24U);
}

TEST(ParseNumber, ReadsDigitsUpToTheGreatestNumberOf64Bits) {
  EXPECT_EQ(parse_number("0", 0), 0U);
  EXPECT_EQ(parse_number("65535", 65'535), 65'535U);
  EXPECT_EQ(parse_number("9999999999999999999", UINT64_MAX), 9'999'999'999'999'999'999U);
  EXPECT_EQ(parse_number("18446744073709551615", UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(parse_number("000000000000000000000000042", 42), 42U);
}

TEST(ParseNumber, RefusesWhatIsNoneOrTooGreat) {
  for (const char* text :
       {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "/", ":", "1234567890123456789a",
        "18446744073709551616", "18446744073709551620", "99999999999999999999",
        "123456789012345678901", "000000000000000000000000000000000000000000a"}) {
    EXPECT_FALSE(parse_number(text, UINT64_MAX)) << text;
  }
  EXPECT_FALSE(parse_number("65536", 65'535));
}

TEST(Words, AreNotEmptyAndOfOneClass) {
  EXPECT_TRUE(is_token("a-b.!%*_+`'~1"));
  for (const char* word : {"", "a b", "a:", "a@b", "\xc3\xbc"}) EXPECT_FALSE(is_token(word));
}

}  // namespace
// It looks at 16 bytes at a time, and twice at some of the last.
TEST(FindOutsideUri, EveryByteIsJudgedAtEveryPlace) {
  const std::string allowed =
      "!#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
      "abcdefghijklmnopqrstuvwxyz{|}~";
  for (std::size_t size = 1; size <= 35; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(byte);
        const bool fine = allowed.find(text[place]) != std::string::npos;
        ASSERT_EQ(sip::find_outside_uri(text), fine ? size : place) << size << ' ' << byte;
      }
    }
  }
  EXPECT_EQ(sip::find_outside_uri(""), 0U);
  EXPECT_EQ(sip::find_outside_uri("0123456789abcd ef ghijk"), 14U) << "the first counts";
}

}  // namespace lastcall::sip
