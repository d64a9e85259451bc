// Offer and answer (RFC 3264) for one stream of G.711, as tables.

#include "engine/core/offer_answer.hpp"

#include "engine/sip/sdp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::core {
namespace {

using enum Direction;

const Endpoint kPeer{"192.0.2.2", 4000, Transport::kUdp};

OwnMedia own(Direction wanted, std::string_view previous = {}) {
  return {.local = {"192.0.2.1", 5000, Transport::kUdp},
          .session_id = 77,
          .previous = previous,
          .wanted = wanted};
}

std::string sdp(const std::string& media, const std::string& address = "192.0.2.2") {
  const bool v6 = address.find(':') != std::string::npos;
  return "v=0\r\no=peer 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP" + std::string{v6 ? "6 " : "4 "} +
         address + "\r\nt=0 0\r\n" + media;
}

std::string audio(Direction direction) {
  return "m=audio 4000 RTP/AVP 0\r\na=" + std::string{name(direction)} + "\r\n";
}

sip::Sdp read(const std::string& text) { return sip::parse_sdp(text).value(); }

TEST(Offer, NamesBothLawsAndKeepsTheSessionId_SDP03) {
  const sip::Sdp offer = read(make_offer(own(kSendOnly)));
  EXPECT_EQ(offer.origin.session_id, "77");
  EXPECT_EQ(offer.origin.version, 1U);
  ASSERT_EQ(offer.media.size(), 1U);
  EXPECT_EQ(offer.media[0].formats, (sip::SdpWords{"0", "8"}));
  EXPECT_EQ(offer.media[0].direction, kSendOnly);
  EXPECT_EQ(sip::media_endpoint(offer, 0), (Endpoint{"192.0.2.1", 5000, Transport::kUdp}));
}

// Shows SDP-03, SDP-06.
TEST(Offer, TheNextOneIsTheSameTextOrOneVersionHigher_SDP03) {
  const std::string first = make_offer(own(kSendRecv));
  EXPECT_EQ(make_offer(own(kSendRecv, first)), first);
  const std::string hold = make_offer(own(kSendOnly, first));
  EXPECT_EQ(read(hold).origin.version, 2U);
  EXPECT_EQ(read(hold).media[0].direction, kSendOnly);
  std::string resumed = make_offer(own(kSendRecv, hold));
  EXPECT_EQ(read(resumed).origin.version, 3U);
  resumed.replace(resumed.find(" 3 IN"), 5, " 1 IN");
  EXPECT_EQ(resumed, first);
}

TEST(Offer, KeepsEveryLineAndPayloadTypeOfTheSession_SDP03_SDP04) {
  const auto answer = answer_offer(
      sdp("m=video 4002 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 97\r\na=rtpmap:97 pcma/8000\r\n"),
      own(kSendRecv));
  const sip::Sdp same = read(make_offer(own(kSendOnly, answer->sdp)));
  ASSERT_EQ(same.media.size(), 2U);
  EXPECT_EQ(same.media[0].kind, "video");
  EXPECT_EQ(same.media[0].port, 0);
  EXPECT_EQ(same.media[1].formats, (sip::SdpWords{"97"}));
  // Shows SDP-11: all we can do, but no payload type gets a second meaning.
  const sip::Sdp full = read(make_full_offer(own(kSendRecv, answer->sdp)));
  EXPECT_EQ(full.media[1].formats, (sip::SdpWords{"97", "0"}));
  EXPECT_EQ(full.media[1].rtpmaps[0].encoding, "pcma");
}

struct DirectionRow {
  Direction offered, wanted, answered;
};

// Shows SDP-05.
TEST(Answer, DirectionFollowsTheTable_SDP05) {
  const std::vector<DirectionRow> table{
      {kSendRecv, kSendRecv, kSendRecv}, {kSendRecv, kSendOnly, kSendOnly},
      {kSendOnly, kSendRecv, kRecvOnly}, {kSendOnly, kSendOnly, kInactive},
      {kRecvOnly, kSendRecv, kSendOnly}, {kRecvOnly, kSendOnly, kSendOnly},
      {kInactive, kSendRecv, kInactive}, {kInactive, kSendOnly, kInactive}};
  for (const DirectionRow& row : table) {
    const auto answer = answer_offer(sdp(audio(row.offered)), own(row.wanted));
    ASSERT_TRUE(answer);
    EXPECT_EQ(read(answer->sdp).media[0].direction, row.answered)
        << name(row.offered) << " offered, " << name(row.wanted) << " wanted";
    EXPECT_EQ(answer->agreed.direction, row.answered);
  }
}

TEST(Answer, SaysWhetherThePeerHolds_SDP06) {
  const auto holds = [](Direction offered) {
    return answer_offer(sdp(audio(offered)), own(kSendRecv))->agreed.peer_holds;
  };
  EXPECT_FALSE(holds(kSendRecv));
  EXPECT_TRUE(holds(kSendOnly));
  EXPECT_FALSE(holds(kRecvOnly));
  EXPECT_TRUE(holds(kInactive));
}

// Shows SDP-07.
TEST(Answer, TheOldHoldSendsNowhereButKeepsTheDirection_SDP07) {
  for (const std::string held : {"0.0.0.0", "::"}) {
    const auto answer = answer_offer(sdp(audio(kSendRecv), held), own(kSendRecv));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->agreed.remote, Endpoint{});
    EXPECT_TRUE(answer->agreed.peer_holds);
    EXPECT_EQ(read(answer->sdp).media[0].direction, kSendRecv);
  }
}

TEST(Answer, HasTheLinesOfTheOfferAndRefusesOthersWithPort0_SDP02) {
  const auto answer = answer_offer(
      sdp("m=video 4002 RTP/AVP 31\r\n" + audio(kSendRecv) + "m=application 9 TCP/BFCP *\r\n"),
      own(kSendRecv));
  ASSERT_TRUE(answer);
  const sip::Sdp answered = read(answer->sdp);
  ASSERT_EQ(answered.media.size(), 3U);
  EXPECT_EQ(answered.media[0].kind, "video");
  EXPECT_EQ(answered.media[0].port, 0);
  EXPECT_EQ(answered.media[0].formats, (sip::SdpWords{"31"}));
  EXPECT_EQ(answered.media[1].port, 5000);
  EXPECT_EQ(answered.media[2].protocol, "TCP/BFCP");
  EXPECT_EQ(answered.media[2].port, 0);
  EXPECT_EQ(answer->agreed.remote, kPeer);
}

TEST(Answer, TakesTheFirstLineItCanDo_SDP02) {
  const auto answer = answer_offer(
      sdp("m=audio 4000 RTP/SAVP 0\r\nm=audio 4002 RTP/AVP 9\r\nm=audio 4004 RTP/AVP 8\r\n"),
      own(kSendRecv));
  ASSERT_TRUE(answer);
  const sip::Sdp answered = read(answer->sdp);
  EXPECT_EQ(answered.media[0].port, 0);
  EXPECT_EQ(answered.media[0].protocol, "RTP/SAVP");
  EXPECT_EQ(answered.media[1].port, 0);
  EXPECT_EQ(answered.media[2].port, 5000);
  EXPECT_EQ(answer->agreed.payload_type, 8);
  EXPECT_EQ(answer->agreed.remote.port, 4004);
}

// Shows SDP-04.
TEST(Answer, KeepsThePayloadTypeOfTheOffer_SDP04) {
  const auto answer = answer_offer(
      sdp("m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 pcma/8000\r\n"),
      own(kSendRecv));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->agreed.payload_type, 97);
  EXPECT_EQ(read(answer->sdp).media[0].formats, (sip::SdpWords{"97"}));
}

// Shows SDP-08.
TEST(Answer, APortOf0SwitchesTheStreamOffAndTheLineCanBeUsedAgain) {
  const std::string on = answer_offer(sdp(audio(kSendRecv)), own(kSendRecv))->sdp;
  const auto off = answer_offer(sdp("m=audio 0 RTP/AVP 0\r\n"), own(kSendRecv, on));
  ASSERT_TRUE(off);
  EXPECT_TRUE(off->agreed.off);
  EXPECT_EQ(off->agreed.direction, kInactive);
  EXPECT_EQ(off->agreed.remote, Endpoint{});
  EXPECT_EQ(read(off->sdp).media[0].port, 0);
  const auto again = answer_offer(sdp(audio(kSendRecv)), own(kSendRecv, off->sdp));
  EXPECT_FALSE(again->agreed.off);
  EXPECT_EQ(read(again->sdp).media[0].port, 5000);
  EXPECT_EQ(read(again->sdp).origin.version, 3U);
}

TEST(Answer, IsNoneForWhatWeCannotDo) {
  for (const std::string media :
       {"m=audio 4000 RTP/AVP 9\r\n", "m=video 4000 RTP/AVP 0\r\n", "m=audio 4000 RTP/SAVP 0\r\n",
        "m=audio 4000 RTP/AVP 0x\r\n", ""}) {
    EXPECT_FALSE(answer_offer(sdp(media), own(kSendRecv))) << media;
    EXPECT_FALSE(read_answer(sdp(media), own(kSendRecv))) << media;
  }
  EXPECT_FALSE(answer_offer("no sdp", own(kSendRecv)));
  EXPECT_FALSE(read_answer("", own(kSendRecv)));
}

TEST(Answer, IsNoneForAudioOfTheOtherVersionOfIp) {
  const std::string media = "m=audio 4000 RTP/AVP 0\r\n";
  EXPECT_FALSE(answer_offer(sdp(media, "2001:db8::2"), own(kSendRecv)));
  OwnMedia v6 = own(kSendRecv);
  v6.local.host = "2001:db8::1";
  EXPECT_TRUE(answer_offer(sdp(media, "2001:db8::2"), v6));
  EXPECT_FALSE(answer_offer(sdp(media, "192.0.2.2"), v6));
  // The old hold names no address.
  EXPECT_TRUE(answer_offer(sdp(media, "0.0.0.0"), v6));
  EXPECT_TRUE(answer_offer(sdp("m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::2\r\n"
                               "m=audio 4002 RTP/AVP 0\r\n"),
                           own(kSendRecv))
                  ->agreed.remote.port == 4002);
}

TEST(ReadAnswer, NeverGivesMoreThanWeOffered_SDP05) {
  const auto agreed = read_answer(sdp(audio(kSendRecv)), own(kSendOnly));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->direction, kSendOnly);
  EXPECT_EQ(agreed->remote, kPeer);
}

// Any m= line, one that we can do or not, switched on or off.
std::string drawn_line() {
  const auto kind = *rc::gen::element<std::string>("audio", "video", "application");
  const auto port = *rc::gen::element<std::string>("0", "4000", "4002");
  const auto protocol = *rc::gen::element<std::string>("RTP/AVP", "RTP/SAVP", "TCP/BFCP");
  const auto formats = *rc::gen::element<std::string>("0", "8", "9", "9 8", "97 0", "31");
  const auto direction = *rc::gen::element<std::string>("sendrecv", "sendonly", "inactive");
  return "m=" + kind + " " + port + " " + protocol + " " + formats + "\r\na=" + direction + "\r\n";
}

// Shows SDP-02.
RC_GTEST_PROP(Answers, HaveTheLinesOfTheOfferAndShareAFormatWhereTheyAccept, ()) {
  std::string lines;
  const int count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) lines += drawn_line();
  const sip::Sdp offer = read(sdp(lines));
  const auto answer = answer_offer(sdp(lines), own(kSendRecv));
  RC_PRE(answer.has_value());
  const sip::Sdp answered = read(answer->sdp);
  RC_ASSERT(answered.media.size() == offer.media.size());
  int accepted = 0;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    RC_ASSERT(answered.media[i].kind == offer.media[i].kind);
    RC_ASSERT(answered.media[i].protocol == offer.media[i].protocol);
    if (answered.media[i].port == 0) continue;
    ++accepted;
    RC_ASSERT(offer.media[i].port != 0);
    const auto& formats = offer.media[i].formats;
    const bool common =
        std::ranges::find(formats, answered.media[i].formats.front()) != formats.end();
    RC_ASSERT(common);
  }
  RC_ASSERT(accepted == (answer->agreed.off ? 0 : 1));
}

}  // namespace
}  // namespace lastcall::core
