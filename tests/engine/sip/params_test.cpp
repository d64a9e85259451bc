#include "engine/sip/params.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lastcall::sip {
namespace {

TEST(Quoting, ProtectsQuotesAndBackslashesAndNothingElse) {
  EXPECT_EQ(quote("a\"b\\c d"), "\"a\\\"b\\\\c d\"");
  EXPECT_EQ(unquote("a\\\"b\\\\c\\x\\"), "a\"b\\cx\\");
  ASSERT_TRUE(rc::check([](const std::string& text) {
    const std::string whole = quote(text);
    Cursor cursor{whole};
    const auto inside = cursor.take_quoted();
    RC_ASSERT(inside.has_value());
    RC_ASSERT(cursor.at_end());
    RC_ASSERT(unquote(*inside) == text);
  }));
}

// Shows MSG-06.
TEST(Unescaping, HappensOnce) {
  EXPECT_EQ(unescape("I%20have%20spaces"), "I have spaces");
  EXPECT_EQ(unescape("v%61lue%25%34%31"), "value%41");
  EXPECT_EQ(unescape("%"), "%");
  EXPECT_EQ(unescape("%4"), "%4");
  EXPECT_EQ(unescape("%zz%4Z%%41"), "%zz%4Z%A");
}

// Shows MSG-07.
TEST(Unescaping, ANulEndsNothing) {
  using std::string_literals::operator""s;
  EXPECT_EQ(unescape("null-%00-null"), "null-\0-null"s);
  EXPECT_EQ(unescape("%00%00"), "\0\0"s);
}

TEST(Params, WithoutSomeKeepsTheOthersAsTheyStand) {
  EXPECT_EQ(without_params(";a=1;B ;c=\";b=\\\";\";b=2", {"b"}), ";a=1;c=\";b=\\\";\"");
  EXPECT_EQ(without_params(";lr;method=BYE;ttl=3", {"method", "ttl"}), ";lr");
  EXPECT_EQ(without_params("", {"b"}), "");
}

TEST(Escaping, AHeaderInAUriIsReadBack) {
  EXPECT_EQ(escape_for_uri_header("a@b;to-tag=1"), "a%40b%3Bto-tag%3D1");
  ASSERT_TRUE(rc::check([](const std::string& text) {
    const std::string escaped = escape_for_uri_header(text);
    RC_ASSERT(escaped.find_first_of(";=&@<>\" \r\n") == std::string::npos);
    RC_ASSERT(unescape(escaped) == text);
  }));
}

}  // namespace
}  // namespace lastcall::sip
