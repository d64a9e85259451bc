#pragma once
// Who and where we are to others, and where our requests outside dialogs go first: read off the
// configuration. For every layer that writes requests. Resolves no names.

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
// Where we are reached by the transport that leads to the target: Via and Contact.
[[nodiscard]] Endpoint local_towards(const Config& config, std::string_view target);

}  // namespace lastcall::core
