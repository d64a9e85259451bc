#include "engine/host/rtp_ports.hpp"

#include "engine/base/check.hpp"

#include <algorithm>

namespace lastcall::host {

RtpPorts::RtpPorts(PortRange range) {
  for (unsigned port = range.first + range.first % 2U; port < range.last; port += 2) {
    free_.emplace_back(Instant::min(), static_cast<std::uint16_t>(port));
  }
  capacity_ = free_.size();
  CHECK(capacity_ > 0, "a range of RTP ports holds a pair");
}

std::optional<std::uint16_t> RtpPorts::take(Instant now) {
  if (free_.empty() || free_.front().first > now) return std::nullopt;
  const std::uint16_t port = free_.front().second;
  free_.pop_front();
  return port;
}

bool RtpPorts::take_exactly(std::uint16_t port) {
  const auto it = std::ranges::find(free_, port, [](const auto& entry) { return entry.second; });
  if (it == free_.end()) return false;
  free_.erase(it);
  return true;
}

void RtpPorts::give_back(std::uint16_t port, Instant now) {
  free_.emplace_back(now + kQuarantine, port);
}

}  // namespace lastcall::host
