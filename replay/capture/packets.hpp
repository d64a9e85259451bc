#pragma once
// From frames to SIP messages: link headers, IP with fragments and tunnels, UDP and TCP. Whatever
// is broken is told with its packet number, and the next frame is read. Reads no file.

#include "replay/capture/collector.hpp"
#include "replay/capture/fragments.hpp"
#include "replay/capture/packet_file.hpp"
#include "replay/capture/tcp.hpp"

#include <set>

namespace lastcall::replay::capture {

class Packets {
 public:
  // REQUIRES: the collector outlives this object.
  explicit Packets(Collector& collector);
  Packets(const Packets&) = delete;
  Packets& operator=(const Packets&) = delete;

  void take(const Frame& frame);
  // Nothing more comes: tells what is incomplete.
  void finish();

 private:
  struct Origin {
    PacketMark mark;
    std::uint64_t first_packet = 0;
  };

  void tell_unknown_link(const Frame& frame);
  void take_ip(Bytes bytes, const Origin& origin, int depth);
  void take_transport(const IpPacket& packet, const Origin& origin, int depth);
  void take_udp(const IpPacket& packet, const Origin& origin);
  void take_tcp(const IpPacket& packet, const Origin& origin);
  void take_reassembled(const Reassembled& datagram);

  Collector& collector_;
  Fragments fragments_;
  Streams streams_;
  std::set<int> unknown_links_;  // that were told
};

}  // namespace lastcall::replay::capture
