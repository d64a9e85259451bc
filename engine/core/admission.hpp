#pragma once
// Admission: the one thing a world answers without asking the engine. While it takes no new calls
// (it is draining, or its log has failed, or the disk cannot follow), a new INVITE gets 503 with
// Retry-After, statelessly: nothing is logged and nothing is remembered of it.

#include "engine/core/kernel.hpp"
#include "engine/model/output.hpp"

#include <optional>

namespace lastcall::core {

// The 503 for this datagram if it would begin a call; nothing for everything else, which belongs
// to the engine. A repeat of an INVITE that the engine knows is its business too.
[[nodiscard]] std::optional<Transmit> refusal_of_new_call(const DatagramReceived& datagram,
                                                          const core::Kernel& kernel);

}  // namespace lastcall::core
