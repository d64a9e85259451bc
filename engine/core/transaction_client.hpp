#pragma once
// Client transactions: where a request goes, over what, and where to next when that fails (RFC 3261
// 17.1, 18.1.1, RFC 3263 4.3). Whoever asked for it knows a request by its first id, whatever
// attempt it is at. Each function is part of TransactionLayer::decide and as pure.

#include "engine/core/transaction.hpp"

#include <utility>

namespace lastcall::core {

// Starts a client transaction (Timers A or E, B or F), or the look-up of its name. What begins
// outside dialogs has failed at once (503) if its server asked to be left alone (21.5.4).
void send_request(const TransactionLayer::State& state, const SendRequest& mail,
                  const Context& context, Outbox& out);

// Remembers a server that said 503 and when to come back (21.5.4).
void avoid(const Endpoint& server, const SipMessage& unavailable, const Context& context,
           Outbox& out);

// Sends the ACK of a 2xx, which belongs to no transaction and may leave at once.
void send_ack(const TransactionLayer::State& state, const SendAck& mail, const Context& context,
              Outbox& out);

// The name is resolved: the request goes to its first target that does not ask to be left alone;
// without any it has failed (503).
void aim(const TransactionLayer::State& state, const TargetsResolved& resolved,
         const Context& context, Outbox& out);

// The CANCEL of an INVITE that has no final response (RFC 3261 9.1).
void send_cancel(const TransactionLayer::State& state, const SendCancel& mail,
                 const Context& context, Outbox& out);
// The same, now that `invite` has its provisional response; `lines` are whole header lines.
struct Cancellation {
  TransactionId id;
  const Transaction& invite;
  std::string_view lines = {};
};
void send_cancel(const Cancellation& cancel, const Context& context, Outbox& out);

// Bounds the wait for the final response of an INVITE whose dialog has ended.
void await_final(const TransactionLayer::State& state, const AwaitFinal& mail,
                 const Context& context, Outbox& out);

// Repeats the request of an attempt that has failed before anything else answered it, at the next
// target with a new branch (RFC 3263 4.3). False if there is no further target. After a transport
// error the same address may serve by another transport; otherwise it has had its turn.
enum class AttemptFailure : std::uint8_t { kTransport, kNoAnswer, kRefused };
[[nodiscard]] bool try_next_target(TransactionId id, const Transaction& failed,
                                   AttemptFailure failure, const Context& context, Outbox& out);

// Tells the layer that asked for this request: the one place where answers are routed.
template <class M>
void tell_owner(const Transaction& transaction, M mail, Outbox& out) {
  out.send(addressed_to(transaction.owner, std::move(mail)));
}

}  // namespace lastcall::core
