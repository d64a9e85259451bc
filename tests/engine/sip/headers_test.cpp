#include "engine/sip/headers.hpp"

#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <utility>
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

// Shows MSG-09.
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

// Shows MSG-09.
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

// Shows MSG-15.
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

// Shows MSG-05.
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

// Shows MSG-05.
TEST(Lists, JoinedLinesHoldTheValuesOfTheLines) {
  ASSERT_TRUE(rc::check([] {
    const auto value = rc::gen::element<std::string>(
        "<sip:a,b@c>", "\"x, \\\"y\" <sip:d>;q=\"1,2\"", "sip:e@f", "<sip:g;h?i=j,k>");
    const auto all = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(value));
    const Header kind = *rc::gen::element(Header::kRoute, Header::kRecordRoute, Header::kContact);
    const std::string key = std::string{name(kind)} + ": ";
    std::string lines, joined;
    for (const std::string& each : all) {
      lines += key + each + "\r\n";
      joined += (joined.empty() ? key : " ,\t") + each;
    }
    const std::string bare = with(kInvite, "Contact: <sip:alice@192.0.2.1:5062>\r\n", "");
    const SipMessage apart = parsed(with(bare, "CSeq", lines + "CSeq"));
    const SipMessage together = parsed(with(bare, "CSeq", joined + "\r\nCSeq"));
    RC_ASSERT(values(apart, kind) == all);
    RC_ASSERT(values(together, kind) == all);
  }));
}

// Shows MSG-05.
TEST(Lists, ChallengesAreNeverSplit) {
  for (const Header kind : {Header::kProxyAuthorization, Header::kAuthorization,
                            Header::kWwwAuthenticate, Header::kProxyAuthenticate}) {
    const std::string line = std::string{name(kind)} + ": Digest realm=\"a\", nonce=\"b\"\r\n";
    EXPECT_EQ(values(parsed(with(kInvite, "Contact:", line + "Contact:")), kind),
              (std::vector<std::string>{"Digest realm=\"a\", nonce=\"b\""}));
  }
}

TEST(Lists, AnUnclosedQuoteKeepsTheRestTogether) {
  const ListSplit split = split_list(" \"a, b ");
  EXPECT_EQ(split.first, "\"a, b");
  EXPECT_FALSE(split.rest);
  EXPECT_EQ(split_list("a,").rest, "");
}

// Shows MSG-03.
TEST(HeaderNames, EveryNameFindsItsEnumeratorInEitherCase) {
  for (std::size_t i = 0; i + 1 < kEnumSize<Header>; ++i) {
    const Header kind = static_cast<Header>(i);
    std::string text{name(kind)};
    EXPECT_EQ(header_named(text), kind) << text;
    for (char& c : text) c = lower(c);
    EXPECT_EQ(header_named(text), kind) << text;
  }
}

// Shows MSG-04.
TEST(HeaderNames, CompactFormsAreThoseOfTheRegistry) {
  const std::vector<std::pair<std::string_view, std::string_view>> forms{
      {"b", "Referred-By"},  {"c", "Content-Type"}, {"e", "Content-Encoding"}, {"f", "From"},
      {"i", "Call-ID"},      {"k", "Supported"},    {"l", "Content-Length"},   {"m", "Contact"},
      {"o", "Event"},        {"r", "Refer-To"},     {"s", "Subject"},          {"t", "To"},
      {"u", "Allow-Events"}, {"v", "Via"},          {"x", "Session-Expires"}};
  for (const auto& [compact, full] : forms) {
    EXPECT_EQ(header_named(compact), header_named(full)) << full;
    EXPECT_NE(header_named(compact), Header::kOther) << full;
  }
  EXPECT_EQ(header_named("T"), Header::kTo);
  EXPECT_EQ(header_named("z"), Header::kOther);
  EXPECT_EQ(header_named(""), Header::kOther);
  EXPECT_EQ(header_named("?"), Header::kOther);
  EXPECT_EQ(header_named("Vias"), Header::kOther);
}

}  // namespace
}  // namespace lastcall::sip
