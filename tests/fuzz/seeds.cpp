// fuzz_seeds FOLDER: writes the first corpus of each fuzz target, made from the torture messages.

#include "engine/sip/headers.hpp"
#include "engine/sip/parse.hpp"
#include "tests/replay/capture/wire.hpp"
#include "tests/torture/fixture.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace lastcall::fuzz {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& folder, const std::string& name, std::string_view bytes) {
  fs::create_directories(folder);
  std::ofstream{folder / name, std::ios::binary} << bytes;
}

// The values that the URI target reads: whole header values, and the URI of the request.
void put_values(const fs::path& folder, const std::string& name, const SipMessage& message) {
  put(folder, name, message.request_uri());
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    const HeaderView line = message.header_at(i);
    switch (line.kind) {
      case Header::kContact:
      case Header::kCseq:
      case Header::kFrom:
      case Header::kRoute:
      case Header::kTo:
      case Header::kVia:
        put(folder, name + "-" + std::to_string(i), line.value);
        break;
      default:
        break;
    }
  }
}

// Small files of every kind that the importer reads.
void put_captures(const fs::path& folder) {
  namespace wire = replay::capture;
  const std::string message = wire::request("INVITE", "a@b", "v=0\r\n");
  const std::string datagram = wire::udp(message);
  const auto put_frames = [&](const char* name, int link, const std::vector<std::string>& frames) {
    put(folder, name, wire::pcap(link, wire::in_order(frames)));
  };
  put_frames("raw", wire::kRawLink, {wire::ip4(datagram), wire::ip6(datagram)});
  put_frames("vlan", wire::kEthernetLink,
             {wire::ethernet(wire::be16(7) + wire::be16(0x0800) + wire::ip4(datagram), 0x8100)});
  put_frames("mpls", wire::kEthernetLink,
             {wire::ethernet(wire::be32(0x00020140) + wire::ip4(datagram), 0x8847)});
  put_frames("cooked", 113, {wire::zeros(14) + wire::be16(0x86dd) + wire::ip6(datagram)});
  put_frames("wireless", 105,
             {wire::be16(0x8801) + wire::zeros(24) + wire::be16(0xaaaa) + wire::be(3, 1) +
              wire::zeros(3) + wire::be16(0x0800) + wire::ip4(datagram)});
  put_frames("fragments", wire::kRawLink,
             {wire::ip4(datagram.substr(64), wire::kUdpNumber, 8),
              wire::ip4(datagram.substr(0, 64), wire::kUdpNumber, wire::kMore)});
  put_frames("stream", wire::kRawLink,
             {wire::ip4(wire::tcp(99, "", {.syn = true}), wire::kTcpNumber),
              wire::ip4(wire::tcp(180, message.substr(80)), wire::kTcpNumber),
              wire::ip4(wire::tcp(100, message.substr(0, 80)), wire::kTcpNumber)});
  put(folder, "pcapng", wire::pcapng(wire::kRawLink, wire::in_order({wire::ip4(datagram)})));
  put(folder, "hep",
      "HEP3" + wire::be16(message.size() + 12) + wire::be16(0) + wire::be16(15) +
          wire::be16(message.size() + 6) + message);
  put(folder, "sipp",
      std::string(47, '-') + " 2026-11-22 14:00:49.979664\nUDP message sent (" +
          std::to_string(message.size()) + " bytes):\n\n" + message + "\n");
  put(folder, "sipdump",
      std::string(20, '=') + "\ntag: rcv\ntime: 1.000002\nsrcip: 192.0.2.1\n" +
          std::string(20, '~') + "\n" + message + std::string(20, '|') + "\n");
}

// Logs of other programs, a WebSocket, and words that want to be more than that.
void put_texts(const fs::path& folder) {
  namespace wire = replay::capture;
  const std::string message = wire::request("INVITE", "a@b", "v=0\r\n");
  const fs::path captures = folder / "capture";
  put(captures, "asterisk",
      "[2026-11-22 14:00:49.979] VERBOSE[1] res_pjsip_logger.c: <--- Received SIP request (9 "
      "bytes) from UDP:192.0.2.1:5060 --->\n" +
          message + "\n");
  put(captures, "chan-sip",
      "<--- SIP read from UDP:192.0.2.1:5060 --->\n" + message + "<------------->\n" +
          "Retransmitting #1 (NAT) to 192.0.2.1:5060:\n" + message + "\n---\n");
  put(captures, "sofia",
      "recv 9 bytes from udp/[192.0.2.1]:5060 at 14:00:49.979664:\n   " + std::string(72, '-') +
          "\n   OPTIONS sip:a SIP/2.0\n   Content-Length: 3\n   \n   abc\n   " +
          std::string(72, '-') + "\n");
  put(captures, "pjsua",
      "14:00:49.979  pjsua_core.c  .RX 9 bytes Request msg INVITE/cseq=1 (rdata0x1) from UDP "
      "192.0.2.1:5060:\n" +
          message + "\n--end msg--\n");
  const std::string web =
      "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\x81\x7e" + wire::be16(message.size()) + message;
  put(captures, "websocket",
      wire::pcap(wire::kRawLink,
                 wire::in_order({wire::ip4(wire::tcp(99, "", {.syn = true}), wire::kTcpNumber),
                                 wire::ip4(wire::tcp(100, web), wire::kTcpNumber)})));
  put(folder / "pictures", "markup",
      "INVITE\n200 to INVITE\n!I-29 <b onclick='x'>\n</text><script>\"&lt;\x1b[2J");
}

void write_all(const fs::path& folder) {
  put_texts(folder);
  put_captures(folder / "capture");
  for (const torture::Fixture& each : torture::load_all(TORTURE_MESSAGES)) {
    put(folder / "message", each.name, each.bytes);
    put(folder / "kernel", each.name, each.bytes);
    put(folder / "stream", each.name, "\x05" + each.bytes + "\r\n\r\n" + each.bytes);
    const auto message = sip::parse(each.bytes);
    if (!message) continue;
    put_values(folder / "uri", each.name, *message);
    if (!message->body().empty()) put(folder / "sdp", each.name, message->body());
  }
}

}  // namespace
}  // namespace lastcall::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  lastcall::fuzz::write_all(argv[1]);
  return 0;
}
