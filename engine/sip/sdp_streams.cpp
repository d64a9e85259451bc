// What a description says of one of its streams, and what follows from it.

#include "engine/base/check.hpp"
#include "engine/sip/scan.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lastcall::sip {
namespace {

// RFC 3551 6: payload types that need no rtpmap. G722 samples at 16 kHz and says 8000 (4.5.2).
struct StaticType {
  std::uint8_t payload_type;
  std::string_view encoding;
  std::uint32_t clock_rate;
  std::uint8_t channels = 1;
};
constexpr std::array<StaticType, 24> kStatic{
    {{0, "PCMU", 8000},     {3, "GSM", 8000},    {4, "G723", 8000},   {5, "DVI4", 8000},
     {6, "DVI4", 16000},    {7, "LPC", 8000},    {8, "PCMA", 8000},   {9, "G722", 8000},
     {10, "L16", 44100, 2}, {11, "L16", 44100},  {12, "QCELP", 8000}, {13, "CN", 8000},
     {14, "MPA", 90000},    {15, "G728", 8000},  {16, "DVI4", 11025}, {17, "DVI4", 22050},
     {18, "G729", 8000},    {25, "CelB", 90000}, {26, "JPEG", 90000}, {28, "nv", 90000},
     {31, "H261", 90000},   {32, "MPV", 90000},  {33, "MP2T", 90000}, {34, "H263", 90000}}};

const SdpMedia& media_at(const Sdp& sdp, std::size_t index) {
  CHECK(index < sdp.media.size(), "a stream is asked for by the index of an m= line");
  return sdp.media[index];
}

}  // namespace

Direction effective_direction(const Sdp& sdp, std::size_t index) {
  const SdpMedia& media = media_at(sdp, index);
  if (media.direction) return *media.direction;
  return sdp.direction.value_or(Direction::kSendRecv);
}

std::string_view connection_address(const Sdp& sdp, std::size_t index) {
  const SdpMedia& media = media_at(sdp, index);
  return media.connection.empty() ? sdp.connection : media.connection;
}

std::optional<Endpoint> media_endpoint(const Sdp& sdp, std::size_t index) {
  std::optional<std::string> host = numeric_host(connection_address(sdp, index));
  const std::uint16_t port = media_at(sdp, index).port;
  if (!host || port == 0) return std::nullopt;
  return Endpoint{*std::move(host), port, Transport::kUdp};
}

std::optional<Endpoint> rtcp_endpoint(const Sdp& sdp, std::size_t index) {
  std::optional<Endpoint> endpoint = media_endpoint(sdp, index);
  if (!endpoint) return std::nullopt;
  const std::optional<SdpRtcp>& rtcp = media_at(sdp, index).rtcp;
  if (rtcp && !rtcp->address.empty()) {
    std::optional<std::string> host = numeric_host(rtcp->address);
    if (!host) return std::nullopt;
    endpoint->host = *std::move(host);
  }
  if (!rtcp && endpoint->port == 65'535) return std::nullopt;
  endpoint->port = rtcp ? rtcp->port : static_cast<std::uint16_t>(endpoint->port + 1);
  return endpoint;
}

std::optional<RtpMap> rtpmap_of(const SdpMedia& media, std::uint8_t payload_type) {
  const auto own = std::ranges::find(media.rtpmaps, payload_type, &RtpMap::payload_type);
  if (own != media.rtpmaps.end()) return *own;
  const auto fixed = std::ranges::find(kStatic, payload_type, &StaticType::payload_type);
  if (fixed == kStatic.end()) return std::nullopt;
  return RtpMap{payload_type, std::string{fixed->encoding}, fixed->clock_rate, fixed->channels};
}

std::vector<RtpMap> codecs_of(const SdpMedia& media) {
  std::vector<RtpMap> codecs;
  for (const std::string& format : media.formats) {
    const auto payload_type = parse_number(format, 127);
    if (!payload_type) continue;
    auto map = rtpmap_of(media, static_cast<std::uint8_t>(*payload_type));
    if (map) codecs.push_back(*std::move(map));
  }
  return codecs;
}

bool is_same_codec(const RtpMap& a, const RtpMap& b) {
  return same_ignoring_case(a.encoding, b.encoding) && a.clock_rate == b.clock_rate &&
         a.channels == b.channels;
}

Sdp capabilities_of(Sdp offer) {
  Sdp capabilities = std::move(offer);
  Few<SdpMedia, 1> lines;
  for (SdpMedia& media : std::exchange(capabilities.media, {})) {
    if (std::ranges::find(lines, media.kind, &SdpMedia::kind) != lines.end()) continue;
    media.port = 0;
    lines.push_back(std::move(media));
  }
  capabilities.media = std::move(lines);
  return capabilities;
}

SdpMedia switched_off(const SdpMedia& media) {
  SdpMedia line{.kind = media.kind, .protocol = media.protocol, .formats = media.formats};
  line.rtpmaps = media.rtpmaps;
  return line;
}

std::optional<std::size_t> audio(const Sdp& sdp) {
  for (std::size_t i = 0; i < sdp.media.size(); ++i) {
    if (sdp.media[i].kind == "audio" && sdp.media[i].port != 0) return i;
  }
  return std::nullopt;
}

bool is_held_address(std::string_view address) {
  return address == "0.0.0.0" || is_same_host(address, "::");
}

}  // namespace lastcall::sip
