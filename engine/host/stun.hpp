#pragma once
// STUN as a keep-alive beside SIP on one UDP port (RFC 5626 3.5.2, RFC 5389): the answer to a
// Binding request, which tells a client behind a NAT how we see it. Nothing else of STUN is spoken.
// Called by UdpPort.

#include "engine/model/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace lastcall::host {

// The answer to this datagram if it is a Binding request; nothing for everything else.
[[nodiscard]] std::optional<std::string> stun_answer(std::string_view datagram,
                                                     const Endpoint& source);

}  // namespace lastcall::host
