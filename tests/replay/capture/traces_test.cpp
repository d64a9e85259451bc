// Traces that are no packet files: HEP3, the message log of sipp, Kamailio's sipdump.

#include "tests/replay/capture/importing.hpp"

namespace lastcall::replay::capture {
namespace {

const std::string kMessage = request("OPTIONS");

std::string chunk(unsigned type, const std::string& value, unsigned vendor = 0) {
  return be16(vendor) + be16(type) + be16(value.size() + 6) + value;
}
std::string hep_of(const std::string& chunks) { return "HEP3" + be16(chunks.size() + 6) + chunks; }
std::string head_chunks(unsigned protocol = 17) {
  return chunk(1, be(2, 1)) + chunk(2, be(protocol, 1)) + chunk(3, be32(0xc0000201)) +
         chunk(4, be32(0xc6336402)) + chunk(7, be16(5060)) + chunk(8, be16(5070)) +
         chunk(9, be32(1'000)) + chunk(10, be32(2)) + chunk(11, be(1, 1));
}
std::string hep() { return hep_of(head_chunks() + chunk(15, kMessage) + chunk(15, "own", 5)); }

TEST(Hep, IsReadWithItsAddressesAndTime) {
  const Outcome outcome = import_bytes(hep() + hep_of(head_chunks(22) + chunk(15, kMessage)));
  ASSERT_EQ(outcome.messages.size(), 2U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  EXPECT_EQ(outcome.messages[0].at_ns, 1'000'000'002'000);
  EXPECT_EQ(outcome.messages[0].source, (Endpoint{"192.0.2.1", 5060, Transport::kUdp}));
  EXPECT_EQ(outcome.messages[1].destination, (Endpoint{"198.51.100.2", 5070, Transport::kTls}));
  EXPECT_EQ(outcome.messages[1].packet, 2U);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Hep, AddressesOfIpVersion6) {
  const std::string address = be32(0x20010db8) + zeros(11) + be(1, 1);
  const Outcome outcome =
      import_bytes(hep_of(chunk(5, address) + chunk(6, address) + chunk(15, kMessage)));
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0].source.host, "2001:db8::1");
}

TEST(Hep, WhatIsBrokenIsToldAndTheNextPacketFound) {
  std::string long_chunk = hep();
  long_chunk.replace(10, 2, be16(60'000));
  const Outcome outcome =
      import_bytes(hep_of(chunk(3, "abc")) + hep_of(chunk(7, "x")) + long_chunk +
                   hep_of(be16(0) + be16(1) + be16(2)) + "rubbish" + hep() +
                   hep_of(chunk(16, "packed")) + hep().substr(0, 50));
  EXPECT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(sentences(outcome),
            "1: An address in HEP has a wrong length.\n"
            "2: A number in HEP is too short.\n"
            "3: A chunk of HEP is longer than its packet.\n"
            "4: A chunk of HEP is shorter than its own header.\n"
            "5: Here should be a HEP packet.\n"
            "6: The payload of this HEP packet is compressed.\n"
            "7: The HEP packet is shorter than it says.\n"
            "8: Here should be a HEP packet.\n");
}

const std::string kDashes(47, '-');

std::string sipp(const std::string& what, const std::string& message) {
  return kDashes + " 2026-11-22 14:00:49.979664\n" + what + "\n\n" + message + "\n";
}

TEST(SippLog, IsReadByTheLengthsItNames) {
  const std::string size = std::to_string(kMessage.size());
  const Outcome outcome =
      import_bytes(sipp("UDP message sent (" + size + " bytes):", kMessage) +
                   sipp("TCP message received [" + size + "] bytes :", kMessage) + kDashes +
                   "\nUnexpected UDP message received:\n\n" + kMessage);
  ASSERT_EQ(outcome.messages.size(), 2U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  EXPECT_TRUE(outcome.messages[1].is_parsed);
  EXPECT_EQ(outcome.messages[1].source, (Endpoint{"", 0, Transport::kTcp}));
  EXPECT_EQ(outcome.messages[0].at_ns, 1'795'356'049'979'664'000);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(SippLog, ALengthThatLiesReachesIntoNoOtherRecord) {
  const std::string size = std::to_string(kMessage.size());
  const Outcome outcome = import_bytes(sipp("UDP message sent (9000 bytes):", kMessage) +
                                       sipp("UDP message sent (" + size + " bytes):", kMessage));
  ASSERT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  EXPECT_TRUE(outcome.messages[0].is_cut);
  EXPECT_FALSE(outcome.messages[1].is_cut);
}

TEST(SippLog, ARecordWithoutADateIsTold) {
  const Outcome outcome = import_bytes(sipp("UDP message sent (1 bytes):", "\n") + kDashes +
                                       " yesterday\nUDP message sent (" +
                                       std::to_string(kMessage.size()) + " bytes):\n\n" + kMessage);
  EXPECT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(sentences(outcome), "2: This record has no date.\n");
  for (const char* date : {"0001-01-01", "1969-12-31", "2201-01-01", "9999-12-31", "2026-02-30"}) {
    std::string record = sipp("UDP message sent (1 bytes):", "\n");
    record.replace(record.find("2026-11-22"), 10, date);
    EXPECT_EQ(sentences(import_bytes(record)), "1: This record has no date.\n") << date;
  }
}

std::string sipdump(const std::string& message) {
  return "====================\ntag: rcv\ntime: 1795356100.455599\nproto: tcp ipv6\n"
         "srcip: [2001:db8::1]\nsrcport: 5060\ndstip: 192.0.2.9\ndstport: 5070\n"
         "~~~~~~~~~~~~~~~~~~~~\n" +
         message + "||||||||||||||||||||\n";
}

TEST(Sipdump, IsReadWithItsAddressesAndTime) {
  const Outcome outcome = import_bytes(sipdump(kMessage) + sipdump(kMessage));
  ASSERT_EQ(outcome.messages.size(), 2U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[1].bytes, kMessage);
  EXPECT_EQ(outcome.messages[1].packet, 2U);
  EXPECT_EQ(outcome.messages[1].at_ns, 1'795'356'100'455'599'000);
  EXPECT_EQ(outcome.messages[1].source, (Endpoint{"2001:db8::1", 5060, Transport::kTcp}));
  EXPECT_EQ(outcome.messages[1].destination, (Endpoint{"192.0.2.9", 5070, Transport::kTcp}));
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Sipdump, WhatIsBrokenIsTold) {
  const std::string record = sipdump(kMessage);
  const Outcome outcome = import_bytes("====================\ntag: rcv\nrubbish\n" + record +
                                       record.substr(0, record.size() - 30));
  EXPECT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(outcome.report.problem_count, 2U) << sentences(outcome);
  EXPECT_TRUE(sentences(outcome).starts_with("1: This record holds no SIP message.\n3: Of this"));
}

}  // namespace
}  // namespace lastcall::replay::capture
