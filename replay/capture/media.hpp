#pragma once
// Tells RTP and RTCP (RFC 3550) from other datagrams by their heads. Decodes no audio, and knows no
// calls: replay/wire binds packets to those.

#include "replay/capture/captured.hpp"
#include "replay/capture/ip.hpp"

#include <optional>

namespace lastcall::replay::capture {

// What the head says, without `mark`; nothing if it is neither.
[[nodiscard]] std::optional<MediaPacket> read_media(const Datagram& datagram);

}  // namespace lastcall::replay::capture
