#include "engine/sip/uri.hpp"

#include <gtest/gtest.h>

namespace lastcall::sip {
namespace {

TEST(SipUri, ReadsAllItsParts) {
  const auto uri = parse_uri("sips:alice:secret@[2001:db8::9]:5071;transport=tcp;lr?Subject=x&y=z");
  ASSERT_TRUE(uri) << uri.error().sentence;
  EXPECT_EQ(uri->scheme, "sips");
  EXPECT_EQ(uri->user, "alice:secret");
  EXPECT_EQ(uri->host, "2001:db8::9");
  EXPECT_EQ(uri->port, 5071);
  EXPECT_EQ(uri->params, ";transport=tcp;lr");
  EXPECT_EQ(uri->headers, "Subject=x&y=z");
}

TEST(SipUri, UsersMayHoldReservedCharacters) {
  const auto uri = parse_uri("sip:1_un.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&x@example.com");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->user, "1_un.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&x");
  EXPECT_EQ(parse_uri("sip:user;par=u%40example.net@example.com")->user,
            "user;par=u%40example.net");
}

// Shows MSG-15.
TEST(SipUri, APortInsideTheBracketsIsPartOfTheAddress) {
  const auto inside = parse_uri("sip:[2001:db8::10:5070]");
  EXPECT_EQ(inside->host, "2001:db8::10:5070");
  EXPECT_EQ(inside->port, std::nullopt);
  EXPECT_EQ(parse_uri("sip:[2001:db8::10]:5070")->port, 5070);
}

// Shows MSG-08.
TEST(SipUri, NoPortIsNotTheDefaultPort) { EXPECT_NE(parse_uri("sip:b"), parse_uri("sip:b:5060")); }

TEST(SipUri, RefusesWhatIsNoUri) {
  for (const char* text : {"",
                           "sip",
                           "sip:",
                           "tel:1",
                           "sip:@b",
                           "sip:a@",
                           "sip:a@b:",
                           "sip:a@b:0",
                           "sip:a@b:99999",
                           "sip:a b@c",
                           "sip:a@b c",
                           "<sip:a@b>",
                           "sip:2001:db8::10",
                           "sip:[2001:db8::10",
                           "sip:[x::]",
                           "sip:a@b/c",
                           "sip:a@b\r\nX: y",
                           "sip:\x01@b",
                           "sip:a@b@c",
                           ":a@b"}) {
    EXPECT_FALSE(parse_uri(text)) << text;
  }
}

TEST(SipUri, EndpointsComeFromNumericHostsOnly) {
  const auto endpoint = [](std::string_view text) { return endpoint_of(parse_uri(text).value()); };
  EXPECT_EQ(endpoint("sip:a@192.0.2.1"), (Endpoint{"192.0.2.1", 5060, Transport::kUdp}));
  EXPECT_EQ(endpoint("sip:a@192.0.2.1:7;transport=TCP"),
            (Endpoint{"192.0.2.1", 7, Transport::kTcp}));
  EXPECT_EQ(endpoint("sips:[2001:DB8::1]"), (Endpoint{"2001:db8::1", 5061, Transport::kTls}));
  EXPECT_EQ(endpoint("sips:192.0.2.1;transport=tcp"),
            (Endpoint{"192.0.2.1", 5061, Transport::kTls}));
  EXPECT_EQ(endpoint("sip:name;maddr=192.0.2.7"), (Endpoint{"192.0.2.7", 5060, Transport::kUdp}));
  EXPECT_EQ(endpoint("sip:name"), std::nullopt);
  EXPECT_EQ(endpoint("sip:192.0.2.1;transport=sctp"), std::nullopt);
}

// Shows MSG-15.
TEST(NumericHost, AcceptsAddressesAndNothingNear) {
  for (const char* text : {"0.0.0.0", "255.255.255.255", "::", "::1", "1::", "2001:db8::9:1",
                           "1:2:3:4:5:6:7:8", "::ffff:192.0.2.10", "1:2:3:4:5:6:1.2.3.4"}) {
    EXPECT_EQ(numeric_host(text), text);
  }
  for (const char* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "256.1.1.1",
                           "1.2.3.x",
                           "1..2.3",
                           "a.b.c.d",
                           ":",
                           "1:2",
                           ":1:2",
                           "1::2::3",
                           "12345::",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4::5:6:7:8",
                           "1:2:3:4:5:6:7::8:9",
                           "1.2.3.4::",
                           "::1.2.3",
                           "::1:",
                           "g::",
                           "1:2:3:4:5:6:7:"}) {
    EXPECT_EQ(numeric_host(text), std::nullopt) << text;
  }
}

// Shows MSG-15.
TEST(NumericHost, ToleratesTheThreeColonsOfAnOldGrammar) {
  EXPECT_EQ(numeric_host("2001:DB8:::192.0.2.1"), "2001:db8::192.0.2.1");
}

}  // namespace
}  // namespace lastcall::sip
