// Properties over generated messages: what is written is read back, and no bytes end the program.

#include "engine/sip/headers.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <functional>
#include <string>
#include <vector>

namespace lastcall::sip {
namespace {

using rc::Gen;
namespace gen = rc::gen;

void check(const std::function<void()>& property) { ASSERT_TRUE(rc::check(property)); }

Gen<std::string> word(const std::string& letters) {
  return gen::nonEmpty(gen::container<std::string>(gen::elementOf(letters)));
}
Gen<std::string> token() { return word("abcXYZ019-.!%*_+`'~"); }
Gen<std::string> host() {
  return gen::element<std::string>("192.0.2.1", "[2001:db8::1]", "host.example.com", "a");
}
// What a header line can hold: anything but line ends, not led or followed by spaces.
Gen<std::string> line() {
  return gen::map(gen::container<std::string>(
                      gen::suchThat<char>([](char c) { return c != '\r' && c != '\n'; })),
                  [](const std::string& text) { return "x" + text + "x"; });
}

struct Draft {
  std::string method, uri, branch, from, to, call_id, subject, body;
  std::uint32_t cseq = 0;
  std::uint8_t hops = 0;
  bool has_to_tag = false;
};

Draft draw_draft() {
  Draft draft;
  draft.method = *gen::oneOf(token(), gen::element<std::string>("INVITE", "BYE", "OPTIONS"));
  draft.uri = "sip:" + *word("abc;?/&=+$,") + "@" + *host();
  draft.branch = "z9hG4bK" + *token();
  draft.from =
      "\"" + *word("ab ,;<>@") + "\" <sip:" + *token() + "@" + *host() + ">;tag=" + *token();
  draft.has_to_tag = *gen::arbitrary<bool>();
  draft.to = "<sip:" + *host() + ">" + (draft.has_to_tag ? ";tag=" + *token() : "");
  draft.call_id = *word("abc019@.<>()[]{}?/:\\\"");
  draft.subject = *line();
  draft.body = *gen::arbitrary<std::string>();
  draft.cseq = *gen::arbitrary<std::uint32_t>();
  draft.hops = *gen::arbitrary<std::uint8_t>();
  return draft;
}

std::string text_of(const Draft& draft) {
  Writer writer{draft.method, draft.uri};
  writer.via({"192.0.2.9", 5070, Transport::kUdp}, draft.branch).max_forwards(draft.hops);
  writer.header(Header::kFrom, draft.from).header(Header::kTo, draft.to);
  writer.header(Header::kCallId, draft.call_id).cseq(draft.cseq);
  writer.header(Header::kSubject, draft.subject);
  return std::move(writer).finish(draft.body, "text/plain");
}

// Shows MSG-18.
TEST(RoundTrip, RequestsAreReadBackAsTheyWereWritten) {
  check([] {
    const Draft draft = draw_draft();
    const std::string text = text_of(draft);
    const SipMessage message = parsed(text);
    RC_ASSERT(message.method_text() == draft.method);
    RC_ASSERT(message.request_uri() == draft.uri);
    RC_ASSERT(message.via().branch == draft.branch);
    RC_ASSERT(message.header(Header::kFrom) == draft.from);
    RC_ASSERT(message.header(Header::kTo) == draft.to);
    RC_ASSERT(message.to_tag().empty() != draft.has_to_tag);
    RC_ASSERT(message.call_id() == draft.call_id);
    RC_ASSERT(message.cseq() == draft.cseq);
    RC_ASSERT(message.max_forwards() == draft.hops);
    RC_ASSERT(message.header(Header::kSubject) == draft.subject);
    RC_ASSERT(message.body() == draft.body);
    RC_ASSERT(message.bytes() == text);
  });
}

TEST(RoundTrip, ResponsesBelongToTheirRequest) {
  check([] {
    const SipMessage request = parsed(text_of(draw_draft()));
    const int status = *gen::inRange(100, 700);
    const std::string tag = *token();
    const Endpoint source{"198.51.100.1", *gen::arbitrary<std::uint16_t>(), Transport::kUdp};
    const SipMessage answer =
        parsed(response(response_head(request, source), {.status = status, .to_tag = tag}));
    RC_ASSERT(answer.status() == status);
    RC_ASSERT(answer.call_id() == request.call_id());
    RC_ASSERT(answer.cseq() == request.cseq());
    RC_ASSERT(answer.method_text() == request.method_text());
    RC_ASSERT(answer.via().branch == request.via().branch);
    RC_ASSERT(answer.via().received == source.host);
    RC_ASSERT(answer.via().rport == source.port);
    RC_ASSERT(answer.to_tag() == (request.to_tag().empty() ? tag : request.to_tag()));
  });
}

TEST(RoundTrip, UrisAreWrittenAsTheyWereRead) {
  check([] {
    std::string text = "sip:";
    if (*gen::arbitrary<bool>()) text += *word("ab;?/:&=+$,%") + "@";
    text += *host();
    if (*gen::arbitrary<bool>()) text += ":" + std::to_string(*gen::inRange(1, 65536));
    if (*gen::arbitrary<bool>()) text += ";" + *token() + "=" + *token();
    if (*gen::arbitrary<bool>()) text += "?" + *token() + "=" + *token();
    const auto uri = parse_uri(text);
    RC_ASSERT(uri.has_value());
    RC_ASSERT(to_text(*uri) == text);
  });
}

Gen<std::string> sdp_word() { return word("abcXYZ019-./:"); }

SdpWords words_of(const Gen<std::vector<std::string>>& words) {
  const std::vector<std::string> drawn = *words;
  return {drawn.begin(), drawn.end()};
}

SdpMedia draw_media() {
  SdpMedia media;
  media.kind = *gen::element<std::string>("audio", "video");
  media.port = *gen::arbitrary<std::uint16_t>();
  media.protocol = "RTP/AVP";
  media.formats = words_of(gen::nonEmpty(gen::container<std::vector<std::string>>(sdp_word())));
  media.connection = *gen::element<std::string>("", "192.0.2.1", "::1", "0.0.0.0", "a.example");
  if (*gen::arbitrary<bool>()) media.direction = static_cast<Direction>(*gen::inRange(0, 4));
  if (*gen::arbitrary<bool>()) media.ptime_ms = *gen::arbitrary<std::uint32_t>();
  if (*gen::arbitrary<bool>()) media.maxptime_ms = *gen::arbitrary<std::uint32_t>();
  if (*gen::arbitrary<bool>()) {
    media.rtcp = SdpRtcp{static_cast<std::uint16_t>(*gen::inRange(1, 65536)),
                         *gen::element<std::string>("", "192.0.2.1", "::1", "a.example")};
  }
  media.rtcp_mux = *gen::arbitrary<bool>();
  const int mappings = *gen::inRange(0, 4);
  for (int i = 0; i < mappings; ++i) {
    media.rtpmaps.push_back({static_cast<std::uint8_t>(*gen::inRange(0, 128)), *word("abcXYZ019-"),
                             *gen::arbitrary<std::uint32_t>(), *gen::arbitrary<std::uint8_t>()});
  }
  media.attributes = words_of(gen::container<std::vector<std::string>>(
      gen::map(line(), [](const std::string& text) { return "x-" + text; })));
  return media;
}

TEST(RoundTrip, SessionDescriptionsAreReadBackAsTheyWereWritten) {
  check([] {
    Sdp sdp;
    sdp.origin = {*sdp_word(), *sdp_word(), *gen::arbitrary<std::uint64_t>(), "192.0.2.1"};
    sdp.name = *line();
    sdp.connection = *gen::element<std::string>("", "192.0.2.1", "::1");
    if (*gen::arbitrary<bool>()) sdp.direction = static_cast<Direction>(*gen::inRange(0, 4));
    const int streams = *gen::inRange(0, 4);
    for (int i = 0; i < streams; ++i) sdp.media.push_back(draw_media());
    const auto read = parse_sdp(write(sdp));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == sdp);
  });
}

// Uses everything a message or an error offers.
void touch(const std::string& bytes) {
  const auto message = parse(bytes);
  const Endpoint source{"198.51.100.1", 5060, Transport::kUdp};
  const SipMessage* request = nullptr;
  if (message) {
    for (std::size_t i = 0; i < message->header_count(); ++i) {
      const Header kind = message->header_at(i).kind;
      for_each_value(*message, kind, [](std::string_view value) {
        (void)parse_name_addr(value);
        (void)param(value, "tag");
      });
    }
    (void)parse_sdp(message->body());
    RC_ASSERT(!message->call_id().empty());
    if (message->is_request()) request = &*message;
  } else {
    RC_ASSERT(!message.error().sentence.empty());
    RC_ASSERT(message.error().position <= bytes.size());
    RC_ASSERT(message.error().request.has_value() == (message.error().status != 0));
    if (message.error().request) request = &*message.error().request;
  }
  if (request != nullptr) {
    const std::string head = response_head(*request, source);
    const std::string answer = response(head, {.status = 400, .to_tag = "t"});
    RC_ASSERT(answer.find("\r\n\r\n") == answer.size() - 4);
    (void)response_destination(*request, source);
  }
}

std::string sample() {
  const std::string body =
      "v=0\r\no=a 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
      "m=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n";
  std::string text = with(kInvite, "Content-Length: 0",
                          "Route: <sip:p;lr>, \"x\" <sip:q>\r\nSubject: a\r\n b\r\n"
                          "Content-Length: " +
                              std::to_string(body.size()));
  return text + body;
}

// Shows MSG-18.
TEST(HostileBytes, CuttingAMessageAnywhereGivesAMessageOrAnError) {
  const std::string whole = sample();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    touch(whole.substr(0, size));
    touch(whole.substr(size));
    EXPECT_EQ(parse(whole.substr(0, size)).has_value(), size == whole.size()) << size;
  }
}

// Shows MSG-18.
TEST(HostileBytes, RandomOnesGiveAnError) {
  check([] { touch(*gen::arbitrary<std::string>()); });
  check([] {
    touch(*gen::container<std::string>(gen::elementOf(std::string{"\r\n :;,<>\"=\\SIP/2.0v"})));
  });
}

// Shows MSG-18.
TEST(HostileBytes, AChangedMessageGivesAMessageOrAnError) {
  check([] {
    std::string text = sample();
    const int changes = *gen::inRange(1, 8);
    for (int i = 0; i < changes; ++i) {
      const auto at = *gen::inRange<std::size_t>(0, text.size());
      const char letter = *gen::oneOf(gen::arbitrary<char>(),
                                      gen::elementOf(std::string{"\r\n :;,<>\"=\\@?[]\0", 16}));
      switch (*gen::inRange(0, 3)) {
        case 0:
          text[at] = letter;
          break;
        case 1:
          text.insert(at, 1, letter);
          break;
        default:
          text.erase(at, *gen::inRange<std::size_t>(1, 9));
          break;
      }
    }
    touch(text);
  });
}

// Shows MSG-18.
TEST(HostileBytes, LongListsAndFoldsTakeLinearTime) {
  // Each of these is quadratic in an obvious decoder and would take minutes, not milliseconds.
  for (const char* unit : {",", ";", "\"", "<", " ", "\r\n ", "\\", "a,", ";a=\"", "<a"}) {
    std::string value;
    while (value.size() < 60'000) value += unit;
    for (const char* name : {"Contact", "Via", "To", "Subject"}) {
      touch(with(kInvite, "Call-ID", std::string{name} + ": " + value + "\r\nCall-ID"));
      (void)parse_name_addr(value);
      (void)parse_via("SIP/2.0/UDP a" + value);
      (void)parse_sdp(value);
    }
  }
}

}  // namespace
}  // namespace lastcall::sip
