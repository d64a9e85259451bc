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

// One audio line with these two attributes.
std::string with_attributes(const std::string& first, const std::string& second) {
  return "v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
         "m=audio 4000 RTP/AVP 0 x 8 97 96\r\na=" +
         first + "\r\na=" + second + "\r\n";
}

// Shows SDP-01.
TEST(SdpText, IsReadToTypedParts) {
  const Sdp sdp = good(kOffer);
  EXPECT_EQ(sdp.origin, (SdpOrigin{"alice", "2890844526", 2890844527, "192.0.2.1"}));
  EXPECT_EQ(sdp.name, "A call");
  ASSERT_EQ(sdp.media.size(), 2U);
  const SdpMedia& media = sdp.media[0];
  EXPECT_EQ(media.kind, "audio");
  EXPECT_EQ(media.port, 49170);
  EXPECT_EQ(media.protocol, "RTP/AVP");
  EXPECT_EQ(media.formats, (SdpWords{"0", "8", "97", "101"}));
  EXPECT_EQ(media.direction, Direction::kSendOnly);
  EXPECT_EQ(media.ptime_ms, 20U);
  EXPECT_EQ(media.attributes, SdpWords{"fmtp:101 0-15"});
  EXPECT_EQ(rtpmap_of(media, 97), (RtpMap{97, "opus", 48000, 2}));
  EXPECT_EQ(rtpmap_of(media, 101), (RtpMap{101, "telephone-event", 8000, 1}));
}

TEST(SdpText, IsWrittenAsItWasRead) {
  const Sdp sdp = good(kOffer);
  EXPECT_EQ(good(write(sdp)), sdp);
  EXPECT_EQ(write(good(write(sdp))), write(sdp));
}

// Shows SDP-01.
TEST(SdpText, ToleratesLineFeedsEmptyNamesAndUnknownLines) {
  const Sdp sdp = good(
      "v=0\no=- 1 2 IN IP6 2001:db8::1\ns=\nb=AS:64\nz=x\nc=IN IP6 ::1\nm=audio 5/2 RTP/AVP 0");
  EXPECT_EQ(sdp.name, "");
  EXPECT_EQ(sdp.connection, "::1");
  EXPECT_EQ(sdp.media[0].port, 5);
  EXPECT_TRUE(parse_sdp("v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n")) << "s= and t= may be missing";
}

// Shows SDP-01.
TEST(SdpText, AnAttributeThatIsNotUnderstoodIsKeptNotRefused) {
  const Sdp sdp = good(
      "v=0\no=- 1 2 IN IP4 h\ns=-\na=tool:x\nm=audio 5 RTP/AVP 0\n"
      "a=rtpmap:x PCMU\na=ptime:soon\na=\n");
  EXPECT_EQ(sdp.attributes, SdpWords{"tool:x"});
  EXPECT_EQ(sdp.media[0].attributes, (SdpWords{"rtpmap:x PCMU", "ptime:soon", ""}));
}

TEST(SdpText, TheFirstPtimeCounts) {
  const Sdp sdp = good("v=0\no=- 1 2 IN IP4 h\nm=audio 5 RTP/AVP 0\na=ptime:20\na=ptime:30\n");
  EXPECT_EQ(sdp.media[0].ptime_ms, 20U);
  EXPECT_EQ(sdp.media[0].attributes, SdpWords{"ptime:30"});
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

// What a line of ours would end with must not be taken from a line of the peer.
TEST(SdpText, WordsHoldNeitherTabsNorCarriageReturns) {
  const auto tabbed =
      parse_sdp("v=0\r\no=- 1 1 IN IP4\t192.0.2.1\t x\r\nm=audio 4000\tRTP/AVP 0\t8 \t\r\n");
  ASSERT_TRUE(tabbed);
  EXPECT_EQ(tabbed->origin.address, "192.0.2.1");
  EXPECT_EQ(tabbed->media.at(0).formats, (SdpWords{"0", "8"}));
  EXPECT_EQ(parse_sdp(write(*tabbed)), *tabbed);
  EXPECT_FALSE(parse_sdp("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r x\r\n"));
  EXPECT_TRUE(parse_sdp("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r"));
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

// Shows SDP-05.
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

// Shows SDP-07.
TEST(SdpHold, TheOldHoldIsAnAddressAndNoDirection) {
  const Sdp sdp = good("v=0\no=- 1 2 IN IP4 h\nc=IN IP4 0.0.0.0\nm=audio 5 RTP/AVP 0\n");
  EXPECT_TRUE(is_held_address(connection_address(sdp, 0)));
  EXPECT_TRUE(is_held_address("::"));
  EXPECT_TRUE(is_held_address("0:0:0:0:0:0:0:0"));
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

// Shows SDP-14.
TEST(SdpFormats, TheStaticTypesNeedNoMapping) {
  const SdpMedia media = good(kOffer).media[0];
  EXPECT_EQ(rtpmap_of(media, 0), (RtpMap{0, "PCMU", 8000, 1}));
  EXPECT_EQ(rtpmap_of(media, 8), (RtpMap{8, "PCMA", 8000, 1}));
  EXPECT_EQ(rtpmap_of(media, 9), (RtpMap{9, "G722", 8000, 1})) << "although it samples at 16 kHz";
  EXPECT_EQ(rtpmap_of(media, 10), (RtpMap{10, "L16", 44100, 2}));
  EXPECT_EQ(rtpmap_of(media, 98), std::nullopt);
  EXPECT_EQ(rtpmap_of(media, 1), std::nullopt);
}

// Shows SDP-14.
TEST(SdpFormats, CodecsAreTheSameInLettersOfEitherCase) {
  const SdpMedia media =
      good(with_attributes("rtpmap:8 pcma/8000", "rtpmap:96 PCMA/16000")).media[0];
  const std::vector<RtpMap> codecs = codecs_of(media);
  ASSERT_EQ(codecs.size(), 3U) << "neither x nor 97";
  EXPECT_TRUE(is_same_codec(codecs[1], {0, "PCMA", 8000, 1}));
  EXPECT_FALSE(is_same_codec(codecs[0], codecs[1])) << "another name";
  EXPECT_FALSE(is_same_codec(codecs[1], codecs[2])) << "another rate";
  EXPECT_FALSE(is_same_codec(codecs[1], {8, "PCMA", 8000, 2})) << "other channels";
}

// Shows SDP-14.
TEST(SdpFormats, PacketLengthsAreRead) {
  const SdpMedia media = good(with_attributes("ptime:30", "maxptime:60")).media[0];
  EXPECT_EQ(media.ptime_ms, 30U);
  EXPECT_EQ(media.maxptime_ms, 60U);
  EXPECT_TRUE(media.attributes.empty());
}

// Shows SDP-15.
TEST(SdpRtcp, GoesToItsOwnPortUnlessAnAttributeSaysElse) {
  const auto endpoint = [](const Sdp& sdp) { return rtcp_endpoint(sdp, 0); };
  Sdp plain = good(with_attributes("x", "y"));
  EXPECT_EQ(endpoint(plain), (Endpoint{"192.0.2.1", 4001, Transport::kUdp}));
  EXPECT_FALSE(plain.media[0].rtcp_mux);
  EXPECT_EQ(endpoint(good(with_attributes("rtcp:53020", "rtcp:1"))),
            (Endpoint{"192.0.2.1", 53020, Transport::kUdp}));
  const Sdp far = good(with_attributes("rtcp:53020 IN IP6 2001:DB8::4", "rtcp-mux"));
  EXPECT_EQ(endpoint(far), (Endpoint{"2001:db8::4", 53020, Transport::kUdp}));
  EXPECT_TRUE(far.media[0].rtcp_mux);
  EXPECT_EQ(good(write(far)), far);
  EXPECT_EQ(endpoint(good(with_attributes("rtcp:7 IN IP4 name", "x"))), std::nullopt);
  for (const char* odd : {"rtcp:0", "rtcp:x", "rtcp:7 IN IP4", "rtcp:70000", "rtcp:"}) {
    const Sdp sdp = good(with_attributes(odd, "x"));
    EXPECT_EQ(sdp.media[0].rtcp, std::nullopt) << odd;
    EXPECT_EQ(sdp.media[0].attributes.size(), 2U) << odd;
  }
  plain.media[0].port = 65'535;
  EXPECT_EQ(endpoint(plain), std::nullopt);
  plain.media[0].port = 0;
  EXPECT_EQ(endpoint(plain), std::nullopt);
}

// Shows MSG-15, SDP-16.
TEST(SdpConnection, MayBeOfAnotherFamilyOnEachLine) {
  const Sdp sdp = good(
      "v=0\no=bob 280744730 28977631 IN IP4 host.example.com\ns=\nt=0 0\n"
      "m=audio 22334 RTP/AVP 0\nc=IN IP4 192.0.2.1\n"
      "m=audio 6024 RTP/AVP 107\nc=IN IP6 2001:DB8::1\n"
      "m=audio 6026 RTP/AVP 107\nc=IN IP6 ::ffff:192.0.2.10\n");
  EXPECT_EQ(media_endpoint(sdp, 0), (Endpoint{"192.0.2.1", 22334, Transport::kUdp}));
  EXPECT_EQ(media_endpoint(sdp, 1), (Endpoint{"2001:db8::1", 6024, Transport::kUdp}));
  EXPECT_EQ(media_endpoint(sdp, 2), (Endpoint{"::ffff:192.0.2.10", 6026, Transport::kUdp}));
  EXPECT_NE(write(sdp).find("c=IN IP6 2001:DB8::1\r\n"), std::string::npos);
  EXPECT_EQ(good(write(sdp)), sdp);
}

// Shows SDP-12.
TEST(SdpCapabilities, AreOneSwitchedOffLineOfEachKind) {
  const Sdp can = capabilities_of(
      good("v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=5 6\nm=audio 5 RTP/AVP 0 8\n"
           "m=audio 7 RTP/AVP 8\nm=video 9 RTP/AVP 31\n"));
  EXPECT_EQ(write(can),
            "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
            "m=audio 0 RTP/AVP 0 8\r\nm=video 0 RTP/AVP 31\r\n");
}

}  // namespace
}  // namespace lastcall::sip
