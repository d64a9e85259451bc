// Datagrams of UDP that came in fragments of IP.

#include "tests/replay/capture/importing.hpp"

#include <algorithm>

namespace lastcall::replay::capture {
namespace {

const std::string kMessage = request("INVITE", "big@call", std::string(900, 'x'));
const std::string kDatagram = udp(kMessage);

std::string part(std::size_t from, std::size_t size, unsigned id = 7) {
  const bool more = from + size < kDatagram.size();
  return ip4(kDatagram.substr(from, size), kUdpNumber,
             static_cast<unsigned>(from / 8) | (more ? kMore : 0U), id);
}

std::vector<std::string> parts() { return {part(0, 400), part(400, 400), part(800, 4'000)}; }

void expect_whole(const Outcome& outcome) {
  ASSERT_EQ(outcome.messages.size(), 1U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  EXPECT_FALSE(outcome.messages[0].is_cut);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Fragments, AreJoinedInEveryOrder) {
  std::vector<std::string> packets = parts();
  std::ranges::sort(packets);
  do {
    const Outcome outcome = import_packets(packets);
    expect_whole(outcome);
    EXPECT_EQ(outcome.messages[0].packet, 3U);
  } while (std::ranges::next_permutation(packets).found);
}

TEST(Fragments, TellThePacketTheDatagramBeginsIn) {
  const Outcome outcome = import_packets({parts()[2], parts()[1], parts()[0]});
  expect_whole(outcome);
  EXPECT_EQ(outcome.messages[0].first_packet, 3U);
}

TEST(Fragments, OverlapsAndRepetitionsChangeNothing) {
  std::string liar = part(400, 408);
  liar.replace(20, 200, 200, '#');  // its bytes came already
  expect_whole(import_packets(
      {part(0, 400), part(400, 400), part(400, 400), liar, part(0, 800), part(800, 4'000)}));
}

TEST(Fragments, DatagramsAreKeptApartByTheirId) {
  const Outcome outcome =
      import_packets({part(0, 400, 1), part(0, 400, 2), part(400, 4'000, 2), part(400, 4'000, 1)});
  EXPECT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Fragments, OfIpVersion6AreJoinedBehindOtherExtensions) {
  const auto fragment = [](std::size_t from, std::size_t size) {
    const bool more = from + size < kDatagram.size();
    const std::string header =
        be(kUdpNumber, 1) + be(0, 1) + be16(from | (more ? 1U : 0U)) + be32(9);
    const std::string hop_by_hop = be(44, 1) + be(0, 1) + zeros(6);
    return ip6(hop_by_hop + header + kDatagram.substr(from, size), 0);
  };
  expect_whole(import_packets({fragment(0, 800), fragment(800, 4'000)}));
  expect_whole(import_packets({fragment(0, 4'000)}));  // the only one (RFC 6946)
}

TEST(Fragments, WhatIsIncompleteIsTold) {
  const Outcome outcome = import_packets({part(0, 400), part(800, 4'000)});
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_TRUE(outcome.messages[0].is_cut);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage.substr(0, 392));
  EXPECT_EQ(sentences(outcome),
            "2: Fragments are missing of the datagram from 192.0.2.1 to 198.51.100.2 that begins "
            "in packet 1.\n"
            "2: Of this INVITE request only the first 392 bytes were captured.\n");
}

TEST(Fragments, WithoutTheFirstThereIsNoMessage) {
  const Outcome outcome = import_packets({part(400, 400), part(800, 4'000)});
  EXPECT_TRUE(outcome.messages.empty());
  EXPECT_EQ(outcome.report.problem_count, 1U);
}

TEST(Fragments, AnIdUsedAgainAfterAMinuteIsAnotherDatagram) {
  std::vector<WrittenPacket> packets = in_order({part(400, 400), part(0, 400), part(400, 4'000)});
  packets[1].at_ns = packets[2].at_ns = 61'000'000'000;
  const Outcome outcome = import_bytes(pcap(kRawLink, packets));
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
}

TEST(Fragments, ThatLieAboutTheirPlaceAreLeftOut) {
  const Outcome outcome =
      import_packets({part(0, 400), ip4(std::string(400, '#'), kUdpNumber, 0x1fff),  // 65,928
                      part(400, 4'000), part(0, 400, 8),
                      ip4(std::string(16, '#'), kUdpNumber, 2, 8),  // ends the datagram early
                      ip4(std::string(16, '#'), kUdpNumber, 2, 9), part(400, 4'000, 9)});
  ASSERT_FALSE(outcome.messages.empty());
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  EXPECT_TRUE(
      sentences(outcome).starts_with("2: A fragment ends behind 65,535 bytes.\n"
                                     "5: The last fragment ends before another one.\n"
                                     "7: A fragment ends behind the last one.\n"))
      << sentences(outcome);
}

// A storm of beginnings: memory stays bounded, the newest is still joined.
TEST(Fragments, AStormOfBeginningsLosesOnlyTheOldest) {
  std::vector<std::string> packets{part(0, 400, 1)};
  for (unsigned id = 1'000; id < 3'000; ++id) packets.push_back(part(400, 400, id));
  packets.push_back(part(0, 400, 2'999));
  packets.push_back(part(800, 4'000, 2'999));
  const Outcome outcome = import_packets(packets);
  ASSERT_EQ(outcome.messages.size(), 2U);
  EXPECT_TRUE(outcome.messages[0].is_cut);  // told when its place was needed, not at the end
  EXPECT_EQ(outcome.messages[1].bytes, kMessage);
  EXPECT_EQ(outcome.report.problem_count, 2'001U);
  EXPECT_EQ(outcome.report.problems.size(), 1'000U);
}

}  // namespace
}  // namespace lastcall::replay::capture
