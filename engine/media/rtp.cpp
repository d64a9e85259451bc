#include "engine/media/rtp.hpp"

namespace lastcall::media {
namespace {

constexpr std::size_t kHeaderBytes = 12;

std::uint32_t octet(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
std::uint32_t word16(std::string_view bytes, std::size_t at) {
  return octet(bytes, at) << 8 | octet(bytes, at + 1);
}
std::uint32_t word32(std::string_view bytes, std::size_t at) {
  return word16(bytes, at) << 16 | word16(bytes, at + 2);
}

void put(std::string& bytes, std::uint32_t value, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

std::unexpected<RtpError> error(std::size_t position, const char* sentence) {
  return std::unexpected(RtpError{position, sentence});
}

// Where the payload begins: behind the CSRCs and the extension (RFC 3550 5.3.1).
std::expected<std::size_t, RtpError> payload_begin(std::string_view bytes) {
  std::size_t at = kHeaderBytes + 4 * (octet(bytes, 0) & 0xf);
  if (at > bytes.size()) return error(kHeaderBytes, "The list of CSRCs is cut off.");
  if ((octet(bytes, 0) & 0x10) == 0) return at;
  if (at + 4 > bytes.size()) return error(at, "The header extension is cut off.");
  at += 4 + 4 * word16(bytes, at + 2);
  if (at > bytes.size()) return error(bytes.size(), "The header extension is cut off.");
  return at;
}

}  // namespace

std::expected<RtpPacket, RtpError> parse_rtp(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return error(bytes.size(), "The RTP header is cut off.");
  if (octet(bytes, 0) >> 6 != 2) return error(0, "The version is not 2.");
  const auto begin = payload_begin(bytes);
  if (!begin) return std::unexpected(begin.error());
  std::size_t end = bytes.size();
  if ((octet(bytes, 0) & 0x20) != 0) {
    const std::size_t padding = octet(bytes, end - 1);
    if (padding == 0 || padding > end - *begin) {
      return error(end - 1, "The padding is longer than the payload.");
    }
    end -= padding;
  }
  return RtpPacket{.marker = (octet(bytes, 1) & 0x80) != 0,
                   .payload_type = static_cast<std::uint8_t>(octet(bytes, 1) & 0x7f),
                   .sequence = static_cast<std::uint16_t>(word16(bytes, 2)),
                   .timestamp = word32(bytes, 4),
                   .ssrc = word32(bytes, 8),
                   .payload = std::string{bytes.substr(*begin, end - *begin)}};
}

std::string write(const RtpPacket& packet) {
  std::string bytes;
  bytes.reserve(kHeaderBytes + packet.payload.size());
  put(bytes, 0x80, 1);
  put(bytes, (packet.marker ? 0x80U : 0U) | (packet.payload_type & 0x7fU), 1);
  put(bytes, packet.sequence, 2);
  put(bytes, packet.timestamp, 4);
  put(bytes, packet.ssrc, 4);
  return bytes + packet.payload;
}

}  // namespace lastcall::media
