#include "engine/sip/headers.hpp"

#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lastcall::sip {
namespace {

std::vector<std::string> values(const SipMessage& message, Header kind) {
  std::vector<std::string> found;
  for_each_value(message, kind, [&](std::string_view value) { found.emplace_back(value); });
  return found;
}

TEST(NameAddr, ReadsEveryFormOfADisplayName) {
  const auto display = [](std::string_view text) {
    return std::string{parse_name_addr(text).value().display};
  };
  EXPECT_EQ(display("<sip:a@b>"), "");
  EXPECT_EQ(display("  Ann  Other   <sip:a@b>"), "Ann  Other");
  EXPECT_EQ(display("caller<sip:a@b>"), "caller");
  EXPECT_EQ(display("\"A, \\\"B\\\" <C>\" <sip:a@b>"), "A, \\\"B\\\" <C>");
  EXPECT_EQ(display("\"\"<sip:a@b>"), "");
  EXPECT_EQ(display("Zo\xc3\xab <sip:a@b>"), "Zo\xc3\xab");
}

TEST(NameAddr, ParametersBehindABareUriBelongToTheHeader) {
  const auto bare = parse_name_addr("sip:a@b:5070;unknown;tag=x");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->uri, "sip:a@b:5070");
  EXPECT_EQ(bare->params, ";unknown;tag=x");
  EXPECT_EQ(bare->tag, "x");
  const auto bracketed = parse_name_addr("<sip:a@b;unknown>;TAG = x");
  ASSERT_TRUE(bracketed);
  EXPECT_EQ(bracketed->uri, "sip:a@b;unknown");
  EXPECT_EQ(bracketed->tag, "x");
}

TEST(NameAddr, HoldsAnyScheme) {
  EXPECT_EQ(parse_name_addr("isbn:2983792873")->uri, "isbn:2983792873");
  EXPECT_EQ(parse_name_addr("<tel:+1-201;phone-context=x>")->uri, "tel:+1-201;phone-context=x");
}

TEST(NameAddr, RefusesWhatItWouldHaveToGuess) {
  for (const char* text :
       {"", "<>", "<sip:a@b", "\"Ann <sip:a@b>", "Ann, B <sip:a@b>", "< sip:a@b>", "<sip:a@b >",
        "sip:a@b?x=y", "<sip:a@b>;", "<sip:a@b>;;x", "<sip:a@b>;x=", "<sip:a@b> x", "\"A\" sip:a@b",
        "<sip:a@b>, <sip:c@d>", "Ann", "<sip:a@b>;x=\"y", "<bob>"}) {
    EXPECT_FALSE(parse_name_addr(text)) << text;
  }
}

TEST(Params, AreFoundByNameInEitherCaseWithoutTheirQuotes) {
  const std::string_view params = ";lr ; Expires = 60;text=\"a;b=\\\"c\";x=[2001:db8::1]";
  EXPECT_EQ(param(params, "LR"), "");
  EXPECT_EQ(param(params, "expires"), "60");
  EXPECT_EQ(param(params, "text"), "a;b=\\\"c");
  EXPECT_EQ(param(params, "x"), "[2001:db8::1]");
  EXPECT_EQ(param(params, "b"), std::nullopt);
  EXPECT_EQ(param("", "b"), std::nullopt);
  EXPECT_EQ(param(";a=1;a=2", "a"), "1");
}

TEST(ViaHeader, AllowsSpacesWhereTheGrammarDoes) {
  const auto via =
      parse_via("SIP  / 2.0  / sctp \t [2001:DB8::1] : 5061 ; branch = z9hG4bKx ; ttl=1");
  ASSERT_TRUE(via) << via.error().sentence;
  EXPECT_EQ(via->transport, "sctp");
  EXPECT_EQ(via->host, "2001:DB8::1");
  EXPECT_EQ(via->port, 5061);
  EXPECT_EQ(via->branch, "z9hG4bKx");
  EXPECT_EQ(via->rport, std::nullopt);
}

TEST(ViaHeader, TellsAnEmptyRportFromAFilledOne) {
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;rport")->rport, 0);
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;rport=99")->rport, 99);
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;rport=x")->rport, std::nullopt);
}

TEST(ViaHeader, TakesReceivedWithAndWithoutBrackets) {
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;received=[2001:db8::9:255]")->received, "2001:db8::9:255");
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;received=2001:db8::9:255")->received, "2001:db8::9:255");
  EXPECT_EQ(parse_via("SIP/2.0/UDP a;maddr=239.255.0.1")->maddr, "239.255.0.1");
}

TEST(ViaHeader, RefusesBrokenElements) {
  for (const char* text :
       {"", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0 a", "SIP/3.0/UDP a", "HTTP/2.0/UDP a",
        "SIP/2.0/UDPa", "SIP/2.0/UDP a:0", "SIP/2.0/UDP a:65536", "SIP/2.0/UDP [::1",
        "SIP/2.0/UDP []", "SIP/2.0/UDP 2001:db8::1", "SIP/2.0/UDP a;;b", "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a:"}) {
    EXPECT_FALSE(parse_via(text)) << text;
  }
}

TEST(CseqHeader, IsANumberAndAMethodAndNothingElse) {
  EXPECT_EQ(parse_cseq(" 0001  BYE ")->number, 1U);
  EXPECT_EQ(parse_cseq("1\tBYE")->method, "BYE");
  for (const char* text :
       {"", "1", "BYE", "1BYE", "1 BYE 2", "-1 BYE", "1.5 BYE", "4294967296 BYE"}) {
    EXPECT_FALSE(parse_cseq(text)) << text;
  }
}

TEST(Lists, CommasAndRepeatedLinesAreTheSame) {
  const SipMessage message = parsed(
      with(kInvite, "Contact:",
           "Route: <sip:a;lr>,\"x,y\" <sip:b,c>;p=\"q,\\\"r\"  ,  <sip:d>\r\nROUTE: <sip:e>\r\n"
           "Contact:"));
  EXPECT_EQ(values(message, Header::kRoute),
            (std::vector<std::string>{"<sip:a;lr>", "\"x,y\" <sip:b,c>;p=\"q,\\\"r\"", "<sip:d>",
                                      "<sip:e>"}));
  EXPECT_TRUE(values(message, Header::kRecordRoute).empty());
}

TEST(Lists, ChallengesAreNeverSplit) {
  const SipMessage message = parsed(with(
      kInvite, "Contact:", "Proxy-Authorization: Digest realm=\"a\", nonce=\"b\"\r\nContact:"));
  EXPECT_EQ(values(message, Header::kProxyAuthorization),
            (std::vector<std::string>{"Digest realm=\"a\", nonce=\"b\""}));
}

TEST(Lists, AnUnclosedQuoteKeepsTheRestTogether) {
  const ListSplit split = split_list(" \"a, b ");
  EXPECT_EQ(split.first, "\"a, b");
  EXPECT_FALSE(split.rest);
  EXPECT_EQ(split_list("a,").rest, "");
}

TEST(HeaderNames, EveryNameFindsItsEnumeratorInEitherCase) {
  for (std::size_t i = 0; i + 1 < kEnumSize<Header>; ++i) {
    const Header kind = static_cast<Header>(i);
    std::string text{name(kind)};
    EXPECT_EQ(header_named(text), kind) << text;
    for (char& c : text) c = lower(c);
    EXPECT_EQ(header_named(text), kind) << text;
  }
}

TEST(HeaderNames, CompactFormsAreThoseOfTheRegistry) {
  EXPECT_EQ(header_named("v"), Header::kVia);
  EXPECT_EQ(header_named("T"), Header::kTo);
  EXPECT_EQ(header_named("x"), Header::kSessionExpires);
  EXPECT_EQ(header_named("z"), Header::kOther);
  EXPECT_EQ(header_named(""), Header::kOther);
  EXPECT_EQ(header_named("?"), Header::kOther);
  EXPECT_EQ(header_named("Vias"), Header::kOther);
}

}  // namespace
}  // namespace lastcall::sip
