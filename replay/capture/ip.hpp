#pragma once
// IP headers (RFC 791, RFC 8200 with its extension headers) and the UDP header (RFC 768), every
// length checked against what was captured. Reassembles nothing: see fragments.hpp.

#include "engine/model/endpoint.hpp"
#include "replay/capture/reader.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace lastcall::replay::capture {

struct Address {
  std::array<unsigned char, 16> bytes{};  // IPv4: the first four
  bool is_v6 = false;

  auto operator<=>(const Address&) const = default;
};

[[nodiscard]] std::string to_text(const Address& address);

// One direction between two ports.
struct Flow {
  Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;

  auto operator<=>(const Flow&) const = default;
};

[[nodiscard]] Endpoint source_of(const Flow& flow, Transport transport);
[[nodiscard]] Endpoint destination_of(const Flow& flow, Transport transport);

enum Protocol : std::uint8_t { kIpInIp = 4, kTcp = 6, kUdp = 17, kIp6InIp = 41 };

// Which part of a datagram this packet carries.
struct Fragment {
  std::uint32_t id = 0;
  std::size_t offset = 0;
  bool more = false;
};

struct IpPacket {
  Address source, destination;
  std::uint8_t protocol = 0;  // of the payload
  std::uint16_t id = 0;       // of the datagram; IPv6 has none
  Bytes payload;
  std::size_t missing = 0;  // bytes of the payload that were not captured
  std::optional<Fragment> fragment;
};

// The error is a sentence.
[[nodiscard]] std::expected<IpPacket, const char*> read_ip(Bytes bytes);

struct Datagram {
  Flow flow;
  Bytes payload;
  std::size_t missing = 0;
};

// REQUIRES: `packet` carries UDP and is whole or reassembled.
[[nodiscard]] std::expected<Datagram, const char*> read_udp(const IpPacket& packet);

}  // namespace lastcall::replay::capture
