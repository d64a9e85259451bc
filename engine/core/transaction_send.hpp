#pragma once
// What server and client transactions have in common when they send: the order itself, its repeats,
// the responses. Each function is part of TransactionLayer::decide and as pure.

#include "engine/core/transaction.hpp"

namespace lastcall::core {

// A transaction as the event that starts it describes it.
[[nodiscard]] Transaction transaction_of(const ServerTransactionStarted& started);
[[nodiscard]] Transaction transaction_of(const ClientTransactionStarted& started);

// `linger` over UDP, nothing over reliable transports: Timers D, I, J and K (RFC 3261 17).
[[nodiscard]] Duration linger_over(Transport transport, Duration linger);

// Sends the last message of a transaction once more; a final response keeps the gate of its first.
void transmit(TransactionId id, const Transaction& transaction, Outbox& out);

// How often an INVITE goes again that rings behind a NAT, so that the answer still finds its way in
// (RFC 3581 3).
inline constexpr Duration kBindingInterval = std::chrono::seconds{20};

// The time between the repeat that is due and the one after it: Timer A doubles without a limit,
// E and G stop at T2 (RFC 3261 17.1.1.2, 17.1.2.2, 17.2.1).
[[nodiscard]] Duration next_interval(const Transaction& transaction);

// Timer A, E or G: sends it again and sets the next instant (RFC 3261 17.1.1.2, 17.1.2.2, 17.2.1).
void resend(TransactionId id, const Transaction& transaction, const Context& context, Outbox& out);

// Answers a request. Nothing happens if its transaction is gone or has sent its final response.
void respond(const TransactionLayer::State& state, const Respond& mail, const Context& context,
             Outbox& out);

// The same for a transaction that starts in this very step and is not in the state yet.
void respond(const Transaction& transaction, const Respond& mail, const Context& context,
             Outbox& out);

}  // namespace lastcall::core
