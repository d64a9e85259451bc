#pragma once
// The decisions of the session layer about a living call, one function per kind of mail. Part of
// SessionLayer::decide and as pure. Endings are in core/termination.hpp.

#include "engine/core/offer_answer.hpp"
#include "engine/core/session.hpp"

namespace lastcall::core {

// session_setup.cpp: until the call is connected.
void take_offered_call(const CallOffered& offered, const Context& context, Outbox& out);
void place_wished_call(const Operate& wish, const Context& context, Outbox& out);
void place_referred_call(const PlaceReferred& referred, const Context& context, Outbox& out);
void stream_ready(const CallContext& at, const Endpoint& local);
void peer_rings(const CallContext& at, const PeerRinging& ringing);
// Tells the client who makes the sound while it rings, if that is news.
void choose_ring_back(const CallContext& at, RingBack ring_back);
void connect_as_caller(const CallContext& at, const std::string& sdp);

// session_change.cpp: wishes, and how our offers end.
void operate(const CallContext& at, const Operate& wish);
void peer_accepts(const CallContext& at, const std::string& sdp);
void peer_refuses(const CallContext& at);
void peer_answers(const CallContext& at, const PeerAnswered& answer);
void defer_offer(const CallContext& at, bool sent);
void offer_due(const CallContext& at, bool refresh);

// session_reoffer.cpp: offers of the peer inside the call.
void peer_reoffers(const CallContext& at, const std::string& sdp);
void peer_updates(const CallContext& at, const std::string& sdp);

// What we bring to a description: we want to be heard, unless we hold the call.
[[nodiscard]] OwnMedia own_media(const CallContext& at, bool holds);
[[nodiscard]] HoldSides with(HoldSides sides, HoldSide side, bool holds);
// Both sides have agreed: the session and its audio are so from now on. `sdp` is our newest
// description.
void change_session(const CallContext& at, const Agreed& agreed, HoldSides held_by,
                    std::string sdp);
// session_transfer.cpp: the peer tells how the call goes on that we asked it for.
void transfer_told(const CallContext& at, const TransferTold& told);

// Answers a wish at once, or the operation under way.
void finish(const CallContext& at, const Operation& operation, OpResult result);

}  // namespace lastcall::core
