#pragma once
// How every call ends, whatever the reason: begin_termination() is the only door to phase 1,
// complete_termination() the only door to phase 2 (RACES TP-01 to TP-08). Part of
// SessionLayer::decide and as pure.

#include "engine/core/session.hpp"

namespace lastcall::core {

// A reason to end the call has come. The first one fixes cause, required layers and deadline, fails
// the operation under way, and asks the layers to release what they hold; later ones are absorbed.
// `status` is the SIP status behind it, 0 if none; `reason` is what the peer says about it.
void begin_termination(const CallContext& at, Cause cause, int status, std::string reason = {});

// A layer says that it has released everything. The last required one completes the ending.
void confirm_cleanup(const CallContext& at, CleanupLayer layer);

// The deadline has come: the ending is forced, the missing layers are told to abort (TP-08).
void force_termination(const CallContext& at);

}  // namespace lastcall::core
