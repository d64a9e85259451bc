#include "replay/exports/pcapng.hpp"

#include "replay/exports/bytes.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <map>
#include <utility>

namespace lastcall::replay::exports {
namespace {

constexpr unsigned kSection = 0x0A0D0D0A;
constexpr unsigned kInterface = 1;
constexpr unsigned kPacket = 6;
constexpr unsigned kComment = 1;     // option
constexpr unsigned kResolution = 9;  // option if_tsresol; 10^-9 s
constexpr unsigned kRawIp = 101;

std::string padded(std::string text) {
  text.resize((text.size() + 3) / 4 * 4);
  return text;
}
std::string option(unsigned code, const std::string& value) {
  return little(code, 2) + little(value.size(), 2) + padded(value);
}
std::string block(unsigned type, const std::string& body) {
  const std::string length = little(body.size() + 12, 4);
  return little(type, 4) + length + body + length;
}

// RFC 1071.
std::uint16_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(byte) << 8U : byte;
  }
  while (sum >> 16U != 0) sum = (sum & 0xFFFFU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

// The address in the order of the network; one that is not known is that of nobody.
std::string address_bytes(const std::string& host, bool is_v6) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, host.c_str(), bytes.data()) != 1) bytes.fill(0);
  return {reinterpret_cast<const char*>(bytes.data()), is_v6 ? 16U : 4U};
}

struct Way {
  Endpoint source, destination;
};

// What IP carries.
struct Carried {
  std::uint8_t protocol = 0;
  std::uint16_t id = 0;  // each has its own: what is sent again is no copy of what was sent
  std::string transport;
  std::size_t checksum_at = 0;
};

std::string ip_packet(const Way& way, Carried carried) {
  auto& [protocol, id, transport, checksum_at] = carried;
  const bool is_v6 = way.source.host.find(':') != std::string::npos;
  const std::string source = address_bytes(way.source.host, is_v6);
  const std::string destination = address_bytes(way.destination.host, is_v6);
  const std::string pseudo = source + destination + big(transport.size(), 4) + big(protocol, 4);
  const std::string sum = big(checksum(pseudo + transport), 2);
  transport.replace(checksum_at, 2, sum == std::string(2, '\0') ? "\xFF\xFF" : sum);
  if (is_v6) {
    return big(0x60000000, 4) + big(transport.size(), 2) + big(protocol, 1) + big(64, 1) + source +
           destination + transport;
  }
  std::string head = big(0x4500, 2) + big(transport.size() + 20, 2) + big(id, 2) + big(0, 2) +
                     big(64, 1) + big(protocol, 1) + big(0, 2) + source + destination;
  head.replace(10, 2, big(checksum(head), 2));
  return head + transport;
}

constexpr std::size_t kPayloadMax = 65'000;

// The sequence numbers of the streams, so that viewers put them together.
class Framing {
 public:
  std::string frame(const Way& way, std::string_view payload) {
    payload = payload.substr(0, kPayloadMax);
    const std::string ports = big(way.source.port, 2) + big(way.destination.port, 2);
    if (!is_reliable(way.source.transport)) {
      std::string datagram = ports + big(payload.size() + 8, 2) + big(0, 2) + std::string{payload};
      return ip_packet(way, {capture::kUdp, next_id(), std::move(datagram), 6});
    }
    std::uint32_t& next = next_[{way.source, way.destination}];
    const std::uint32_t seen = next_[{way.destination, way.source}];
    std::string segment = ports + big(next + 1U, 4) + big(seen + 1U, 4) + big(0x5018, 2) +
                          big(0xFFFF, 2) + big(0, 4) + std::string{payload};
    next += static_cast<std::uint32_t>(payload.size());
    return ip_packet(way, {capture::kTcp, next_id(), std::move(segment), 16});
  }

 private:
  std::uint16_t next_id() {
    if (++id_ == 0) ++id_;
    return id_;
  }

  std::uint16_t id_ = 0;
  std::map<std::pair<Endpoint, Endpoint>, std::uint32_t> next_;
};

std::string packet_block(std::int64_t at_ns, const std::string& frame, const std::string& comment) {
  const auto at = static_cast<std::uint64_t>(at_ns);
  std::string body = little(0, 4) + little(at >> 32U, 4) + little(at & 0xFFFF'FFFFU, 4) +
                     little(frame.size(), 4) + little(frame.size(), 4) + padded(frame);
  if (!comment.empty()) body += option(kComment, comment) + little(0, 4);
  return block(kPacket, body);
}

// A trace without addresses gets some, so that the sides can be told apart.
Way way_of(const wire::Call& call, const wire::Message& message) {
  const bool has_both = !message.source.host.empty() && !message.destination.host.empty();
  if (has_both) return {message.source, message.destination};
  const Endpoint caller{"192.0.2.1", 5060, message.source.transport};
  const Endpoint callee{"192.0.2.2", 5060, message.source.transport};
  const bool is_callers = call.sender_of(message) == wire::Side::kCaller;
  return is_callers ? Way{caller, callee} : Way{callee, caller};
}

}  // namespace

std::string cause_of(const wire::Call& call, std::size_t index) {
  const wire::Message& message = call.at(index);
  const SipMessage& sip = message.sip;
  std::string words = fmt::format("{} (CSeq {}) of the {}", arrow_label(sip.bytes()), sip.cseq(),
                                  name(call.sender_of(message)));
  for (std::size_t i = 0; i < index; ++i) {
    const wire::Message& before = call.at(i);
    if (before.sip.bytes() == sip.bytes() && before.source == message.source) {
      return words + fmt::format(", repeats packet {}", before.mark.packet);
    }
  }
  for (std::size_t i = index; i-- > 0;) {
    const SipMessage& before = call.at(i).sip;
    if (before.cseq() != sip.cseq()) continue;
    const bool answers = sip.is_response() && before.is_request() &&
                         before.method() == sip.method() && before.via().branch == sip.via().branch;
    const bool acknowledges = sip.method() == Method::kAck && before.is_response() &&
                              before.method() == Method::kInvite && before.status() >= 200 &&
                              before.to_tag() == sip.to_tag();
    const bool cancels = sip.is_request() && sip.method() == Method::kCancel &&
                         before.is_request() && before.method() == Method::kInvite;
    if (!answers && !acknowledges && !cancels) continue;
    return words + fmt::format(", {} packet {}",
                               answers        ? "answers"
                               : acknowledges ? "acknowledges"
                                              : "cancels",
                               call.at(i).mark.packet);
  }
  return words;
}

std::string to_pcapng(const wire::Call& call, const wire::Findings& findings,
                      const std::vector<MediaDatagram>& media) {
  std::string file =
      block(kSection, little(0x1A2B3C4D, 4) + little(1, 2) + little(0, 2) + std::string(8, '\xFF'));
  file += block(kInterface, little(kRawIp, 2) + little(0, 2) + little(0, 4) +
                                option(kResolution, std::string(1, '\x09')) + little(0, 4));
  Framing framing;
  auto next = media.begin();
  const auto put_media = [&](std::int64_t until_ns) {
    for (; next != media.end() && next->mark.at_ns < until_ns; ++next) {
      const Way way{capture::source_of(next->flow, Transport::kUdp),
                    capture::destination_of(next->flow, Transport::kUdp)};
      file += packet_block(next->mark.at_ns, framing.frame(way, next->payload), "");
    }
  };
  for (std::size_t i = 0; i < call.messages.size(); ++i) {
    const wire::Message& message = call.at(i);
    put_media(message.mark.at_ns);
    std::string comment = cause_of(call, i);
    for (const wire::Finding& each : findings) {
      const bool shows = std::ranges::find(each.packets, message.mark.packet) != each.packets.end();
      if (shows) comment += fmt::format("\n{}: {}", each.rule, each.sentence);
    }
    file += packet_block(message.mark.at_ns,
                         framing.frame(way_of(call, message), message.sip.bytes()), comment);
  }
  put_media(INT64_MAX);
  return file;
}

}  // namespace lastcall::replay::exports
