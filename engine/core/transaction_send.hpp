#pragma once
// What the transaction layer transmits: responses of server transactions, requests of client
// transactions, their repeats. Each function is part of TransactionLayer::decide and as pure.

#include "engine/core/transaction.hpp"

#include <utility>

namespace lastcall::core {

// Tells the layer that asked for this request what has become of it.
template <class Piece>
void tell_owner(const Transaction& transaction, Piece piece, Outbox& out) {
  out.send(addressed_to(transaction.owner, std::move(piece)));
}

// Sends the last message of a transaction once more; a final response keeps the gate of its first.
void transmit(TransactionId id, const Transaction& transaction, Outbox& out);

// The time between the repeat that is due and the one after it: Timer A doubles without a limit,
// E and G stop at T2 (RFC 3261 17.1.1.2, 17.1.2.2, 17.2.1).
[[nodiscard]] Duration next_interval(const Transaction& transaction);

// Timer A, E or G: sends it again and sets the next instant (RFC 3261 17.1.1.2, 17.1.2.2, 17.2.1).
void resend(TransactionId id, const Transaction& transaction, const Context& context, Outbox& out);

// Starts a client transaction (Timers A or E, B or F).
void send_request(const SendRequest& mail, const Context& context, Outbox& out);

// Starts the CANCEL of an INVITE that has no final response (RFC 3261 9.1).
void send_cancel(const TransactionLayer::State& state, const SendCancel& mail,
                 const Context& context, Outbox& out);

// Bounds the wait for the final response of an INVITE whose dialog has ended.
void await_final(const TransactionLayer::State& state, const AwaitFinal& mail,
                 const Context& context, Outbox& out);

// Answers a request. Nothing happens if its transaction is gone or has sent its final response.
void respond(const TransactionLayer::State& state, const Respond& mail, const Context& context,
             Outbox& out);

// The same for a transaction that starts in this very step and is not in the state yet.
void respond(const Transaction& transaction, const Respond& mail, const Context& context,
             Outbox& out);

}  // namespace lastcall::core
