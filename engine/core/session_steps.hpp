#pragma once
// The decisions of the session layer about a living call, one function per kind of mail. Part of
// SessionLayer::decide and as pure. Endings are in core/termination.hpp.

#include "engine/core/session.hpp"

namespace lastcall::core {

// session_setup.cpp: until the call is connected.
void take_offered_call(const CallOffered& offered, const Context& context, Outbox& out);
void place_wished_call(const Operate& wish, const Context& context, Outbox& out);
void stream_ready(const CallContext& at, const Endpoint& local);
void peer_rings(const CallContext& at);

// session_change.cpp: answers, holds and resumes.
void operate(const CallContext& at, const Operate& wish);
void peer_accepts(const CallContext& at, const std::string& sdp);
void peer_refuses(const CallContext& at);
void peer_reoffers(const CallContext& at, const std::string& sdp);
void peer_answers(const CallContext& at, const std::string& sdp);

// Answers a wish at once, or the operation under way.
void finish(const CallContext& at, const Operation& operation, OpResult result);

}  // namespace lastcall::core
