// Every link type that carries IP, and every header between link and IP, gives the same message.

#include "tests/replay/capture/importing.hpp"

#include <pcap/dlt.h>

namespace lastcall::replay::capture {
namespace {

const std::string kMessage = request("OPTIONS");
const std::string kIp = ip4(udp(kMessage));
const std::string kIp6 = ip6(udp(kMessage));

void expect_message(int linktype, const std::string& frame) {
  const Outcome outcome = import_bytes(pcap(linktype, in_order({frame})));
  ASSERT_EQ(outcome.messages.size(), 1U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  EXPECT_TRUE(outcome.messages[0].is_parsed);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Link, EthernetCarriesBothVersionsOfIp) {
  expect_message(kEthernetLink, ethernet(kIp));
  expect_message(kEthernetLink, ethernet(kIp6, 0x86dd));
}

TEST(Link, EndpointsAreThoseOfIpAndUdp) {
  const Outcome outcome = import_packets({kIp, kIp6});
  ASSERT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(outcome.messages[0].source, (Endpoint{"192.0.2.1", 5060, Transport::kUdp}));
  EXPECT_EQ(outcome.messages[0].destination, (Endpoint{"198.51.100.2", 5070, Transport::kUdp}));
  EXPECT_EQ(outcome.messages[1].source, (Endpoint{"2001:db8::1", 5060, Transport::kUdp}));
  EXPECT_EQ(outcome.messages[1].destination, (Endpoint{"2001:db8::2", 5070, Transport::kUdp}));
}

TEST(Link, PaddingOfShortFramesIsNoPayload) {
  expect_message(kEthernetLink, ethernet(kIp) + zeros(18));
}

TEST(Link, VlanTagsMayStandInARow) {
  const std::string tagged = be16(100) + be16(0x0800) + kIp;
  expect_message(kEthernetLink, ethernet(tagged, 0x8100));
  expect_message(kEthernetLink, ethernet(be16(200) + be16(0x8100) + tagged, 0x88a8));
}

TEST(Link, TooManyTagsCarryNothing) {
  std::string frame = kIp;
  unsigned type = 0x0800;
  for (int i = 0; i < 20; ++i) {
    frame = be16(1) + be16(type) + frame;
    type = 0x8100;
  }
  const Outcome outcome = import_bytes(pcap(kEthernetLink, in_order({ethernet(frame, type)})));
  EXPECT_EQ(outcome.report.packets, 1U);
  EXPECT_TRUE(outcome.messages.empty());
}

TEST(Link, MplsLabelsAreTakenOff) {
  expect_message(kEthernetLink, ethernet(be32(0x00010040) + be32(0x00020140) + kIp, 0x8847));
  expect_message(kEthernetLink, ethernet(be32(0x00020140) + kIp6, 0x8847));
  const std::string pseudowire = be32(0x00020140) + be32(0) + ethernet(kIp);
  expect_message(kEthernetLink, ethernet(pseudowire, 0x8847));
}

TEST(Link, PppoeSessionsCarryPpp) {
  const std::string session = be16(0x1100) + be16(1) + be16(kIp.size() + 2);
  expect_message(kEthernetLink, ethernet(session + be16(0x0021) + kIp, 0x8864));
  expect_message(kEthernetLink, ethernet(session + be16(0x0057) + kIp6, 0x8864));
  expect_message(DLT_PPP_ETHER, session + be16(0x0021) + kIp);
}

TEST(Link, PppStandsWithAndWithoutItsFrame) {
  expect_message(DLT_PPP, be16(0xff03) + be16(0x0021) + kIp);
  expect_message(DLT_PPP, be(0x21, 1) + kIp);
}

TEST(Link, NullAndLoopNameTheFamilyInEitherByteOrder) {
  expect_message(DLT_NULL, le(2, 4) + kIp);
  expect_message(DLT_NULL, be(2, 4) + kIp);
  for (const unsigned family : {10U, 24U, 28U, 30U}) {
    expect_message(DLT_NULL, le(family, 4) + kIp6);
  }
  expect_message(108, be(2, 4) + kIp);
}

TEST(Link, RawIpNeedsNoHeader) {
  expect_message(kRawLink, kIp);
  expect_message(kRawLink, kIp6);
  expect_message(DLT_IPV4, kIp);
  expect_message(DLT_IPV6, kIp6);
}

TEST(Link, LinuxCookedOfBothVersions) {
  expect_message(DLT_LINUX_SLL, zeros(14) + be16(0x0800) + kIp);
  expect_message(DLT_LINUX_SLL, zeros(14) + be16(0x8100) + be16(5) + be16(0x86dd) + kIp6);
  expect_message(DLT_LINUX_SLL2, be16(0x0800) + zeros(18) + kIp);
}

TEST(Link, LogicalLinkWithSnap) {
  const std::string snap = be16(0xaaaa) + be(3, 1) + zeros(3) + be16(0x0800) + kIp;
  expect_message(kEthernetLink, ethernet(snap, static_cast<unsigned>(snap.size())));
}

TEST(Link, WirelessDataFrames) {
  const std::string snap = be16(0xaaaa) + be(3, 1) + zeros(3) + be16(0x0800) + kIp;
  expect_message(DLT_IEEE802_11, be16(0x0801) + zeros(22) + snap);  // to the access point
  expect_message(DLT_IEEE802_11, be16(0x0803) + zeros(28) + snap);  // four addresses
  expect_message(DLT_IEEE802_11, be16(0x8801) + zeros(24) + snap);  // quality of service
  expect_message(DLT_IEEE802_11, be16(0x8881) + zeros(28) + snap);  // high throughput
  const std::string radio = be16(0) + le(12, 2) + zeros(8);
  expect_message(DLT_IEEE802_11_RADIO, radio + be16(0x8801) + zeros(24) + snap);
}

TEST(Link, EncryptedAndManagingWirelessFramesCarryNothing) {
  const std::string snap = be16(0xaaaa) + be(3, 1) + zeros(3) + be16(0x0800) + kIp;
  const Outcome outcome =
      import_bytes(pcap(DLT_IEEE802_11, in_order({be16(0x0841) + zeros(22) + snap,      // protected
                                                  be16(0x8000) + zeros(22) + snap,      // beacon
                                                  be16(0x4801) + zeros(22) + snap})));  // null
  EXPECT_EQ(outcome.report.packets, 3U);
  EXPECT_TRUE(outcome.messages.empty()) << outcome.messages.size();
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Link, IpInsideIpIsUnwrappedButNotForEver) {
  expect_message(kRawLink, ip4(kIp, 4));
  expect_message(kRawLink, ip4(kIp6, 41));
  std::string deep = kIp;
  for (int i = 0; i < 12; ++i) deep = ip4(deep, 4);
  EXPECT_TRUE(import_packets({deep}).messages.empty());
}

TEST(Link, WhatCarriesNoIpIsCountedAndPassedOver) {
  const Outcome outcome =
      import_bytes(pcap(kEthernetLink, in_order({ethernet(zeros(28), 0x0806), ethernet(kIp)})));
  EXPECT_EQ(outcome.report.packets, 2U);
  EXPECT_EQ(outcome.report.ip_packets, 1U);
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0].packet, 2U);
}

// Each frame ends a byte earlier than the one before: nothing is read behind its end, and what is
// broken is told while the last, whole packet is still found.
TEST(Link, FramesThatEndInsideTheirHeadersAreTold) {
  const std::string whole = ethernet(be16(7) + be16(0x0800) + kIp, 0x8100);
  const std::size_t headers = whole.size() - kMessage.size();
  std::vector<WrittenPacket> packets;
  for (std::size_t size = 0; size < headers; ++size) {
    packets.push_back({whole.substr(0, size), 0, whole.size()});
  }
  packets.push_back({whole});
  const Outcome outcome = import_bytes(pcap(kEthernetLink, packets));
  EXPECT_EQ(outcome.report.cut_packets, headers);
  EXPECT_EQ(outcome.report.problem_count, headers) << sentences(outcome);
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0].packet, headers + 1);
}

}  // namespace
}  // namespace lastcall::replay::capture
