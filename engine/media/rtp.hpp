#pragma once
// RTP packets (RFC 3550 5.1) as values: read and write. Knows no stream and no timing. A bad packet
// is an error value with a place and a sentence. CSRCs, extension and padding are skipped.
// parse_rtp(write(x)) = x.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lastcall::media {

struct RtpPacket {
  bool marker = false;
  std::uint8_t payload_type = 0;  // 0 to 127
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;  // in samples
  std::uint32_t ssrc = 0;
  std::string payload;
  bool operator==(const RtpPacket&) const = default;
};

struct RtpError {
  std::size_t position = 0;  // byte offset into the packet
  std::string sentence;
  bool operator==(const RtpError&) const = default;
};

[[nodiscard]] std::expected<RtpPacket, RtpError> parse_rtp(std::string_view bytes);

// Version 2, without CSRCs, extension and padding.
[[nodiscard]] std::string write(const RtpPacket& packet);

}  // namespace lastcall::media
