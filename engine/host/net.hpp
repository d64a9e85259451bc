#pragma once
// Addresses as Asio has them and as the engine has them, and which address of this machine a peer
// can be told. Opens no lasting socket.

#include "engine/model/endpoint.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lastcall::host {

// What stood in the way: the machine (a port, a file, an address), or a log that cannot be trusted.
enum class HostFault : std::uint8_t { kEnvironment, kDamagedLog };
[[nodiscard]] constexpr auto names_of(HostFault) {
  return std::array<std::string_view, 2>{"environment", "damaged-log"};
}

// A sentence for a person, naming what it is about.
struct HostError {
  HostFault fault = HostFault::kEnvironment;
  std::string sentence;
};

[[nodiscard]] Endpoint endpoint_of(const boost::asio::ip::udp::endpoint& endpoint);

[[nodiscard]] Endpoint endpoint_of(const boost::asio::ip::tcp::endpoint& endpoint,
                                   Transport transport);

// An error if the host is no numeric address.
[[nodiscard]] std::expected<boost::asio::ip::udp::endpoint, HostError> udp_endpoint(
    const Endpoint& endpoint);
[[nodiscard]] std::expected<boost::asio::ip::tcp::endpoint, HostError> tcp_endpoint(
    const Endpoint& endpoint);

// The error of a port that cannot be opened: "tcp:127.0.0.1:5060 cannot be opened: ...".
[[nodiscard]] HostError cannot_open(const Endpoint& endpoint, const std::string& why);

// The host itself, or, for 0.0.0.0 and ::, the address this machine would use towards the
// Internet; the loopback address if it has no route there.
[[nodiscard]] std::string reachable_host(const std::string& host);

}  // namespace lastcall::host
