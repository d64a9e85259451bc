#pragma once
// What the network says about datagrams of ours that did not arrive (ICMP), as Linux keeps it in
// the error queue of a socket. Knows no SIP: which order a datagram belonged to is found by what is
// quoted of it. Used by UdpPort.

#include "engine/base/ids.hpp"
#include "engine/model/output.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::host {

enum class Family : std::uint8_t { kIpv4, kIpv6 };
[[nodiscard]] constexpr auto names_of(Family) {
  return std::array<std::string_view, 2>{"ipv4", "ipv6"};
}

// RFC 3261 18.4: host, net, port or protocol unreachable and parameter problems are failures of
// transport; source quench, TTL exceeded and the rest are not. Types as ICMP numbers them.
[[nodiscard]] bool is_transport_failure(Family family, int type, int code);

struct UdpError {
  Endpoint destination;
  std::string quoted;  // the beginning of the datagram's payload, at least some bytes of it
  bool operator==(const UdpError&) const = default;
};

// Asks Linux to keep errors for this socket.
void keep_udp_errors(int socket, Family family);
// The next error that counts as a failure of transport; nothing if the queue is empty.
[[nodiscard]] std::optional<UdpError> next_udp_error(int socket);

// The latest requests that were sent, to find out which one an error is about.
class SentDatagrams {
 public:
  // Remembers a request; orders without a transaction are not waited for.
  void add(const Transmit& order);
  // The transaction of the newest datagram that fits, which is then forgotten: one failure is told
  // once.
  [[nodiscard]] std::optional<TransactionId> take(const UdpError& error);

 private:
  struct Sent {
    Endpoint destination;
    TransactionId transaction;
    std::string beginning;
  };
  std::deque<Sent> sent_;  // oldest first
};

}  // namespace lastcall::host
