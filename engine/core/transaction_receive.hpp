#pragma once
// What the transaction layer does with bytes that came in: read them, match them, run the machine
// they belong to, pass on what is new. Part of TransactionLayer::decide and as pure.

#include "engine/core/transaction.hpp"

#include <string>

namespace lastcall::core {

void receive_datagram(const TransactionLayer::State& state, const DatagramReceived& datagram,
                      const Context& context, Outbox& out);

// RFC 3261 17.2.3: the transaction that a request belongs to, or would begin: branch, sent-by and
// method; without a unique branch the rule of RFC 2543. An ACK belongs to its INVITE's.
[[nodiscard]] TransactionId server_transaction_of(const SipMessage& request, Method method,
                                                  const Draws& draws);

// One datagram on its way through the layer.
struct Arrival {
  const TransactionLayer::State& state;
  const DatagramReceived& datagram;
  const Context& context;
  Outbox& out;
};

// It leads to nothing, and is counted.
void drop(const Arrival& at, DropReason reason, std::string sentence);

// A response: to a client transaction of ours, or to nothing.
void receive_response(const Arrival& at, SipMessage response);

// ---- requests that nothing vouches for (transaction_reject.cpp)

// Whether one more answer may go to this source that anybody could have asked for, maybe in another
// one's name; then it is counted. Else the request is dropped.
[[nodiscard]] bool ration(const Arrival& at);

// Answers without a transaction (RFC 3261 8.2.7): a repeat is simply answered again.
void reject(const Arrival& at, const SipMessage& request, int status, std::string sentence);

// Whether the end of this message could be found in its stream (RFC 3261 18.3): it has one length,
// and that many bytes behind its headers. Datagrams and WebSocket messages have frames of their
// own.
[[nodiscard]] bool is_framed(const DatagramReceived& datagram);

// Whether a message on a stream is larger than we take (RFC 3261 21.5.14): its headers, or with
// them the body that they announce.
[[nodiscard]] bool is_too_large(const DatagramReceived& datagram);

// Closes a connection whose framing is lost.
void close_connection(const Arrival& at);

}  // namespace lastcall::core
