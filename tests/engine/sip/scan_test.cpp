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

TEST(Words, AreNotEmptyAndOfOneClass) {
  EXPECT_TRUE(is_token("a-b.!%*_+`'~1"));
  for (const char* word : {"", "a b", "a:", "a@b", "\xc3\xbc"}) EXPECT_FALSE(is_token(word));
}

}  // namespace
}  // namespace lastcall::sip
