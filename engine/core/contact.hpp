#pragma once
// Contact: where peers reach us, by each transport: what the Via and the Contact of our messages
// say (RFC 3261 8.1.1.7, 8.1.1.8). Pure functions of the configuration; they open nothing. Called
// by every layer that composes or sends requests.

#include "engine/core/layer.hpp"

#include <string>
#include <string_view>

namespace lastcall::core {

// The address for this transport. Where we do not listen by it, that of UDP: answers come on the
// connection of the request anyway.
[[nodiscard]] Endpoint contact_at(const Config& config, Transport transport);

// The value of Contact for messages that travel by this transport towards `peer_uri`:
// "<sip:host:port;transport=tcp>", or "<sips:host:port>" if that is a sips: URI (8.1.1.8, 12.1.1).
[[nodiscard]] std::string contact_for(const Config& config, Transport transport,
                                      std::string_view peer_uri);

// Whether a Via with this sent-by is one of ours (RFC 3261 18.1.2).
[[nodiscard]] bool is_own_sent_by(const Config& config, const Via& via);

}  // namespace lastcall::core
