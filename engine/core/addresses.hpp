#pragma once
// Who and where we are to others, by each transport, and where our requests outside dialogs go
// first: what Via, Contact and Route of our messages say. Pure functions of the configuration; they
// open nothing and resolve no names. For every layer that composes or sends messages.

#include "engine/core/layer.hpp"

#include <string>
#include <string_view>

namespace lastcall::core {

// The address of record that registers when none is named: as configured, or made of user and host.
[[nodiscard]] std::string address_of_record(const Config& config);
// Where the REGISTER for it goes: as configured, or to its domain (RFC 3261 10.2: without a user).
// Empty if it is no SIP URI.
[[nodiscard]] std::string registrar_of(const Config& config, std::string_view aor);
// The URI that is bound to it: its user, at the port that faces the registrar.
[[nodiscard]] std::string binding_for(const Config& config, std::string_view aor,
                                      std::string_view target);

// The URI whose host the bytes go to: the outbound proxy, else the target (RFC 3261 8.1.2).
[[nodiscard]] std::string first_hop(const Config& config, std::string_view target);
// Where that is if it is numeric; for a name an endpoint without a host, of the URI's transport.
[[nodiscard]] Endpoint numeric_endpoint(std::string_view uri);
// The Route of requests outside dialogs, as a line: the outbound proxy, else nothing.
[[nodiscard]] std::string route_line(const Config& config);

// Where we are reached by this transport: Via and Contact (8.1.1.7, 8.1.1.8). Where we do not
// listen by it, that of UDP: answers come on the connection of the request anyway.
[[nodiscard]] Endpoint contact_at(const Config& config, Transport transport);
// The same by the transport that leads to the target.
[[nodiscard]] Endpoint local_towards(const Config& config, std::string_view target);
// The value of Contact for messages that travel by this transport towards `peer_uri`:
// "<sip:host:port;transport=tcp>", or "<sips:host:port>" if that is a sips: URI (8.1.1.8, 12.1.1).
[[nodiscard]] std::string contact_for(const Config& config, Transport transport,
                                      std::string_view peer_uri);
// Whether a Via with this sent-by is one of ours (RFC 3261 18.1.2).
[[nodiscard]] bool is_own_sent_by(const Config& config, const Via& via);

}  // namespace lastcall::core
