#include "replay/capture/packets.hpp"

#include "replay/capture/limits.hpp"
#include "replay/capture/link.hpp"
#include "replay/capture/media.hpp"
#include "replay/capture/start_line.hpp"

#include <fmt/core.h>

#include <utility>

namespace lastcall::replay::capture {
namespace {

Captured captured(const StreamMessage& message) {
  return {.mark = message.mark,
          .first_packet = message.first_packet,
          .source = source_of(message.flow, message.transport),
          .destination = destination_of(message.flow, message.transport),
          .is_cut = message.is_cut,
          .bytes = message.bytes};
}

StreamListener listener_for(Collector& collector) {
  return {[&collector](const StreamMessage& message) { collector.message(captured(message)); },
          [&collector](std::uint64_t packet, std::string sentence) {
            collector.problem(packet, std::move(sentence));
          }};
}

}  // namespace

Packets::Packets(Collector& collector)
    : collector_(collector),
      fragments_([this](const Reassembled& datagram) { take_reassembled(datagram); }),
      streams_(listener_for(collector)) {}

void Packets::take(const Frame& frame) {
  ++collector_.report().packets;
  collector_.report().last = frame.mark;
  if (frame.missing != 0) ++collector_.report().cut_packets;
  if (!carries_ip(frame.datalink)) return tell_unknown_link(frame);
  const auto ip = ip_in(frame.datalink, frame.bytes);
  if (!ip) return collector_.problem(frame.mark.packet, ip.error());
  if (ip->empty()) return;
  ++collector_.report().ip_packets;
  take_ip(*ip, {frame.mark, frame.mark.packet}, 0);
}

void Packets::tell_unknown_link(const Frame& frame) {
  if (frame.datalink == kNoInterface) {
    return collector_.problem(frame.mark.packet, "It names an interface that the file has not.");
  }
  if (!unknown_links_.insert(frame.datalink).second) return;
  collector_.problem(frame.mark.packet, fmt::format("Packets of the link type {} are passed over.",
                                                    datalink_name(frame.datalink)));
}

void Packets::finish() {
  fragments_.finish();
  streams_.finish();
}

void Packets::take_ip(Bytes bytes, const Origin& origin, int depth) {
  const auto packet = read_ip(bytes);
  if (!packet) return collector_.problem(origin.mark.packet, packet.error());
  if (!packet->fragment) return take_transport(*packet, origin, depth);
  if (const auto fault = fragments_.take(*packet, origin.mark)) {
    collector_.problem(origin.mark.packet, *fault);
  }
}

void Packets::take_transport(const IpPacket& packet, const Origin& origin, int depth) {
  switch (packet.protocol) {
    case kUdp:
      return take_udp(packet, origin);
    case kTcp:
      return take_tcp(packet, origin);
    case kIpInIp:
    case kIp6InIp:
      if (depth < limits::kTunnelsMax) take_ip(packet.payload, origin, depth + 1);
      return;
    default:
      return;
  }
}

void Packets::take_udp(const IpPacket& packet, const Origin& origin) {
  const auto datagram = read_udp(packet);
  if (!datagram) return collector_.problem(origin.mark.packet, datagram.error());
  if (!start_line(datagram->payload)) {
    if (const auto media = read_media(*datagram)) {
      MediaPacket packet_seen = *media;
      packet_seen.mark = origin.mark;
      return collector_.media(packet_seen);
    }
    if (!has_broken_start_line(datagram->payload)) return;
    return collector_.problem(origin.mark.packet, "The start line of this message is broken.");
  }
  collector_.message({.mark = origin.mark,
                      .first_packet = origin.first_packet,
                      .source = source_of(datagram->flow, Transport::kUdp),
                      .destination = destination_of(datagram->flow, Transport::kUdp),
                      .ip_id = packet.id,
                      .is_cut = datagram->missing != 0,
                      .bytes = datagram->payload});
}

void Packets::take_tcp(const IpPacket& packet, const Origin& origin) {
  const auto segment = read_tcp(packet, origin.mark);
  if (!segment) return collector_.problem(origin.mark.packet, segment.error());
  streams_.take(*segment);
}

void Packets::take_reassembled(const Reassembled& datagram) {
  if (datagram.packet.missing != 0) {
    collector_.problem(datagram.mark.packet,
                       fmt::format("Fragments are missing of the datagram from {} to {} that "
                                   "begins in packet {}.",
                                   to_text(datagram.packet.source),
                                   to_text(datagram.packet.destination), datagram.first_packet));
  }
  // What TCP misses it finds out by its own numbers.
  const bool is_part_of_stream = datagram.packet.missing != 0 && datagram.packet.protocol == kTcp;
  if (datagram.packet.payload.empty() || is_part_of_stream) return;
  take_transport(datagram.packet, {datagram.mark, datagram.first_packet}, 0);
}

}  // namespace lastcall::replay::capture
