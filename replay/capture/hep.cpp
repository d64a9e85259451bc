// HEP3, the Homer encapsulation protocol, version 3: chunks of vendor, type, length and value.

#include "replay/capture/ip.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/lookahead.hpp"
#include "replay/capture/start_line.hpp"
#include "replay/capture/traces.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace lastcall::replay::capture {
namespace {

constexpr std::string_view kMagic = "HEP3";
constexpr std::size_t kHeadBytes = 6;
constexpr const char* kNoHep = "Here should be a HEP packet.";

enum Chunk : unsigned {
  kProtocol = 2,
  kSource4 = 3,
  kDestination4 = 4,
  kSource6 = 5,
  kDestination6 = 6,
  kSourcePort = 7,
  kDestinationPort = 8,
  kSeconds = 9,
  kMicroseconds = 10,
  kPayloadKind = 11,
  kAgent = 12,
  kPayload = 15,
  kPackedPayload = 16,
};
constexpr unsigned kKindSip = 1;

struct Packet {
  Flow flow;
  Transport transport = Transport::kUdp;
  std::int64_t seconds = 0;
  std::int64_t microseconds = 0;
  unsigned kind = kKindSip;
  std::uint32_t agent = 0;
  Bytes payload;
  bool is_packed = false;
};

std::optional<Address> address(Bytes value) {
  if (value.size() != 4 && value.size() != 16) return std::nullopt;
  Address found;
  std::ranges::copy(value, found.bytes.begin());
  found.is_v6 = value.size() == 16;
  return found;
}

// The number of IP's header; agents write 22 for TLS, which has none.
Transport transport_of(unsigned protocol) {
  if (protocol == kTcp) return Transport::kTcp;
  return protocol == 22 ? Transport::kTls : Transport::kUdp;
}

// The error is a sentence.
std::optional<const char*> read_chunk(unsigned type, Bytes value, Packet& packet) {
  Reader number{value};
  switch (type) {
    case kProtocol:
      packet.transport = transport_of(number.u8());
      break;
    case kSource4:
    case kSource6:
    case kDestination4:
    case kDestination6: {
      const auto found = address(value);
      if (!found) return "An address in HEP has a wrong length.";
      const bool is_source = type == kSource4 || type == kSource6;
      (is_source ? packet.flow.source : packet.flow.destination) = *found;
      break;
    }
    case kSourcePort:
      packet.flow.source_port = number.be16();
      break;
    case kDestinationPort:
      packet.flow.destination_port = number.be16();
      break;
    case kSeconds:
      packet.seconds = number.be32();
      break;
    case kMicroseconds:
      packet.microseconds = number.be32();
      break;
    case kPayloadKind:
      packet.kind = number.u8();
      break;
    case kAgent:
      packet.agent = number.be32();
      break;
    case kPackedPayload:
      packet.is_packed = true;
      break;
    case kPayload:
      packet.payload = value;
      break;
    default:
      break;
  }
  if (number.failed()) return "A number in HEP is too short.";
  return std::nullopt;
}

std::optional<const char*> read_chunks(Bytes bytes, Packet& packet) {
  Reader reader{bytes};
  while (!reader.rest().empty()) {
    const unsigned vendor = reader.be16();
    const unsigned type = reader.be16();
    const std::size_t length = reader.be16();
    if (length < kHeadBytes) return "A chunk of HEP is shorter than its own header.";
    const Bytes value = reader.take(length - kHeadBytes);
    if (reader.failed()) return "A chunk of HEP is longer than its packet.";
    if (vendor != 0) continue;  // the agent's own
    if (const auto fault = read_chunk(type, value, packet)) return fault;
  }
  return std::nullopt;
}

void tell(const Packet& packet, std::uint64_t number, Collector& collector) {
  if (packet.is_packed) {
    return collector.problem(number, "The payload of this HEP packet is compressed.");
  }
  if (packet.kind != kKindSip) return;
  if (!start_line(packet.payload)) return collector.problem(number, kNoMessage);
  collector.message(
      {.mark = {number, (packet.seconds * 1'000'000 + packet.microseconds) * 1'000, packet.agent},
       .first_packet = number,
       .source = source_of(packet.flow, packet.transport),
       .destination = destination_of(packet.flow, packet.transport),
       .bytes = packet.payload});
}

// Moves to the next packet; false if there is none.
bool find_packet(Lookahead& file, Collector& collector) {
  const Bytes head = file.ahead(kMagic.size());
  if (head.empty()) return false;
  if (head == kMagic) return true;
  collector.problem(collector.report().packets + 1, kNoHep);
  while (true) {
    const Bytes window = file.ahead(limits::kRecordBytesMax);
    const std::size_t at = window.find(kMagic);
    if (at != window.npos) {
      file.skip(at);
      return true;
    }
    if (window.size() < limits::kRecordBytesMax) return false;
    file.skip(window.size() - kMagic.size() + 1);
  }
}

// A whole packet. False if it is shorter than it says.
bool take(Bytes bytes, Collector& collector) {
  const std::uint64_t number = ++collector.report().packets;
  Reader head{bytes.substr(std::min(kMagic.size(), bytes.size()))};
  const std::size_t length = head.be16();
  if (head.failed() || length < kHeadBytes || bytes.size() < length) {
    collector.problem(number, "The HEP packet is shorter than it says.");
    return false;
  }
  Packet packet;
  if (const auto fault = read_chunks(bytes.substr(0, length).substr(kHeadBytes), packet)) {
    collector.problem(number, *fault);
  } else {
    tell(packet, number, collector);
  }
  return true;
}

// How long the packet says it is.
std::size_t length_at(Lookahead& file) {
  Reader head{file.ahead(kHeadBytes)};
  head.skip(kMagic.size());
  return head.be16();
}

}  // namespace

bool is_hep(Bytes beginning) { return beginning.starts_with(kMagic); }

void take_hep(Bytes datagram, Collector& collector) {
  if (is_hep(datagram)) {
    (void)take(datagram, collector);
  } else {
    collector.problem(++collector.report().packets, kNoHep);
  }
}

void read_hep(std::FILE* stream, Collector& collector) {
  Lookahead file{stream};
  while (find_packet(file, collector)) {
    const std::size_t length = length_at(file);
    file.skip(take(file.ahead(length), collector) ? length : kMagic.size());
  }
}

}  // namespace lastcall::replay::capture
