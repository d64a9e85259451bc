// SIP inside WebSockets (RFC 6455, RFC 7118), as captured over TCP.

#include "tests/replay/capture/importing.hpp"

namespace lastcall::replay::capture {
namespace {

const std::string kMessage = request("OPTIONS");
const std::string kLong = request("INFO", "a@b", std::string(70'000 / 2, 'x'));
const std::string kHandshake =
    "GET /sip HTTP/1.1\r\nHost: 198.51.100.2\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Protocol: sip\r\n\r\n";

constexpr unsigned kText = 0x81;

// A frame, masked if a key is given. `first`: the final bit and the opcode.
std::string frame(const std::string& payload, unsigned first = kText, const std::string& key = "") {
  const unsigned mask = key.empty() ? 0 : 0x80;
  std::string head = be(first, 1);
  if (payload.size() < 126) {
    head += be(mask | payload.size(), 1);
  } else if (payload.size() < 65'536) {
    head += be(mask | 126U, 1) + be16(payload.size());
  } else {
    head += be(mask | 127U, 1) + be(payload.size(), 8);
  }
  std::string masked = payload;
  for (std::size_t i = 0; i < masked.size() && !key.empty(); ++i) {
    masked[i] = static_cast<char>(masked[i] ^ key[i % 4]);
  }
  return head + key + masked;
}

// A connection from its SYN on, cut into segments.
Outcome import_stream(const std::string& bytes, std::size_t segment = 1'000, bool from_syn = true) {
  std::vector<std::string> packets;
  if (from_syn) packets.push_back(ip4(tcp(99, "", {.syn = true}), kTcpNumber));
  for (std::size_t at = 0; at < bytes.size(); at += segment) {
    packets.push_back(
        ip4(tcp(static_cast<std::uint32_t>(100 + at), bytes.substr(at, segment)), kTcpNumber));
  }
  return import_packets(packets);
}

TEST(WebSocket, AClientsMessagesAreUnmasked) {
  const std::string stream =
      kHandshake + frame(kMessage, kText, "\x01\x7f\x33\xff") + frame(kLong, 0x82, "abcd");
  for (const std::size_t segment : {7U, 1'000U, 60'000U}) {
    const Outcome outcome = import_stream(stream, segment);
    ASSERT_EQ(outcome.messages.size(), 2U) << segment << sentences(outcome);
    EXPECT_EQ(outcome.messages[0].bytes, kMessage);
    EXPECT_EQ(outcome.messages[0].source, (Endpoint{"192.0.2.1", 5060, Transport::kWs}));
    EXPECT_EQ(outcome.messages[1].bytes, kLong);
    EXPECT_EQ(sentences(outcome), "");
  }
}

TEST(WebSocket, AServersMessagesComeBetweenPingsAndInParts) {
  const Outcome outcome =
      import_stream("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" +
                    frame("", 0x89) + frame(kMessage.substr(0, 40), 0x01) + frame("ping", 0x89) +
                    frame(kMessage.substr(40), 0x80) + frame(kMessage) + frame("", 0x88));
  ASSERT_EQ(outcome.messages.size(), 2U) << sentences(outcome);
  EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  EXPECT_EQ(outcome.messages[1].bytes, kMessage);
}

TEST(WebSocket, ACaptureMayBeginInItsMiddle) {
  for (const char* key : {"", "\x11\x22\x33\x44"}) {
    const Outcome outcome = import_stream(frame(kMessage, kText, key), 1'000, false);
    ASSERT_EQ(outcome.messages.size(), 1U) << sentences(outcome);
    EXPECT_EQ(outcome.messages[0].bytes, kMessage);
  }
}

TEST(WebSocket, WhatEndsTooEarlyIsHandedOnCut) {
  const std::string whole = frame(kMessage, kText, "abcd");
  const Outcome outcome = import_stream(whole.substr(0, whole.size() - 20));
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_TRUE(outcome.messages[0].is_cut);
  EXPECT_TRUE(kMessage.starts_with(outcome.messages[0].bytes));
}

TEST(WebSocket, WhatCannotBeReadIsToldOnce) {
  const std::string compressed = frame("packed", 0xC1);
  EXPECT_EQ(sentences(import_stream(kHandshake + compressed + compressed)),
            "2: The messages of this WebSocket are compressed.\n");
  EXPECT_EQ(sentences(import_stream(kHandshake + std::string(200, '\x0f'))),
            "2: This stream of a WebSocket goes on with no frame.\n");
  std::string endless = frame(std::string(70'000, 'x'));
  endless.replace(2, 8, std::string(8, '\x7f'));
  EXPECT_EQ(sentences(import_stream(kHandshake + endless.substr(0, 500))),
            "2: A message of this WebSocket is too long.\n");
}

TEST(WebSocket, OtherHttpIsPassedOver) {
  const Outcome outcome = import_stream("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + frame("hello"));
  EXPECT_TRUE(outcome.messages.empty());
  EXPECT_EQ(sentences(outcome), "");
  EXPECT_EQ(sentences(import_stream("GET / HTTP/1.1\r\n" + std::string(20'000, 'x'))), "");
}

}  // namespace
}  // namespace lastcall::replay::capture
