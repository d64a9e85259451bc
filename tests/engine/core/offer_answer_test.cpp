// Offer and answer (RFC 3264) for one stream of G.711, as tables.

#include "engine/core/offer_answer.hpp"

#include "engine/sip/sdp.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lastcall::core {
namespace {

using enum Direction;

const Endpoint kPeer{"192.0.2.2", 4000, Transport::kUdp};

OwnMedia own(Direction wanted) {
  return {.local = {"192.0.2.1", 5000, Transport::kUdp},
          .session_id = 77,
          .version = 3,
          .wanted = wanted};
}

std::string sdp(const std::string& media, const std::string& address = "192.0.2.2") {
  return "v=0\r\no=peer 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\n" +
         media;
}

std::string audio(Direction direction) {
  return "m=audio 4000 RTP/AVP 0\r\na=" + std::string{name(direction)} + "\r\n";
}

sip::Sdp read(const std::string& text) { return sip::parse_sdp(text).value(); }

TEST(Offer, NamesBothLawsAndKeepsTheSessionId_SDP03) {
  const sip::Sdp offer = read(make_offer(own(kSendOnly)));
  EXPECT_EQ(offer.origin.session_id, "77");
  EXPECT_EQ(offer.origin.version, 3U);
  ASSERT_EQ(offer.media.size(), 1U);
  EXPECT_EQ(offer.media[0].formats, (std::vector<std::string>{"0", "8"}));
  EXPECT_EQ(offer.media[0].direction, kSendOnly);
  EXPECT_EQ(sip::media_endpoint(offer, 0), (Endpoint{"192.0.2.1", 5000, Transport::kUdp}));
}

struct DirectionRow {
  Direction offered, wanted, answered;
};

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

TEST(Answer, TheOldHoldSendsNowhereButKeepsTheDirection_SDP07) {
  for (const std::string held : {"0.0.0.0"}) {
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
  EXPECT_EQ(answered.media[0].formats, (std::vector<std::string>{"31"}));
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

TEST(Answer, KeepsThePayloadTypeOfTheOffer_SDP04) {
  const auto answer = answer_offer(
      sdp("m=audio 4000 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 pcma/8000\r\n"),
      own(kSendRecv));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->agreed.payload_type, 97);
  EXPECT_EQ(read(answer->sdp).media[0].formats, (std::vector<std::string>{"97"}));
}

TEST(Answer, IsNoneForWhatWeCannotDo) {
  for (const std::string media :
       {"m=audio 4000 RTP/AVP 9\r\n", "m=audio 0 RTP/AVP 0\r\n", "m=video 4000 RTP/AVP 0\r\n",
        "m=audio 4000 RTP/SAVP 0\r\n", "m=audio 4000 RTP/AVP 0x\r\n", ""}) {
    EXPECT_FALSE(answer_offer(sdp(media), own(kSendRecv))) << media;
    EXPECT_FALSE(read_answer(sdp(media), own(kSendRecv))) << media;
  }
  EXPECT_FALSE(answer_offer("no sdp", own(kSendRecv)));
  EXPECT_FALSE(read_answer("", own(kSendRecv)));
}

TEST(ReadAnswer, NeverGivesMoreThanWeOffered_SDP05) {
  const auto agreed = read_answer(sdp(audio(kSendRecv)), own(kSendOnly));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->direction, kSendOnly);
  EXPECT_EQ(agreed->remote, kPeer);
}

}  // namespace
}  // namespace lastcall::core
