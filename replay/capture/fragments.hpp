#pragma once
// Puts fragments of IP together (RFC 791 3.2, RFC 8200 4.5). Of bytes that come twice the first
// are kept. What is not whole in time, or when room is needed, or at the end, is handed on as far
// as it reaches from its beginning. Memory is bounded by limits.hpp; time is that of the capture.

#include "replay/capture/captured.hpp"
#include "replay/capture/ip.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>

namespace lastcall::replay::capture {

// A datagram put together; its views are valid during the callback.
struct Reassembled {
  IpPacket packet;  // `missing` is not 0 if it is not whole; greatest if its end is not known
  std::uint64_t first_packet = 0;
  PacketMark mark;  // of the fragment that came last
};

class Fragments {
 public:
  explicit Fragments(std::function<void(const Reassembled&)> hand_on)
      : hand_on_(std::move(hand_on)) {}

  // REQUIRES: packet.fragment. The result is a sentence if the fragment contradicts the others or
  // a limit and was left out.
  [[nodiscard]] std::optional<const char*> take(const IpPacket& packet, PacketMark mark);
  // Hands on everything that waits.
  void finish();

 private:
  struct Key {
    Address source, destination;
    std::uint8_t protocol = 0;  // with IPv6 that of the first header behind
    std::uint32_t id = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Partial {
    Key key;
    std::uint64_t first_packet = 0;
    std::int64_t begun_ns = 0;
    PacketMark mark;
    std::string bytes;
    std::map<std::size_t, std::size_t> covered;  // begin -> end, apart from each other
    std::optional<std::size_t> total;
  };
  using Waiting = std::list<Partial>;  // oldest first

  Waiting::iterator find_or_begin(const Key& key, PacketMark mark);
  static void cover(Partial& partial, std::size_t offset, Bytes piece);
  [[nodiscard]] static bool is_whole(const Partial& partial);
  void hand_on(Waiting::iterator partial);

  std::function<void(const Reassembled&)> hand_on_;
  Waiting waiting_;
  std::map<Key, Waiting::iterator> index_;
};

}  // namespace lastcall::replay::capture
