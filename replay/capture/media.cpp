#include "replay/capture/media.hpp"

namespace lastcall::replay::capture {
namespace {

constexpr std::uint16_t kPortMin = 1'024;  // nobody speaks RTP below
constexpr unsigned kVersion = 2;

// RFC 5761 4: the packet types of RTCP, which no payload type of RTP with its marker collides with.
constexpr bool is_rtcp_type(unsigned type) { return type >= 192 && type <= 223; }

}  // namespace

std::optional<MediaPacket> read_media(const Datagram& datagram) {
  if (datagram.flow.source_port < kPortMin || datagram.flow.destination_port < kPortMin) {
    return std::nullopt;
  }
  Reader reader{datagram.payload};
  const unsigned first = reader.u8();
  if (first >> 6U != kVersion) return std::nullopt;
  MediaPacket packet{.flow = datagram.flow, .payload = datagram.payload};
  const unsigned second = reader.u8();
  packet.sequence = reader.be16();
  if (is_rtcp_type(second)) {
    packet.is_rtcp = true;
    packet.payload_type = static_cast<std::uint8_t>(second);
    const std::size_t words = packet.sequence;  // in its place stands the length
    packet.sequence = 0;
    packet.ssrc = reader.be32();
    const std::size_t have = datagram.payload.size() + datagram.missing;
    if (reader.failed() || (words + 1) * 4 > have) return std::nullopt;
    return packet;
  }
  packet.payload_type = static_cast<std::uint8_t>(second & 0x7FU);
  packet.timestamp = reader.be32();
  packet.ssrc = reader.be32();
  reader.skip(std::size_t{4} * (first & 0x0FU));  // contributing sources
  if (reader.failed()) return std::nullopt;
  return packet;
}

}  // namespace lastcall::replay::capture
