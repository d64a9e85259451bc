#include "engine/host/net.hpp"

#include <boost/asio/io_context.hpp>

namespace lastcall::host {

namespace ip = boost::asio::ip;

Endpoint endpoint_of(const ip::udp::endpoint& endpoint) {
  return {.host = endpoint.address().to_string(), .port = endpoint.port()};
}

std::expected<ip::udp::endpoint, HostError> udp_endpoint(const Endpoint& endpoint) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(endpoint.host, error);
  if (error)
    return std::unexpected(
        HostError{HostFault::kEnvironment, "'" + endpoint.host + "' is no numeric address."});
  return ip::udp::endpoint{address, endpoint.port};
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
