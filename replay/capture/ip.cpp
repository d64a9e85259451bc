#include "replay/capture/ip.hpp"

#include "replay/capture/limits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <arpa/inet.h>

namespace lastcall::replay::capture {
namespace {

Address address_of(Bytes bytes) {
  Address address;
  std::ranges::copy(bytes, address.bytes.begin());
  address.is_v6 = bytes.size() == 16;
  return address;
}

// Gives the packet its payload: `promised` bytes by its header, of which some may be missing, and
// behind which padding of the link may stand.
void fill(IpPacket& packet, Bytes rest, std::size_t promised) {
  packet.payload = rest.substr(0, promised);
  packet.missing = promised - packet.payload.size();
}

std::expected<IpPacket, const char*> read_ip4(Bytes bytes) {
  Reader reader{bytes};
  const std::size_t header = (reader.u8() & 0x0fU) * std::size_t{4};
  reader.skip(1);
  std::size_t total = reader.be16();
  const std::uint16_t id = reader.be16();
  const unsigned flags = reader.be16();
  reader.skip(1);
  IpPacket packet{.protocol = reader.u8(), .id = id};
  reader.skip(2);
  packet.source = address_of(reader.take(4));
  packet.destination = address_of(reader.take(4));
  if (header < 20) return std::unexpected{"The IPv4 header is shorter than 20 bytes."};
  reader.skip(header - 20);
  if (reader.failed()) return std::unexpected{"The packet ends inside its IPv4 header."};
  // The card was to fill it in (segmentation offload).
  if (total == 0) total = bytes.size();
  if (total < header) return std::unexpected{"The IPv4 packet is shorter than its header."};
  fill(packet, reader.rest(), total - header);
  const std::size_t offset = (flags & 0x1fffU) * std::size_t{8};
  const bool more = (flags & 0x2000U) != 0;
  if (more || offset != 0) packet.fragment = Fragment{id, offset, more};
  return packet;
}

enum Extension : std::uint8_t {
  kHopByHop = 0,
  kRouting = 43,
  kFragmentHeader = 44,
  kAuthentication = 51,
  kDestination = 60,
};

bool is_skipped(std::uint8_t next) {
  return next == kHopByHop || next == kRouting || next == kDestination || next == kAuthentication;
}

// Moves over extension headers (RFC 8200 4, RFC 4302); false if there are too many.
bool skip_extensions(Reader& reader, IpPacket& packet) {
  for (int count = 0; count < limits::kExtensionsMax && !reader.failed(); ++count) {
    if (packet.protocol == kFragmentHeader) {
      packet.protocol = reader.u8();
      reader.skip(1);
      const unsigned place = reader.be16();
      const bool more = (place & 1U) != 0;
      const std::uint32_t id = reader.be32();
      if (more || place >= 8) {
        packet.fragment = Fragment{id, place & 0xfff8U, more};
        return true;  // what follows belongs to the datagram, and need not be a header
      }
      continue;  // an atomic fragment (RFC 6946)
    }
    if (!is_skipped(packet.protocol)) return true;
    const bool is_authentication = packet.protocol == kAuthentication;
    packet.protocol = reader.u8();
    const std::size_t length = reader.u8();
    reader.skip(is_authentication ? length * 4 + 6 : length * 8 + 6);
  }
  return reader.failed();
}

std::expected<IpPacket, const char*> read_ip6(Bytes bytes) {
  Reader reader{bytes};
  reader.skip(4);
  std::size_t length = reader.be16();
  IpPacket packet{.protocol = reader.u8()};
  reader.skip(1);
  packet.source = address_of(reader.take(16));
  packet.destination = address_of(reader.take(16));
  if (reader.failed()) return std::unexpected{"The packet ends inside its IPv6 header."};
  const std::size_t captured = reader.rest().size();
  if (length == 0) length = captured;
  if (!skip_extensions(reader, packet)) {
    return std::unexpected{"The packet has too many IPv6 extension headers."};
  }
  const std::size_t extensions = captured - reader.rest().size();
  if (reader.failed() || extensions > length) {
    return std::unexpected{"The packet ends inside its IPv6 extension headers."};
  }
  fill(packet, reader.rest(), length - extensions);
  return packet;
}

Endpoint endpoint(const Address& address, std::uint16_t port, Transport transport) {
  return {to_text(address), port, transport};
}

}  // namespace

std::string to_text(const Address& address) {
  const auto& bytes = address.bytes;
  // Written for every message; inet_ntop takes four times as long.
  if (!address.is_v6) return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

Endpoint source_of(const Flow& flow, Transport transport) {
  return endpoint(flow.source, flow.source_port, transport);
}

Endpoint destination_of(const Flow& flow, Transport transport) {
  return endpoint(flow.destination, flow.destination_port, transport);
}

std::expected<IpPacket, const char*> read_ip(Bytes bytes) {
  const int version = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.front()) >> 4U;
  if (version == 4) return read_ip4(bytes);
  if (version == 6) return read_ip6(bytes);
  return std::unexpected{"What should be an IP packet has neither version 4 nor 6."};
}

std::expected<Datagram, const char*> read_udp(const IpPacket& packet) {
  Reader reader{packet.payload};
  Datagram datagram;
  datagram.flow = {packet.source, packet.destination, reader.be16(), reader.be16()};
  const std::size_t length = reader.be16();
  reader.skip(2);
  if (reader.failed()) return std::unexpected{"The packet ends inside its UDP header."};
  datagram.payload = reader.rest();
  datagram.missing = packet.missing;
  if (length == 0) return datagram;  // offload, or a jumbogram (RFC 2675 4)
  const std::size_t present = packet.payload.size() + packet.missing;
  if (length < 8) return std::unexpected{"The UDP length is shorter than its header."};
  if (length > present) {
    return std::unexpected{"The UDP length is greater than the packet that carries it."};
  }
  datagram.payload = datagram.payload.substr(0, length - 8);
  datagram.missing = length - 8 - datagram.payload.size();
  return datagram;
}

}  // namespace lastcall::replay::capture
