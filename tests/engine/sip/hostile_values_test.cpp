// Every decoder of a header value or body: good texts, broken a little, give a value or an error.

#include "engine/sip/again.hpp"
#include "engine/sip/binding.hpp"
#include "engine/sip/body.hpp"
#include "engine/sip/date.hpp"
#include "engine/sip/digest.hpp"
#include "engine/sip/framer.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/reason.hpp"
#include "engine/sip/refer.hpp"
#include "engine/sip/reliability.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/session_timer.hpp"
#include "engine/sip/subscription.hpp"
#include "engine/sip/uri.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sip {
namespace {

// An error names a place in the text, and says something.
template <class T>
void expect_sound(const std::expected<T, ParseError>& read, std::string_view text) {
  if (read) return;
  EXPECT_LE(read.error().position, text.size()) << text;
  EXPECT_FALSE(read.error().sentence.empty()) << text;
}

void read_every_way(std::string_view text) {
  expect_sound(parse_challenge(text), text);
  expect_sound(parse_credentials(text), text);
  expect_sound(parse_date(text), text);
  expect_sound(parse_delta(text), text);
  expect_sound(parse_event(text), text);
  expect_sound(parse_rack(text), text);
  expect_sound(parse_reason(text), text);
  expect_sound(parse_refer_to(text), text);
  expect_sound(parse_replaces(text), text);
  expect_sound(parse_retry_after(text), text);
  expect_sound(parse_rseq(text), text);
  expect_sound(parse_sdp(text), text);
  expect_sound(parse_session_expires(text), text);
  expect_sound(parse_sipfrag(text), text);
  expect_sound(parse_subscription_state(text), text);
  (void)next_nonce(text);
  const auto uri = parse_uri(text);
  expect_sound(uri, text);
  if (uri) {
    EXPECT_TRUE(is_equal(*uri, *uri)) << text;
  }
}

void ask_everything(const SipMessage& message) {
  expect_sound(contacts_of(message), message.bytes());
  expect_sound(body_parts(message), message.body());
  expect_sound(refer_to_of(message), message.bytes());
  expect_sound(replaces_of(message), message.bytes());
  (void)targets_of(message);
  (void)granted_to("sip:alice@192.0.2.1:5062", message);
  (void)reasons_of(message);
  (void)option_tags_of(message, Header::kSupported);
  (void)allowed_by(message);
  (void)accepts(message, "application/sdp");
  (void)choose_challenges(challenges_of(message), kEveryDigest);
  const SipMessage second = parsed(again(message, {.branch = "z9hG4bKx", .cseq = 1}));
  EXPECT_EQ(second.header_count(), message.header_count());
  EXPECT_EQ(second.body(), message.body());
}

constexpr std::string_view kLetters{"\0\r\n :;,<>\"=\\@?&[]%()-*19aZ\xff", 27};
static_assert(kLetters.ends_with('\xff'));

const std::vector<std::string> kGood{
    "Digest realm=\"a\", nonce=\"b\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=true",
    "Digest username=\"u\", realm=\"a\", nonce=\"b\", uri=\"sip:c\", response=\"0f\", qop=auth, "
    "nc=00000001, cnonce=\"d\"",
    "Sat, 13 Nov 2010 23:29:00 GMT",
    "3600",
    "refer;id=7",
    "776656 1 INVITE",
    "SIP;cause=200;text=\"Call completed elsewhere\"",
    "\"D\" <sip:d@e;method=INVITE?Replaces=1%40f%3Bto-tag%3D2%3Bfrom-tag%3D3>;x=y",
    "1@f;to-tag=2;from-tag=3;early-only",
    "120 (in a (long) meeting);duration=60",
    "1800;refresher=uas",
    "SIP/2.0 180 Ringing\r\n",
    "terminated;reason=noresource;retry-after=9",
    "sip:%61:b@[2001:db8::1]:5060;transport=tcp;maddr=x?subject=y&to=z",
    "v=0\r\no=a 1 2 IN IP4 h\r\ns=-\r\nm=audio 4 RTP/AVP 0\r\na=rtcp:5 IN IP6 ::1\r\na=maxptime:4"};

// Shows MSG-18.
TEST(HostileValues, AChangedValueGivesAValueOrAnError) {
  ASSERT_TRUE(rc::check([] {
    std::string text = *rc::gen::elementOf(kGood);
    const int changes = *rc::gen::inRange(0, 4);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
      text.insert(at, 1, *rc::gen::elementOf(std::string{kLetters}));
      const auto gone = *rc::gen::inRange<std::size_t>(0, 4);
      text.erase(*rc::gen::inRange<std::size_t>(0, text.size()), gone);
    }
    read_every_way(text);
  }));
}

TEST(HostileValues, EveryCutGivesAValueOrAnError) {
  for (const std::string& text : kGood) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      read_every_way(text.substr(0, size));
      read_every_way(text.substr(size));
    }
  }
}

// Shows MSG-18.
TEST(HostileValues, LongOnesTakeLinearTime) {
  for (const std::string unit : {",", ";", "\"", "<", " ", "\\", "a,", ";a", ";a=\"", "(", "%41",
                                 "&a", "--b", "\n", "a=\"b\",", "::", "?", "SIP,"}) {
    std::string value;
    for (unsigned i = 0; value.size() < 20'000; ++i) {
      value += unit;
      // Different names each time, so that nothing is a repetition of the first.
      if (unit == ";a" || unit == "&a" || unit == "SIP,")
        value.insert(value.size() - 1, std::to_string(i));
    }
    read_every_way(value);
    read_every_way("sip:a@b" + value);
    read_every_way("sip:a@b?" + value);
    for (const char* name : {"Contact", "Reason", "Supported", "Accept", "WWW-Authenticate",
                             "Refer-To", "Replaces", "Content-Disposition"}) {
      std::string flat = value;
      std::erase(flat, '\n');
      const auto message = parse(
          with(kInvite, "Contact: <sip:alice@192.0.2.1:5062>", std::string{name} + ":" + flat));
      if (message) ask_everything(*message);
    }
    const std::string body = "--b\r\n" + value + "\r\n--b--";
    ask_everything(parsed(with(kInvite, "Content-Length: 0",
                               "Content-Type: multipart/mixed;boundary=b\r\nContent-Length: " +
                                   std::to_string(body.size())) +
                          body));
    Framer framer;
    for (const char c : value) {
      framer.push(std::string_view{&c, 1});
      (void)framer.next();
    }
  }
}

}  // namespace
}  // namespace lastcall::sip
