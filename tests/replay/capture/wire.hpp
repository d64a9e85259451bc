#pragma once
// Packets and capture files made by hand, to test the importer: each function puts one
// header in front of its payload. Lengths are right unless a test says otherwise.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay::capture {

inline std::string be(std::uint64_t value, std::size_t bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes) & 0xffU);
  return text;
}
inline std::string be16(std::uint64_t value) { return be(value, 2); }
inline std::string be32(std::uint64_t value) { return be(value, 4); }
inline std::string le(std::uint64_t value, std::size_t bytes) {
  const std::string big = be(value, bytes);
  return {big.rbegin(), big.rend()};
}
inline std::string zeros(std::size_t count) { return std::string(count, '\0'); }

// ---- SIP

inline std::string request(const std::string& method, const std::string& call_id = "a@b",
                           const std::string& body = "") {
  return method +
         " sip:bob@198.51.100.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" +
         "Max-Forwards: 70\r\nFrom: <sip:alice@192.0.2.1>;tag=1\r\nTo: <sip:bob@198.51.100.2>\r\n" +
         "Call-ID: " + call_id + "\r\nCSeq: 1 " + method +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// ---- above IP

inline std::string udp(std::string_view payload) {
  return be16(5060) + be16(5070) + be16(payload.size() + 8) + be16(0) + std::string{payload};
}

struct TcpFlags {
  bool fin = false, syn = false, rst = false;
};
inline std::string tcp(std::uint32_t sequence, std::string_view payload, TcpFlags flags = {}) {
  const unsigned bits = (flags.fin ? 1U : 0U) | (flags.syn ? 2U : 0U) | (flags.rst ? 4U : 0U);
  return be16(5060) + be16(5070) + be32(sequence) + be32(0) + be16(0x5000U | bits) + be16(8192) +
         be32(0) + std::string{payload};
}

// ---- IP

inline constexpr int kUdpNumber = 17;
inline constexpr int kTcpNumber = 6;

// From 192.0.2.1 to 198.51.100.2. `place`: flags and offset of a fragment.
inline std::string ip4(std::string_view payload, int protocol = kUdpNumber, unsigned place = 0,
                       unsigned id = 7) {
  return be16(0x4500) + be16(payload.size() + 20) + be16(id) + be16(place) + be(64, 1) +
         be(static_cast<unsigned>(protocol), 1) + be16(0) + be32(0xc0000201) + be32(0xc6336402) +
         std::string{payload};
}
inline constexpr unsigned kMore = 0x2000;

// From 2001:db8::1 to 2001:db8::2.
inline std::string ip6(std::string_view payload, int next = kUdpNumber) {
  const std::string net = be32(0x20010db8) + zeros(11);
  return be32(0x60000000) + be16(payload.size()) + be(static_cast<unsigned>(next), 1) + be(64, 1) +
         net + be(1, 1) + net + be(2, 1) + std::string{payload};
}

// ---- below IP

inline std::string ethernet(std::string_view payload, unsigned type = 0x0800) {
  return std::string(12, '\x02') + be16(type) + std::string{payload};
}

// ---- files

struct WrittenPacket {
  std::string bytes;
  std::int64_t at_ns = 0;
  std::size_t wire_bytes = 0;  // 0: as many as there are
};

// A pcap file of nanoseconds, in either byte order.
inline std::string pcap(int linktype, const std::vector<WrittenPacket>& packets,
                        bool big_endian = false) {
  const auto number = [&](std::uint64_t value, std::size_t bytes) {
    return big_endian ? be(value, bytes) : le(value, bytes);
  };
  std::string file = number(0xa1b23c4d, 4) + number(2, 2) + number(4, 2) + zeros(8) +
                     number(262'144, 4) + number(static_cast<unsigned>(linktype), 4);
  for (const WrittenPacket& each : packets) {
    const auto at = static_cast<std::uint64_t>(each.at_ns);
    file += number(at / 1'000'000'000, 4) + number(at % 1'000'000'000, 4) +
            number(each.bytes.size(), 4) +
            number(each.wire_bytes != 0 ? each.wire_bytes : each.bytes.size(), 4) + each.bytes;
  }
  return file;
}

// ---- blocks of pcapng

inline std::string number(std::uint64_t value, std::size_t bytes, bool big_endian) {
  return big_endian ? be(value, bytes) : le(value, bytes);
}
inline std::string block(unsigned type, const std::string& body, bool big_endian = false) {
  const std::string padded = body + zeros((4 - body.size() % 4) % 4);
  const std::string length = number(padded.size() + 12, 4, big_endian);
  return number(type, 4, big_endian) + length + padded + length;
}
inline std::string section(bool big_endian = false) {
  return block(0x0a0d0d0a,
               number(0x1a2b3c4d, 4, big_endian) + number(1, 2, big_endian) + zeros(2) +
                   std::string(8, '\xff'),
               big_endian);
}
// `resolution` is the value of if_tsresol.
inline std::string interface(int linktype, unsigned resolution = 9, bool big_endian = false) {
  return block(1,
               number(static_cast<unsigned>(linktype), 2, big_endian) + zeros(2) +
                   number(262'144, 4, big_endian) + number(9, 2, big_endian) +
                   number(1, 2, big_endian) + be(resolution, 1) + zeros(3) + zeros(4),
               big_endian);
}
// With a comment behind the packet; `at` counts units of the interface.
inline std::string enhanced(unsigned on, const std::string& bytes, std::uint64_t at,
                            bool big_endian = false) {
  const auto field = [&](std::uint64_t value) { return number(value, 4, big_endian); };
  const std::string comment =
      number(1, 2, big_endian) + number(4, 2, big_endian) + "note" + zeros(4);
  return block(6,
               field(on) + field(at >> 32U) + field(at & 0xffffffffU) + field(bytes.size()) +
                   field(bytes.size()) + bytes + zeros((4 - bytes.size() % 4) % 4) + comment,
               big_endian);
}
// One interface with timestamps in nanoseconds, and these packets.
inline std::string pcapng(int linktype, const std::vector<WrittenPacket>& packets) {
  std::string file = section() + interface(linktype);
  for (const WrittenPacket& each : packets) {
    file += enhanced(0, each.bytes, static_cast<std::uint64_t>(each.at_ns));
  }
  return file;
}

inline constexpr int kEthernetLink = 1;
inline constexpr int kRawLink = 101;

// The packets as they were, a millisecond apart.
inline std::vector<WrittenPacket> in_order(const std::vector<std::string>& frames) {
  std::vector<WrittenPacket> packets;
  for (const std::string& frame : frames) {
    packets.push_back({frame, static_cast<std::int64_t>(packets.size()) * 1'000'000});
  }
  return packets;
}

}  // namespace lastcall::replay::capture
