// The part of Peer that says again what has no answer yet (RFC 3261 13.3.1.4, 17.1).

#include "engine/model/limits.hpp"
#include "sim/peer.hpp"

#include <algorithm>

namespace lastcall::sim {

void Peer::stop_repeating_accepts() {
  for (Served& served : served_) served.repeats = {};
}

Instant Peer::next_deadline() const {
  Instant next = kNever;
  for (const Asked& asked : asked_) {
    next = std::min(next, std::min(asked.repeats.next, asked.repeats.end));
  }
  for (const Served& served : served_) {
    next = std::min(next, std::min(served.repeats.next, served.repeats.end));
  }
  return next;
}

Packets Peer::wake(Instant now) {
  Packets packets;
  const auto repeat = [&](Repeats& repeats, Duration longest, const Packet& packet) {
    if (repeats.end <= now) repeats = {};
    if (repeats.next > now) return;
    packets.push_back(packet);
    repeats.interval = std::min(repeats.interval * 2, longest);
    repeats.next = now + repeats.interval;
  };
  for (Asked& asked : asked_) {
    repeat(asked.repeats, asked.method == Method::kInvite ? limits::k64T1 : limits::kT2,
           asked.packet);
  }
  for (Served& served : served_) repeat(served.repeats, limits::kT2, served.packet);
  return packets;
}

}  // namespace lastcall::sim
