// Logs in which SIP messages stand between other lines: Asterisk, FreeSWITCH, sofia, pjsip.

#include "tests/replay/capture/importing.hpp"

namespace lastcall::replay::capture {
namespace {

const std::string kBody = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
const std::string kInvite = request("INVITE", "a@b", kBody);
const std::string kBye = request("BYE");
const Endpoint kUnknown{"", 0, Transport::kUdp};
const Endpoint kPhone{"192.0.2.1", 5070, Transport::kUdp};

// As logs keep it: with the line ends of the file, each line behind the same spaces.
std::string lines_of(const std::string& message, const std::string& indent = "") {
  std::string text = indent;
  for (const char c : message) {
    if (c == '\r') continue;
    text += c;
    if (c == '\n') text += indent;
  }
  return text.substr(0, text.size() - indent.size());
}

std::string size_of(const std::string& message) { return std::to_string(message.size()); }

// Both messages came whole, the first from the phone, the second to it.
void expect_both(const Outcome& outcome) {
  ASSERT_EQ(outcome.messages.size(), 2U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].bytes, kInvite);
  EXPECT_EQ(outcome.messages[0].source, kPhone);
  EXPECT_EQ(outcome.messages[0].destination, kUnknown);
  EXPECT_EQ(outcome.messages[1].bytes, kBye);
  EXPECT_EQ(outcome.messages[1].source, kUnknown);
  EXPECT_EQ(outcome.messages[1].destination, kPhone);
  for (const Told& each : outcome.messages) EXPECT_TRUE(each.is_parsed && !each.is_cut);
}

std::string pjsip_logger(const std::string& stamp) {
  return stamp + "<--- Received SIP request (" + size_of(kInvite) +
         " bytes) from UDP:192.0.2.1:5070 --->\n" + lines_of(kInvite) +
         "\n    -- Executing [100@inside:1] Dial(\"PJSIP/a-1\", \"PJSIP/b\") in new stack\n" +
         stamp + "<--- Transmitting SIP request (" + size_of(kBye) +
         " bytes) to UDP:192.0.2.1:5070 --->\n" + lines_of(kBye) + "\n\n  == Spawn extension\n";
}

TEST(TextTrace, TheConsoleOfAsteriskTellsNoTimes) {
  const Outcome outcome = import_bytes("pbx*CLI> pjsip set logger on\n" + pjsip_logger(""));
  expect_both(outcome);
  EXPECT_EQ(sentences(outcome),
            "1: This trace tells no times: its messages seem to come at once.\n");
}

TEST(TextTrace, TheLogFileOfAsteriskHasDates) {
  const Outcome dated =
      import_bytes(pjsip_logger("[2026-11-22 14:00:49.979] VERBOSE[17] res_pjsip_logger.c: "));
  expect_both(dated);
  EXPECT_EQ(dated.messages[0].at_ns, 1'795'356'049'979'000'000);
  EXPECT_EQ(sentences(dated), "");
  const Outcome of_day =
      import_bytes(pjsip_logger("[Nov  2 14:00:49] VERBOSE[17] res_pjsip_logger.c: "));
  expect_both(of_day);
  EXPECT_EQ(of_day.messages[1].at_ns, 50'449'000'000'000);
}

TEST(TextTrace, AsterisksOlderChannelWritesEachKindOtherwise) {
  const std::string heading = "\n<--- SIP read from UDP:192.0.2.1:5070 --->\n" + lines_of(kInvite) +
                              "<------------->\n--- (8 headers 4 lines) ---\n";
  for (const char* sent : {"<--- Transmitting (no NAT) to 192.0.2.1:5070 --->\n",
                           "<--- Reliably Transmitting (NAT) to 192.0.2.1:5070 --->\n",
                           "Reliably Transmitting (no NAT) to 192.0.2.1:5070:\n",
                           "Retransmitting #1 (NAT) to 192.0.2.1:5070:\n"}) {
    SCOPED_TRACE(sent);
    expect_both(import_bytes(heading + sent + lines_of(kBye) + "\n---\n"));
  }
}

std::string sofia(const std::string& indent, const std::string& rule, const std::string& end) {
  return "recv " + size_of(kInvite) + " bytes from udp/[192.0.2.1]:5070 at 23:59:59.900000:\n" +
         indent + rule + lines_of(kInvite, indent) + indent + (rule.empty() ? end : rule) +
         "2026-11-22 23:59:59.95 [DEBUG] sofia.c:7084 Channel [calling]\nsend " + size_of(kBye) +
         " bytes to udp/[192.0.2.1]:5070 at 00:00:00.100001:\n" + indent + rule +
         lines_of(kBye, indent) + indent + (rule.empty() ? end : rule);
}

TEST(TextTrace, FreeSwitchIndentsAndGoesPastMidnight) {
  const Outcome outcome = import_bytes(sofia("   ", std::string(72, '-') + "\n", ""));
  expect_both(outcome);
  EXPECT_EQ(outcome.messages[1].at_ns - outcome.messages[0].at_ns, 200'001'000);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(TextTrace, TheDumpOfSofia) { expect_both(import_bytes(sofia("", "", "\v\n"))); }

std::string pjsua(const std::string& stamp) {
  return stamp + "           pjsua_core.c  .RX " + size_of(kInvite) +
         " bytes Request msg INVITE/cseq=1 (rdata0x7f2c) from UDP 192.0.2.1:5070:\n" +
         lines_of(kInvite) + "\n--end msg--\n" + stamp + "            sip_endpoint.c  .Done\n" +
         stamp + "           pjsua_core.c  .TX " + size_of(kBye) +
         " bytes Request msg BYE/cseq=1 (tdta0x7f2c) to UDP 192.0.2.1:5070:\n" + lines_of(kBye) +
         "\n--end msg--\n";
}

TEST(TextTrace, Pjsua) {
  const Outcome outcome = import_bytes(pjsua("14:00:49.979"));
  expect_both(outcome);
  EXPECT_EQ(outcome.messages[0].at_ns, 50'449'979'000'000);
  const Outcome dated = import_bytes(pjsua("2026-11-22 14:00:49.979"));
  expect_both(dated);
  EXPECT_EQ(dated.messages[0].at_ns, 1'795'356'049'979'000'000);
}

TEST(TextTrace, AddressesOfIpVersion6AndOtherTransports) {
  const Outcome outcome = import_bytes(
      "recv 9 bytes from wss/[2001:db8::1]:443 at 10:00:00.000000:\n" + lines_of(kBye) +
      "\n<--- Received SIP request (9 bytes) from TLS:[2001:db8::2]:5061 --->\n" + lines_of(kBye));
  ASSERT_EQ(outcome.messages.size(), 2U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].source, (Endpoint{"2001:db8::1", 443, Transport::kWs}));
  EXPECT_EQ(outcome.messages[1].source, (Endpoint{"2001:db8::2", 5061, Transport::kTls}));
}

// Bodies of messages have whatever line ends their makers like, and need not end with one.
TEST(TextTrace, ABodyHasTheLineEndsThatMakeItsLength) {
  const std::string banner = "recv 1 bytes from udp/[192.0.2.1]:5070 at 10:00:00.000000:\n";
  const std::string note = "2026-11-22 10:00:01 [INFO] what follows\n";
  for (const char* body : {"a=1\r\nb=2\r\n\r\nc=3\r\n", "a=1\r\nb=2\r\n\r\nc=3",
                           "a=1\nb=2345678\nc=3\n", "a=1\nb=2345678\nc=3", "a"}) {
    const std::string message = request("INFO", "a@b", body);
    const Outcome outcome =
        import_bytes(banner + lines_of(message) + "\n" + note + banner + lines_of(kBye) + "\n");
    ASSERT_EQ(outcome.messages.size(), 2U) << body;
    EXPECT_EQ(outcome.messages[0].bytes, message);
    EXPECT_FALSE(outcome.messages[0].is_cut);
  }
}

TEST(TextTrace, WhatIsBrokenIsToldAndTheRestRead) {
  const std::string banner = "recv 1 bytes from udp/[192.0.2.1]:5070 at 10:00:00.000000:\n";
  const std::string whole = lines_of(kInvite);
  const Outcome outcome = import_bytes(banner + "   hello\n" + banner + banner +
                                       whole.substr(0, whole.size() - 10) + "\n" + banner + whole);
  ASSERT_EQ(outcome.messages.size(), 2U) << sentences(outcome);
  EXPECT_TRUE(outcome.messages[0].is_cut);
  EXPECT_EQ(outcome.messages[1].bytes, kInvite);
  EXPECT_TRUE(
      sentences(outcome).starts_with("1: This record holds no SIP message.\n"
                                     "2: This record holds no SIP message.\n3: Of this"));
}

TEST(TextTrace, ATextWithoutMessagesIsRefused) {
  const Outcome outcome = import_bytes("[2026-11-22 14:00:49] NOTICE[1] asterisk.c: ready\n");
  EXPECT_TRUE(outcome.refusal.starts_with("It is neither pcap nor")) << outcome.refusal;
}

}  // namespace
}  // namespace lastcall::replay::capture
