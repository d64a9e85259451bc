#include "engine/host/net.hpp"

#include <boost/asio/io_context.hpp>

namespace lastcall::host {

namespace ip = boost::asio::ip;

namespace {

template <class IpEndpoint>
std::expected<IpEndpoint, HostError> ip_endpoint(const Endpoint& endpoint) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(endpoint.host, error);
  if (error)
    return std::unexpected(
        HostError{HostFault::kEnvironment, "'" + endpoint.host + "' is no numeric address."});
  return IpEndpoint{address, endpoint.port};
}

}  // namespace

Endpoint endpoint_of(const ip::udp::endpoint& endpoint) {
  return {.host = endpoint.address().to_string(), .port = endpoint.port()};
}

Endpoint endpoint_of(const ip::tcp::endpoint& endpoint, Transport transport) {
  return {.host = endpoint.address().to_string(), .port = endpoint.port(), .transport = transport};
}

std::expected<ip::udp::endpoint, HostError> udp_endpoint(const Endpoint& endpoint) {
  return ip_endpoint<ip::udp::endpoint>(endpoint);
}

std::expected<ip::tcp::endpoint, HostError> tcp_endpoint(const Endpoint& endpoint) {
  return ip_endpoint<ip::tcp::endpoint>(endpoint);
}

HostError cannot_open(const Endpoint& endpoint, const std::string& why) {
  return {HostFault::kEnvironment, std::string{name(endpoint.transport)} + ":" + to_text(endpoint) +
                                       " cannot be opened: " + why + "."};
}

std::string reachable_host(const std::string& host) {
  if (host != "0.0.0.0" && host != "::") return host;
  const bool is_v6 = host == "::";
  // Connecting a UDP socket sends nothing; it only asks the routing table. The addresses are those
  // for documentation (RFC 5737, RFC 3849).
  const ip::address far = ip::make_address(is_v6 ? "2001:db8::1" : "192.0.2.1");
  boost::asio::io_context io;
  ip::udp::socket socket{io};
  boost::system::error_code error;
  socket.connect({far, 9}, error);
  if (error) return is_v6 ? "::1" : "127.0.0.1";
  return socket.local_endpoint().address().to_string();
}

}  // namespace lastcall::host
