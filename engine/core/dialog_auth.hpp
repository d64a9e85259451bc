#pragma once
// Proofs of who one is, on both sides of a dialog layer (RFC 3261 22). As a client: a refused
// request of ours waits for its credentials and is sent once more with them (22.2, 22.3). As a
// server: a request from outside any dialog is held until the world has judged its credentials
// (22.1). Knows no secret and computes no response. Part of DialogLayer::decide and as pure.

#include "engine/core/dialog_send.hpp"

#include <optional>
#include <vector>

namespace lastcall::core {

// ---- dialog_auth.cpp: our own requests

// The challenges of a 401 or 407 that are worth answering; nothing for any other response, and when
// the request may not be sent again.
[[nodiscard]] std::optional<std::vector<Challenged>> answerable(const LegContext& at,
                                                                const ResponseReceived& refused);
// Has the refused request signed; what comes of it is told by RequestSigned.
void ask_to_sign(const LegContext& at, const ResponseReceived& refused,
                 const std::vector<Challenged>& challenges);
// Sends it once more with its credentials; without any it is over.
void receive_signature(const LegContext& at, const RequestSigned& signature);
// The credentials that a request of ours carried: the ACK of its 2xx carries the same (13.2.2.4).
[[nodiscard]] std::string credentials_of(const Leg& leg, std::uint32_t cseq);

// ---- dialog_challenge.cpp: requests of others

// Answers a request without valid credentials with 401, or holds it until they are judged.
void ask_who(const RequestReceived& request, const Context& context, Outbox& out);
// The world has judged a held request.
void receive_judgement(const DialogLayer::State& state, const CredentialsJudged& judged,
                       const Context& context, Outbox& out);
// The peer cancels an INVITE that is being judged (9.2).
void cancel_held(const HeldRequest& held, TransactionId invite, const Context& context,
                 Outbox& out);

}  // namespace lastcall::core
