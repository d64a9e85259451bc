#include "engine/sip/uri.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace lastcall::sip {
namespace {

bool same(std::string_view a, std::string_view b) {
  const bool forth = is_equal(parse_uri(a).value(), parse_uri(b).value());
  const bool back = is_equal(parse_uri(b).value(), parse_uri(a).value());
  EXPECT_EQ(forth, back) << a << " " << b;
  return forth;
}

// Shows MSG-08.
TEST(UriEquality, HoldsForTheEqualPairsOfRfc3261) {
  for (const auto& [a, b] : std::array<std::pair<const char*, const char*>, 12>{
           {{"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"},
            {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
            {"sip:carol@chicago.com", "sip:carol@chicago.com;security=on"},
            {"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"},
            {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
             "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
            {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
             "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
            {"SIP:a@b", "sip:a@B"},
            {"sip:a%3Bb@c", "sip:a%3bb@c"},
            {"sip:a@b;x=%41", "sip:a@b;X=a"},
            {"sip:a@b:5060", "sip:a@b:5060"},
            {"sip:a@b;lr", "sip:a@b"},
            {"sip:a:p%77@b", "sip:a:pw@b"}}}) {
    EXPECT_TRUE(same(a, b)) << a << " " << b;
  }
}

// Names of parameters are unique by 19.1.1; a peer that repeats one is still equal to itself.
TEST(UriEquality, HoldsForOneThatRepeatsAParameter) {
  EXPECT_TRUE(same("sip:a@b;tag=1;tag=2", "sip:a@b;tag=1;tag=2"));
  EXPECT_FALSE(same("sip:a@b;tag=1;tag=2", "sip:a@b;tag=3"));
}

// Shows MSG-08.
TEST(UriEquality, FailsForTheUnequalPairsOfRfc3261) {
  for (const auto& [a, b] : std::array<std::pair<const char*, const char*>, 16>{
           {{"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
            {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
            {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
            {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
            {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
            {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
            {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"},
            {"sip:a@b", "sips:a@b"},
            {"sip:a@b", "sip:b"},
            {"sip:a@b;maddr=192.0.2.1", "sip:a@b"},
            {"sip:a@b;user=phone", "sip:a@b"},
            {"sip:a@b;ttl=1", "sip:a@b"},
            {"sip:a@b;method=BYE", "sip:a@b"},
            {"sip:a%3Bb@c", "sip:a;b@c"},
            {"sip:%2541@c", "sip:A@c"},
            {"sip:a:p@b", "sip:a@b"}}}) {
    EXPECT_FALSE(same(a, b)) << a << " " << b;
  }
}

// Shows MSG-16.
TEST(UriEquality, ComparesAddressesByValue) {
  EXPECT_TRUE(same("sip:[2001:DB8::9:1]", "sip:[2001:db8:0:0:0:0:9:1]"));
  EXPECT_TRUE(same("sip:[::ffff:192.0.2.10]", "sip:[::FFFF:C000:20A]"));
  EXPECT_TRUE(same("sip:[2001:db8:::192.0.2.1]", "sip:[2001:db8::192.0.2.1]"));
  EXPECT_TRUE(same("sip:[::]", "sip:[0:0:0:0:0:0:0:0]"));
  EXPECT_FALSE(same("sip:[2001:db8::1]", "sip:[2001:db8::2]"));
  EXPECT_FALSE(same("sip:[1::]", "sip:[::1]"));
  EXPECT_FALSE(same("sip:[::ffff:192.0.2.10]", "sip:192.0.2.10"));
  EXPECT_FALSE(is_same_host("192.0.2.1", "host.example.com"));
  EXPECT_FALSE(is_same_host("::1", "host.example.com"));
}

// Shows MSG-16.
TEST(UriEquality, AnyTextOfAnAddressEqualsItsFullForm) {
  ASSERT_TRUE(rc::check([](const std::array<std::uint16_t, 8>& groups) {
    std::string full, brief;
    for (const std::uint16_t group : groups) {
      full += fmt::format(":{:04x}", group);
      brief += fmt::format(":{:X}", group);
    }
    RC_ASSERT(is_same_host(full.substr(1), brief.substr(1)));
  }));
}

}  // namespace
}  // namespace lastcall::sip
