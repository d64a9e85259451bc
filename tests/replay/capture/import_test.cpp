// Files: what is read, what is refused, and what is told of those that lie.

#include "replay/capture/tally.hpp"
#include "tests/replay/capture/importing.hpp"

#include <zlib.h>

namespace lastcall::replay::capture {
namespace {

const std::string kMessage = request("OPTIONS");
const std::string kPacket = ip4(udp(kMessage));

std::vector<WrittenPacket> three() {
  return {{kPacket, 1'000'000'001}, {kPacket, 1'000'000'002}, {kPacket, 2'000'000'003}};
}

void expect_three(const Outcome& outcome) {
  ASSERT_EQ(outcome.messages.size(), 3U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].at_ns, 1'000'000'001);
  EXPECT_EQ(outcome.messages[2].at_ns, 2'000'000'003);
  EXPECT_EQ(outcome.messages[2].packet, 3U);
  EXPECT_EQ(outcome.messages[2].bytes, kMessage);
  EXPECT_EQ(outcome.report.packets, 3U);
  EXPECT_EQ(outcome.report.messages, 3U);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Import, ReadsBothByteOrdersToTheNanosecond) {
  expect_three(import_bytes(pcap(kRawLink, three())));
  expect_three(import_bytes(pcap(kRawLink, three(), true)));
}

TEST(Import, ReadsWhatIsPacked) {
  const std::string path = put_file("");
  const std::string bytes = pcap(kRawLink, three());
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  expect_three(import_path(path));
}

TEST(Import, AFileThatEndsEarlyIsReadAsFarAsItGoes) {
  const std::string whole = pcap(kRawLink, three());
  const Outcome outcome = import_bytes(whole.substr(0, whole.size() - 10));
  EXPECT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(outcome.report.problem_count, 1U);
  EXPECT_TRUE(sentences(outcome).starts_with("3: The file cannot be read from here on: "))
      << sentences(outcome);
}

TEST(Import, APackedFileThatEndsEarlyIsReadAsFarAsItGoes) {
  const std::string path = put_file("");
  std::vector<WrittenPacket> packets;
  for (int i = 0; i < 2'000; ++i) {
    packets.push_back({ip4(udp(request("OPTIONS", std::to_string(i * 7'919 % 65'521)))), i});
  }
  const std::string bytes = pcap(kRawLink, packets);
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  std::ifstream packed{path, std::ios::binary};
  const std::string all{std::istreambuf_iterator<char>{packed}, {}};
  const Outcome outcome = import_bytes(std::string_view{all}.substr(0, all.size() / 2));
  EXPECT_GT(outcome.messages.size(), 100U);
  EXPECT_LT(outcome.messages.size(), 2'000U);
  EXPECT_NE(sentences(outcome).find("unpacking it: "), std::string::npos) << sentences(outcome);
}

TEST(Import, EveryBeginningOfAFileIsReadOrRefused) {
  for (const std::string& whole : {pcap(kRawLink, three()), pcapng(kRawLink, three())}) {
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 100) {
      const Outcome outcome = import_bytes(whole.substr(0, size));
      EXPECT_LE(outcome.messages.size(), 2U);
    }
  }
}

TEST(Import, WhatIsNoCaptureIsRefusedInASentence) {
  EXPECT_EQ(import_bytes("").refusal, "It is empty.");
  EXPECT_EQ(import_bytes("hello\n").refusal,
            "It is neither pcap nor pcapng, HEP3, a message log of sipp, a sipdump of Kamailio, "
            "nor a log "
            "of Asterisk, FreeSWITCH, sofia or pjsip with SIP messages in it.");
  EXPECT_EQ(import_bytes("GMBU\x02" + zeros(100)).refusal,
            "It is a capture of Network Monitor 2: convert it first (editcap -F pcapng FILE OUT).");
  EXPECT_NE(import_bytes("\x1f\x8b\x08" + zeros(7) + "rubbish").refusal.find("gzip"),
            std::string::npos);
  const std::string magic = pcap(kRawLink, {}).substr(0, 4);
  EXPECT_TRUE(import_bytes(magic + std::string(40, '\xff')).refusal.starts_with("It is damaged: "));
}

TEST(Import, ALinkTypeWithoutIpIsRefusedByName) {
  EXPECT_EQ(import_bytes(pcap(189, three())).refusal, "Its link type USB_LINUX is not supported.");
}

TEST(Import, AMissingFileIsToldApart) {
  const auto missing = import_file("/nowhere/at/all.pcap", {});
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().is_missing);
  EXPECT_EQ(missing.error().sentence, "No such file or directory.");
  EXPECT_FALSE(import_file(testing::TempDir(), {}));
}

TEST(Import, LengthsThatLieAreToldWithTheirPacket) {
  std::string longer_udp = kPacket;
  longer_udp.replace(24, 2, be16(9'000));
  std::string shorter_udp = kPacket;
  shorter_udp.replace(24, 2, be16(3));
  std::string short_ip = kPacket;
  short_ip.replace(2, 2, be16(19));
  std::string short_header = kPacket;
  short_header[0] = 0x41;
  std::string version = kPacket;
  version[0] = 0x15;
  const Outcome outcome =
      import_bytes(pcap(12 /* raw IP, of the old number */,
                        in_order({longer_udp, shorter_udp, short_ip, short_header, kPacket})));
  EXPECT_EQ(sentences(outcome),
            "1: The UDP length is greater than the packet that carries it.\n"
            "2: The UDP length is shorter than its header.\n"
            "3: The IPv4 packet is shorter than its header.\n"
            "4: The IPv4 header is shorter than 20 bytes.\n");
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0].packet, 5U);
  EXPECT_EQ(sentences(import_bytes(pcap(kEthernetLink, in_order({ethernet(version)})))),
            "1: What should be an IP packet has neither version 4 nor 6.\n");
}

TEST(Import, LengthsOfZeroMeanThatTheCardFillsThemIn) {
  std::string offloaded = kPacket;
  offloaded.replace(2, 2, be16(0));
  const Outcome outcome = import_packets({offloaded});
  ASSERT_EQ(outcome.messages.size(), 1U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
}

TEST(Import, ChainsOfExtensionHeadersEnd) {
  std::string chain = udp(kMessage);
  int next = kUdpNumber;
  for (int i = 0; i < 40; ++i) {
    chain = be(static_cast<unsigned>(next), 1) + zeros(7) + chain;
    next = 60;
  }
  const Outcome outcome = import_packets({ip6(chain, next), ip6(zeros(4), 60)});
  EXPECT_EQ(sentences(outcome),
            "1: The packet has too many IPv6 extension headers.\n"
            "2: The packet ends inside its IPv6 extension headers.\n");
}

TEST(Import, MessagesCutByTheCaptureAreGivenAndTold) {
  const Outcome outcome =
      import_bytes(pcap(kRawLink, {{kPacket.substr(0, 100), 5, kPacket.size()}}));
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_TRUE(outcome.messages[0].is_cut);
  EXPECT_FALSE(outcome.messages[0].is_parsed);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage.substr(0, 72));
  EXPECT_EQ(outcome.report.cut_packets, 1U);
  EXPECT_EQ(sentences(outcome),
            "1: Of this OPTIONS request only the first 72 bytes were captured.\n");
}

TEST(Import, MessagesThatBreakTheGrammarAreGivenAndTold) {
  const std::string broken = "BYE sip:bob@192.0.2.1 SIP/2.0\r\nCall-ID: x\r\n\r\n";
  const Outcome outcome = import_packets({ip4(udp(broken)), kPacket});
  ASSERT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(outcome.messages[0].bytes, broken);
  EXPECT_FALSE(outcome.messages[0].is_parsed);
  EXPECT_EQ(outcome.report.problem_count, 1U);
}

TEST(Import, WhatIsNotSipIsPassedOver) {
  const Outcome outcome =
      import_packets({ip4(udp("\x80" + zeros(171))), ip4(udp("\r\n\r\n")), ip4(udp("")),
                      ip4(udp("RTSP/1.0 200 OK\r\n")), ip4(udp("HTTP/1.1 200 OK\r\n\r\n")),
                      ip4(udp("NOTIFY * HTTP/1.1\r\n\r\n")), ip4(udp("INVITE sip:a SIP/2.0"))});
  EXPECT_TRUE(outcome.messages.empty());
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Import, AStartLineThatIsBrokenIsTold) {
  const Outcome outcome =
      import_packets({ip4(udp("ACK  SIP/2.0\r\n\r\n")), ip4(udp("SIP/2.0 OK\r\n\r\n"))});
  EXPECT_TRUE(outcome.messages.empty());
  EXPECT_EQ(sentences(outcome),
            "1: The start line of this message is broken.\n"
            "2: The start line of this message is broken.\n");
}

TEST(Tally, CountsWhatIsSeen) {
  Tally tally;
  const auto add = [&](const std::string& bytes, bool is_cut = false) {
    tally.add({.is_cut = is_cut, .bytes = bytes});
  };
  add(request("INVITE", "one"));
  add(request("INVITE", "one"));
  add("\r\nNEWLY sip:x SIP/2.0\r\ni: two\r\n\r\n");
  add("SIP/2.0 200 OK\r\nCALL-ID :three \r\n\r\n");
  add("SIP/2.0 487 Gone\r\nCall-ID: thr", true);  // the value may be longer
  EXPECT_EQ(tally.methods(), (std::map<std::string, std::uint64_t>{{"INVITE", 2}, {"NEWLY", 1}}));
  EXPECT_EQ(tally.answers(), (std::map<int, std::uint64_t>{{200, 1}, {487, 1}}));
  EXPECT_EQ(tally.call_ids(), 3U);
}

TEST(Tally, AFloodOfMethodsIsBounded) {
  Tally tally;
  for (int i = 0; i < 1'000; ++i) {
    const std::string bytes = request("M" + std::to_string(i));
    tally.add({.bytes = bytes});
  }
  EXPECT_EQ(tally.methods().size(), 65U);
  EXPECT_EQ(tally.methods().at("other"), 936U);
}

}  // namespace
}  // namespace lastcall::replay::capture
