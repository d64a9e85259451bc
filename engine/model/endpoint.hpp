#pragma once
// Where bytes come from and go to: a transport, a numeric address and a port.

#include "engine/base/enum_names.hpp"
#include "engine/base/fields.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lastcall {
inline namespace model {

enum class Transport : std::uint8_t { kUdp, kTcp, kTls, kWs };
[[nodiscard]] constexpr auto names_of(Transport) {
  return std::array<std::string_view, 4>{"udp", "tcp", "tls", "ws"};
}

// Whether what was sent arrives or fails visibly, so that nothing need be repeated (RFC 3261 17).
[[nodiscard]] constexpr bool is_reliable(Transport transport) {
  return transport != Transport::kUdp;
}

// The port that is meant where none is written (RFC 3261 19.1.2, RFC 7118 5).
[[nodiscard]] constexpr std::uint16_t default_port(Transport transport) {
  if (transport == Transport::kTls) return 5061;
  return transport == Transport::kWs ? 80 : 5060;
}

struct Endpoint {
  std::string host;  // numeric IPv4, or IPv6 without brackets; empty means "none"
  std::uint16_t port = 0;
  Transport transport = Transport::kUdp;

  bool operator==(const Endpoint&) const = default;
  auto operator<=>(const Endpoint&) const = default;
  static constexpr auto kFields =
      std::tuple{field("host", &Endpoint::host), field("port", &Endpoint::port),
                 field("transport", &Endpoint::transport)};
};

// "127.0.0.1:5060" or "[::1]:5060".
[[nodiscard]] inline std::string to_text(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + endpoint.host + "]" : endpoint.host;
  return host + ":" + std::to_string(endpoint.port);
}

}  // namespace model
}  // namespace lastcall
