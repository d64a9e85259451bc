#include "engine/sip/sdp.hpp"

#include "engine/model/limits.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace lastcall::sip {
namespace {

const std::string kOffer =
    "v=0\r\n"
    "o=alice 2890844526 2890844527 IN IP4 192.0.2.1\r\n"
    "s=A call\r\n"
    "c=IN IP4 192.0.2.1\r\n"
    "t=0 0\r\n"
    "m=audio 49170 RTP/AVP 0 8 97 101\r\n"
    "a=rtpmap:97 opus/48000/2\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\n"
    "a=ptime:20\r\n"
    "a=sendonly\r\n"
    "m=video 0 RTP/AVP 31\r\n";

Sdp good(const std::string& text) {
  auto sdp = parse_sdp(text);
  if (!sdp) throw std::runtime_error(sdp.error().sentence);
  return *std::move(sdp);
}

TEST(SdpText, IsReadToTypedParts) {
  const Sdp sdp = good(kOffer);
  EXPECT_EQ(sdp.origin, (SdpOrigin{"alice", "2890844526", 2890844527, "192.0.2.1"}));
  EXPECT_EQ(sdp.name, "A call");
  ASSERT_EQ(sdp.media.size(), 2U);
  const SdpMedia& media = sdp.media[0];
  EXPECT_EQ(media.kind, "audio");
  EXPECT_EQ(media.port, 49170);
  EXPECT_EQ(media.protocol, "RTP/AVP");
  EXPECT_EQ(media.formats, (std::vector<std::string>{"0", "8", "97", "101"}));
  EXPECT_EQ(media.direction, Direction::kSendOnly);
  EXPECT_EQ(media.ptime_ms, 20U);
  EXPECT_EQ(media.attributes, std::vector<std::string>{"fmtp:101 0-15"});
  EXPECT_EQ(rtpmap_of(media, 97), (RtpMap{97, "opus", 48000, 2}));
  EXPECT_EQ(rtpmap_of(media, 101), (RtpMap{101, "telephone-event", 8000, 1}));
}

TEST(SdpText, IsWrittenAsItWasRead) {
  const Sdp sdp = good(kOffer);
  EXPECT_EQ(good(write(sdp)), sdp);
  EXPECT_EQ(write(good(write(sdp))), write(sdp));
}

TEST(SdpText, ToleratesLineFeedsEmptyNamesAndUnknownLines) {
  const Sdp sdp = good(
      "v=0\no=- 1 2 IN IP6 2001:db8::1\ns=\nb=AS:64\nz=x\nc=IN IP6 ::1\nm=audio 5/2 RTP/AVP 0");
  EXPECT_EQ(sdp.name, "");
  EXPECT_EQ(sdp.connection, "::1");
  EXPECT_EQ(sdp.media[0].port, 5);
  EXPECT_TRUE(parse_sdp("v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n")) << "s= and t= may be missing";
}

TEST(SdpText, AnAttributeThatIsNotUnderstoodIsKeptNotRefused) {
  const Sdp sdp = good(
      "v=0\no=- 1 2 IN IP4 h\ns=-\na=tool:x\nm=audio 5 RTP/AVP 0\n"
      "a=rtpmap:x PCMU\na=ptime:soon\na=\n");
  EXPECT_EQ(sdp.attributes, std::vector<std::string>{"tool:x"});
  EXPECT_EQ(sdp.media[0].attributes, (std::vector<std::string>{"rtpmap:x PCMU", "ptime:soon", ""}));
}

TEST(SdpText, TheFirstPtimeCounts) {
  const Sdp sdp = good("v=0\no=- 1 2 IN IP4 h\nm=audio 5 RTP/AVP 0\na=ptime:20\na=ptime:30\n");
  EXPECT_EQ(sdp.media[0].ptime_ms, 20U);
  EXPECT_EQ(sdp.media[0].attributes, std::vector<std::string>{"ptime:30"});
}

TEST(SdpText, RefusesWhatCannotBeNegotiated) {
  for (const char* text :
       {"", "o=- 1 2 IN IP4 h\n", "v=1\no=- 1 2 IN IP4 h\n", "v=0\n", "v=0\no=- 1 x IN IP4 h\n",
        "v=0\no=- 1 2 IN IP4\n", "v=0\no=- 1 18446744073709551616 IN IP4 h\n",
        "v=0\no=- 1 2 IN IP4 h\nc=IN ATM x\n", "v=0\no=- 1 2 IN IP4 h\nm=audio x RTP/AVP 0\n",
        "v=0\no=- 1 2 IN IP4 h\nm=audio 65536 RTP/AVP 0\n",
        "v=0\no=- 1 2 IN IP4 h\nm=audio 5 RTP/AVP\n", "v=0\no=- 1 2 IN IP4 h\nnonsense\n"}) {
    EXPECT_FALSE(parse_sdp(text)) << text;
  }
  EXPECT_EQ(parse_sdp("v=0\r\no=- 1 x IN IP4 h\r\n").error().position, 5U);
}

TEST(SdpText, HasLimits) {
  std::string text = "v=0\no=- 1 2 IN IP4 h\n";
  for (std::size_t i = 0; i < limits::kSdpMediaMax; ++i) text += "m=audio 5 RTP/AVP 0\n";
  EXPECT_TRUE(parse_sdp(text));
  EXPECT_FALSE(parse_sdp(text + "m=audio 5 RTP/AVP 0\n"));
  std::string lines = "v=0\no=- 1 2 IN IP4 h\n";
  for (std::size_t i = 2; i < limits::kSdpLinesMax; ++i) lines += "a=x\n";
  EXPECT_TRUE(parse_sdp(lines));
  EXPECT_FALSE(parse_sdp(lines + "a=x\n"));
}

TEST(SdpDirection, OfTheStreamOverridesThatOfTheSession) {
  Sdp sdp = good(kOffer);
  EXPECT_EQ(effective_direction(sdp, 0), Direction::kSendOnly);
  EXPECT_EQ(effective_direction(sdp, 1), Direction::kSendRecv);
  sdp.direction = Direction::kInactive;
  EXPECT_EQ(effective_direction(sdp, 0), Direction::kSendOnly);
  EXPECT_EQ(effective_direction(sdp, 1), Direction::kInactive);
  EXPECT_EQ(good(write(sdp)), sdp);
}

TEST(SdpConnection, OfTheStreamOverridesThatOfTheSession) {
  Sdp sdp = good(kOffer);
  EXPECT_EQ(media_endpoint(sdp, 0), (Endpoint{"192.0.2.1", 49170, Transport::kUdp}));
  sdp.media[0].connection = "2001:db8::7";
  EXPECT_EQ(connection_address(sdp, 0), "2001:db8::7");
  EXPECT_EQ(good(write(sdp)), sdp);
  EXPECT_EQ(media_endpoint(sdp, 1), std::nullopt) << "a stream that is switched off";
  sdp.media[0].connection = "media.example.com";
  EXPECT_EQ(media_endpoint(sdp, 0), std::nullopt) << "a name";
}

TEST(SdpHold, TheOldHoldIsAnAddressAndNoDirection) {
  const Sdp sdp = good("v=0\no=- 1 2 IN IP4 h\nc=IN IP4 0.0.0.0\nm=audio 5 RTP/AVP 0\n");
  EXPECT_TRUE(is_held_address(connection_address(sdp, 0)));
  EXPECT_TRUE(is_held_address("::"));
  EXPECT_FALSE(is_held_address("192.0.2.1"));
  EXPECT_FALSE(is_held_address(""));
  EXPECT_EQ(effective_direction(sdp, 0), Direction::kSendRecv);
}

TEST(SdpAudio, IsTheFirstAudioLineThatIsOn) {
  EXPECT_EQ(audio(good(kOffer)), 0U);
  const std::string head = "v=0\no=- 1 2 IN IP4 h\n";
  EXPECT_EQ(audio(good(head + "m=audio 0 RTP/AVP 0\nm=video 5 x 1\nm=audio 7 RTP/AVP 8\n")), 2U);
  EXPECT_EQ(audio(good(head + "m=video 5 x 1\n")), std::nullopt);
}

TEST(SdpFormats, TheStaticTypesNeedNoMapping) {
  const SdpMedia media = good(kOffer).media[0];
  EXPECT_EQ(rtpmap_of(media, 0), (RtpMap{0, "PCMU", 8000, 1}));
  EXPECT_EQ(rtpmap_of(media, 8), (RtpMap{8, "PCMA", 8000, 1}));
  EXPECT_EQ(rtpmap_of(media, 98), std::nullopt);
}

}  // namespace
}  // namespace lastcall::sip
