#include "replay/wire/streams.hpp"

#include "engine/sip/body.hpp"
#include "engine/sip/sdp.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace lastcall::replay::wire {
namespace {

// Media may flow so long after the last message of a call and still be its own.
constexpr std::int64_t kTailNs = 60'000'000'000;

// An address at which a side of a call receives media, from when on it was known.
struct Point {
  std::size_t call = 0;
  Side receiver = Side::kCaller;
  std::int64_t since_ns = 0;
  std::int64_t until_ns = 0;
};

struct Claim {
  std::size_t call = 0;
  Side sender = Side::kCaller;
};

class Points {
 public:
  explicit Points(const std::vector<Call>& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i) add(calls[i], i);
  }

  // By the address that the stream goes to, else by the one that it comes from.
  [[nodiscard]] std::optional<Claim> by_sdp(const Stream& stream) const {
    const Endpoint to = capture::destination_of(stream.flow, Transport::kUdp);
    const Endpoint from = capture::source_of(stream.flow, Transport::kUdp);
    if (const Point* point = newest(by_port_, {to.host, to.port}, stream)) {
      return Claim{point->call, other(point->receiver)};
    }
    if (const Point* point = newest(by_port_, {from.host, from.port}, stream)) {
      return Claim{point->call, point->receiver};
    }
    return std::nullopt;
  }

  // By hosts that speak SIP, if they did so in one call only: behind a NAT the ports of SDP are not
  // those on the wire.
  [[nodiscard]] std::optional<Claim> by_hosts(const Stream& stream) const {
    if (stream.packets < kGuessedPacketsMin || stream.is_rtcp) return std::nullopt;
    const auto it = by_hosts_.find({to_text(stream.flow.source), to_text(stream.flow.destination)});
    if (it == by_hosts_.end()) return std::nullopt;
    const Point* found = nullptr;
    for (const Point& each : it->second) {
      if (!is_within(each, stream)) continue;
      if (found != nullptr && found->call != each.call) return std::nullopt;
      found = &each;
    }
    if (found == nullptr) return std::nullopt;
    return Claim{found->call, found->receiver};
  }

 private:
  using Address = std::pair<std::string, std::uint16_t>;
  using HostPair = std::pair<std::string, std::string>;

  static bool is_within(const Point& point, const Stream& stream) {
    return stream.last.at_ns >= point.since_ns && stream.first.at_ns <= point.until_ns;
  }

  static const Point* newest(const std::map<Address, std::vector<Point>>& points,
                             const Address& address, const Stream& stream) {
    const auto it = points.find(address);
    if (it == points.end()) return nullptr;
    const Point* found = nullptr;
    for (const Point& each : it->second) {
      if (is_within(each, stream) && (!found || each.since_ns >= found->since_ns)) found = &each;
    }
    return found;
  }

  void add(const Call& call, std::size_t index) {
    const std::int64_t until = call.messages.back().mark.at_ns + kTailNs;
    for (const Message& message : call.messages) {
      const Side sender = call.sender_of(message);
      const Point point{index, sender, message.mark.at_ns, until};
      by_hosts_[{message.source.host, message.destination.host}].push_back(point);
      const auto body = sip::body_of_type(message.sip, "application/sdp");
      const auto sdp = body ? sip::parse_sdp(*body) : std::unexpected(sip::ParseError{});
      if (!sdp) continue;
      for (std::size_t i = 0; i < sdp->media.size(); ++i) {
        if (const auto at = sip::media_endpoint(*sdp, i)) put(*at, point);
        if (const auto at = sip::rtcp_endpoint(*sdp, i)) put(*at, point);
      }
    }
  }

  void put(const Endpoint& at, const Point& point) {
    std::vector<Point>& points = by_port_[{at.host, at.port}];
    const bool is_known = std::ranges::any_of(points, [&](const Point& each) {
      return each.call == point.call && each.receiver == point.receiver;
    });
    if (!is_known) points.push_back(point);
  }

  std::map<Address, std::vector<Point>> by_port_;
  std::map<HostPair, std::vector<Point>> by_hosts_;
};

}  // namespace

void StreamTable::add(const capture::MediaPacket& packet) {
  const Key key{packet.flow, packet.ssrc, packet.is_rtcp};
  auto it = streams_.find(key);
  if (it != streams_.end() && packet.mark.at_ns - it->second.last.at_ns > kSilenceNs) {
    finished_.push_back(it->second);
    streams_.erase(it);
    it = streams_.end();
  }
  if (it == streams_.end()) {
    if (streams_.size() + finished_.size() >= kStreamsMax) return;
    it = streams_
             .emplace(key, Stream{.flow = packet.flow,
                                  .is_rtcp = packet.is_rtcp,
                                  .payload_type = packet.payload_type,
                                  .ssrc = packet.ssrc,
                                  .first = packet.mark})
             .first;
  }
  ++it->second.packets;
  it->second.last = packet.mark;
}

std::uint64_t StreamTable::bind(std::vector<Call>& calls) {
  for (const auto& [key, stream] : streams_) finished_.push_back(stream);
  streams_.clear();
  std::ranges::stable_sort(finished_, {}, [](const Stream& each) { return each.first.packet; });
  const Points points{calls};
  std::uint64_t unbound = 0;
  for (Stream& stream : finished_) {
    auto claim = points.by_sdp(stream);
    if (!claim) {
      claim = points.by_hosts(stream);
      stream.is_guessed = true;
    }
    if (!claim) {
      ++unbound;
      continue;
    }
    stream.sender = claim->sender;
    calls[claim->call].streams.push_back(stream);
  }
  finished_.clear();
  return unbound;
}

}  // namespace lastcall::replay::wire
