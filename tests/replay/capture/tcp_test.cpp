// Messages in streams of TCP, however the capture shows them.

#include "tests/replay/capture/importing.hpp"

#include <algorithm>

namespace lastcall::replay::capture {
namespace {

constexpr std::uint32_t kFirst = 1'000;
const std::string kInvite = request("INVITE", "one@call", std::string(300, 'v'));
const std::string kBye = request("BYE", "two@call");
const std::string kStream = kInvite + "\r\n\r\n" + kBye;

std::string segment(std::uint32_t sequence, std::string_view payload, TcpFlags flags = {}) {
  return ip4(tcp(sequence, payload, flags), kTcpNumber);
}
std::string part(std::size_t from, std::size_t size, std::uint32_t first = kFirst) {
  return segment(first + static_cast<std::uint32_t>(from), kStream.substr(from, size));
}
std::string syn(std::uint32_t first = kFirst) { return segment(first - 1, "", {.syn = true}); }

std::vector<std::string> methods(const Outcome& outcome) {
  std::vector<std::string> names;
  for (const Told& each : outcome.messages) {
    names.push_back(each.bytes.substr(0, each.bytes.find(' ')) + (each.is_cut ? " cut" : ""));
  }
  return names;
}
using Names = std::vector<std::string>;

TEST(Tcp, SegmentsOfAnySizeGiveTheSameMessages) {
  for (const std::size_t size : {1U, 2U, 7U, 100U, 1'460U}) {
    std::vector<std::string> packets{syn()};
    for (std::size_t at = 0; at < kStream.size(); at += size) packets.push_back(part(at, size));
    const Outcome outcome = import_packets(packets);
    ASSERT_EQ(methods(outcome), (Names{"INVITE", "BYE"})) << size;
    EXPECT_EQ(outcome.messages[0].bytes, kInvite);
    EXPECT_EQ(outcome.messages[1].bytes, kBye);
    EXPECT_EQ(outcome.messages[0].source, (Endpoint{"192.0.2.1", 5060, Transport::kTcp}));
    EXPECT_EQ(sentences(outcome), "");
  }
}

TEST(Tcp, AMessageIsMarkedWithItsFirstAndItsLastPacket) {
  const Outcome outcome = import_packets(
      {syn(), part(0, 200), part(200, kInvite.size() - 100), part(kInvite.size() + 100, 900)});
  ASSERT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(outcome.messages[0].first_packet, 2U);
  EXPECT_EQ(outcome.messages[0].packet, 3U);
  EXPECT_EQ(outcome.messages[1].first_packet, 3U);
  EXPECT_EQ(outcome.messages[1].packet, 4U);
}

TEST(Tcp, SegmentsInAnyOrderAndRepeatedGiveEachMessageOnce) {
  std::vector<std::string> packets{part(0, 200), part(200, 200), part(400, 2'000), part(100, 250)};
  std::ranges::sort(packets);
  do {
    std::vector<std::string> all{syn()};
    all.insert(all.end(), packets.begin(), packets.end());
    all.push_back(part(0, 200));
    const Outcome outcome = import_packets(all);
    ASSERT_EQ(methods(outcome), (Names{"INVITE", "BYE"})) << sentences(outcome);
    EXPECT_EQ(outcome.messages[0].bytes, kInvite);
  } while (std::ranges::next_permutation(packets).found);
}

TEST(Tcp, SequenceNumbersWrapAround) {
  const std::uint32_t first = 0xffffff80;
  const Outcome outcome = import_packets(
      {syn(first), part(300, 2'000, first), part(0, 100, first), part(100, 200, first)});
  EXPECT_EQ(methods(outcome), (Names{"INVITE", "BYE"})) << sentences(outcome);
}

TEST(Tcp, AStreamIsJoinedInItsMiddle) {
  // The capture begins inside the INVITE; the BYE is the first message that is whole.
  const Outcome outcome = import_packets({part(250, 200), part(450, 2'000)});
  EXPECT_EQ(methods(outcome), (Names{"BYE"}));
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Tcp, LostBytesCutAMessageAndTheNextIsFound) {
  const Outcome outcome = import_packets({syn(), part(0, 200), part(300, 150), part(450, 2'000)});
  ASSERT_EQ(methods(outcome), (Names{"INVITE cut", "BYE"}));
  EXPECT_EQ(outcome.messages[0].bytes, kInvite.substr(0, 200));
  EXPECT_EQ(sentences(outcome),
            "3: 100 bytes of the stream before this packet were not captured.\n"
            "2: Of this INVITE request only the first 200 bytes were captured.\n");
}

// Whoever waits for the hole to fill waits for what happens later too.
TEST(Tcp, AHoleIsGivenUpAfterAWhile) {
  std::vector<WrittenPacket> packets = in_order({syn(), part(0, 200), part(450, 2'000)});
  const std::string next = request("OPTIONS", "three@call");
  packets.push_back(
      {segment(kFirst + static_cast<std::uint32_t>(kStream.size()), next), 6'000'000'000});
  packets.push_back({ip4(udp(request("REGISTER"))), 7'000'000'000});
  const Outcome outcome = import_bytes(pcap(kRawLink, packets));
  EXPECT_EQ(methods(outcome), (Names{"INVITE cut", "BYE", "OPTIONS", "REGISTER"}))
      << sentences(outcome);
}

TEST(Tcp, AHoleIsGivenUpBehindManySegments) {
  std::vector<std::string> packets{syn(), part(0, 200)};
  for (std::uint32_t i = 0; i < 100; ++i) packets.push_back(segment(kFirst + 300 + i, "\r"));
  packets.push_back(ip4(udp(request("REGISTER"))));
  EXPECT_EQ(methods(import_packets(packets)), (Names{"INVITE cut", "REGISTER"}));
}

TEST(Tcp, SegmentsThatWereCutByTheCaptureCutTheirMessage) {
  std::vector<WrittenPacket> packets =
      in_order({syn(), part(0, 500), part(kInvite.size() + 4, 2'000)});
  packets[1].wire_bytes = 40 + kInvite.size() + 4;
  packets[1].bytes.replace(2, 2, be16(packets[1].wire_bytes));
  const Outcome outcome = import_bytes(pcap(kRawLink, packets));
  EXPECT_EQ(methods(outcome), (Names{"INVITE cut", "BYE"})) << sentences(outcome);
}

TEST(Tcp, AnEndInsideAMessageIsTold) {
  for (const TcpFlags flags : {TcpFlags{.fin = true}, TcpFlags{.rst = true}}) {
    const Outcome outcome =
        import_packets({syn(), part(0, 200), segment(kFirst + 200, "", flags), part(0, 200)});
    EXPECT_EQ(methods(outcome), (Names{"INVITE cut"}));
  }
}

TEST(Tcp, PortsAreUsedAgain) {
  const Outcome with_syn =
      import_packets({syn(), part(0, 2'000), syn(77'777), part(0, 2'000, 77'777), syn(77'777)});
  EXPECT_EQ(methods(with_syn), (Names{"INVITE", "BYE", "INVITE", "BYE"}));
  const std::uint32_t far_behind = kFirst + 0x90000000;
  const Outcome without = import_packets({syn(), part(0, 2'000), part(0, 2'000, far_behind)});
  EXPECT_EQ(methods(without), (Names{"INVITE", "BYE", "INVITE", "BYE"}));
}

TEST(Tcp, StreamsThatCarrySomethingElseAreIgnored) {
  const std::string http = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
  const std::string tls("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9);
  for (const std::string& text : {http, tls, std::string{"G"}}) {
    const Outcome outcome =
        import_packets({syn(), segment(kFirst, text), segment(kFirst + 99, text)});
    EXPECT_TRUE(outcome.messages.empty());
    EXPECT_EQ(sentences(outcome), "");
  }
}

TEST(Tcp, AMessageWithoutItsLengthIsTold) {
  std::string broken = kBye;
  broken.erase(broken.find("Content-Length"));
  const Outcome outcome = import_packets({syn(), segment(kFirst, broken + "\r\n")});
  EXPECT_EQ(methods(outcome), (Names{"BYE cut"}));
  EXPECT_NE(sentences(outcome).find("2: A message on a stream needs a Content-Length."),
            std::string::npos)
      << sentences(outcome);
}

TEST(Tcp, AFloodOfConnectionsLosesOnlyTheOldest) {
  std::vector<std::string> packets{syn(), part(0, 200)};
  for (unsigned i = 0; i < 10'000; ++i) {
    packets.push_back(syn());
    packets.back().replace(12, 4, be32(0x0a000000 + i));
  }
  packets.push_back(ip4(udp(request("REGISTER"))));
  EXPECT_EQ(methods(import_packets(packets)), (Names{"INVITE cut", "REGISTER"}));
}

// Its bytes may come again whole; how many are missing is not known.
TEST(Tcp, AFragmentWithoutTheOthersMovesNoStream) {
  const std::string whole = tcp(kFirst, kStream);
  const std::string first = ip4(whole.substr(0, 400), kTcpNumber, kMore, 8);
  std::vector<WrittenPacket> packets = in_order({syn(), first, first, part(0, 2'000)});
  packets[2].bytes.replace(4, 2, be16(9));  // of a later datagram: the first has waited too long
  packets[2].at_ns = packets[3].at_ns = 61'000'000'000;
  const Outcome outcome = import_bytes(pcap(kRawLink, packets));
  EXPECT_EQ(methods(outcome), (Names{"INVITE", "BYE"})) << sentences(outcome);
}

TEST(Tcp, HeadersThatLieAreTold) {
  std::string no_header = part(0, 100);
  no_header[32] = 0x10;  // a header of four bytes
  std::string long_header = segment(kFirst, "");
  long_header[32] = static_cast<char>(0xf0);
  const Outcome outcome =
      import_packets({no_header, long_header, ip4("short", kTcpNumber), part(0, 2'000)});
  EXPECT_EQ(outcome.report.problem_count, 3U) << sentences(outcome);
  EXPECT_EQ(methods(outcome), (Names{"INVITE", "BYE"}));
}

}  // namespace
}  // namespace lastcall::replay::capture
