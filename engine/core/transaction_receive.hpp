#pragma once
// What the transaction layer does with a datagram: read it, match it, run the machine it belongs
// to, pass on what is new to the dialog layer. Part of TransactionLayer::decide and as pure.

#include "engine/core/transaction.hpp"

namespace lastcall::core {

void receive_datagram(const TransactionLayer::State& state, const DatagramReceived& datagram,
                      const Context& context, Outbox& out);

}  // namespace lastcall::core
