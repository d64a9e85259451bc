#pragma once
// RtpPorts: which even port, with its odd neighbour for RTCP (RFC 3550 11), the next stream uses. A
// port that was given back rests for a while, so that late audio of the old call cannot reach a new
// one. Opens nothing; time enters as a parameter.

#include "engine/base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace lastcall::host {

struct PortRange {
  std::uint16_t first = 16384;
  std::uint16_t last = 32767;
};

class RtpPorts {
 public:
  static constexpr Duration kQuarantine = std::chrono::seconds{5};

  // REQUIRES: the range holds an even port and its neighbour.
  explicit RtpPorts(PortRange range);

  // The even port that has rested longest; nothing if all are taken or resting.
  [[nodiscard]] std::optional<std::uint16_t> take(Instant now);
  // Takes this very port, resting or not; false if it is in use or outside the range.
  [[nodiscard]] bool take_exactly(std::uint16_t port);
  // The port rests from `now` on.
  void give_back(std::uint16_t port, Instant now);

  // How many pairs there are.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  std::size_t capacity_ = 0;
  std::deque<std::pair<Instant, std::uint16_t>> free_;  // by the instant from which it may be used
};

}  // namespace lastcall::host
