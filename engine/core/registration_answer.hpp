#pragma once
// What the answers to our REGISTER requests mean (RFC 3261 10.2.4 to 10.2.8): bound, removed, to be
// mended and sent again, or failed. Part of RegistrationLayer::decide and as pure.

#include "engine/core/registration_send.hpp"

#include <optional>

namespace lastcall::core {

// The final response. REQUIRES: it is the one that the attempt waits for.
void receive_final(const RegistrationContext& at, const ResponseReceived& final);

// The attempt came to nothing: tried again after a pause, unless it was to remove the binding.
// `retry_after` is what the registrar asks for.
void fail_register(const RegistrationContext& at, int status, std::optional<Duration> retry_after);

// When a binding of this length is refreshed: well before its end, and never in a hurry.
[[nodiscard]] Duration refresh_after(Duration granted);

}  // namespace lastcall::core
