#include "engine/host/stun.hpp"

#include <gtest/gtest.h>

namespace lastcall::host {
namespace {

const std::string kTransaction = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c";
const std::string kCookie = "\x21\x12\xA4\x42";
const std::string kRequest = std::string{"\x00\x01\x00\x00", 4} + kCookie + kTransaction;

// Shows TRN-20.
TEST(Stun, TellsWhoAsksHowWeSeeIt) {
  // RFC 5769 2.2: 192.0.2.1 port 32853 is hidden as a1 47 and e1 12 a6 43.
  EXPECT_EQ(stun_answer(kRequest, {.host = "192.0.2.1", .port = 32853}),
            std::string("\x01\x01\x00\x0c", 4) + kCookie + kTransaction +
                std::string("\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43", 12));
  const auto v6 = stun_answer(kRequest, {.host = "2001:db8::1", .port = 32853});
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->size(), 20U + 4 + 20);
  EXPECT_EQ(v6->substr(24, 4), std::string("\x00\x02\xa1\x47", 4));
  EXPECT_EQ(v6->substr(28, 4), "\x01\x13\xa9\xfa") << "2001:0db8 and the cookie";
}

TEST(Stun, AnswersNothingElse) {
  const Endpoint source{.host = "192.0.2.1", .port = 5060};
  EXPECT_FALSE(stun_answer("INVITE sip:us@example.com SIP/2.0\r\n", source));
  EXPECT_FALSE(stun_answer("", source));
  EXPECT_FALSE(stun_answer(kRequest.substr(0, 19), source));
  EXPECT_FALSE(stun_answer(kRequest + "x", source)) << "its length says otherwise";
  std::string response = kRequest;
  response[0] = '\1';
  EXPECT_FALSE(stun_answer(response, source)) << "or two engines would answer each other for ever";
}

}  // namespace
}  // namespace lastcall::host
