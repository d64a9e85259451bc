#pragma once
// Seats: a party of a captured call at one address, and which messages it sent and received there.
// Where a call passed several hops, each address is a seat of its own. Knows no engine; for
// wire/seat and replay/around, which put one there.

#include "replay/wire/call.hpp"

#include <expected>
#include <string>

namespace lastcall::replay::wire {

struct Seat {
  Endpoint at;
  Side side = Side::kCallee;

  // Whether it is the address of the seat; a stream may come from any port.
  [[nodiscard]] bool is_at(const Endpoint& other) const {
    return other.host == at.host && (other.port == at.port || is_reliable(other.transport));
  }
  [[nodiscard]] bool sent(const Call& call, const Message& message) const {
    return is_at(message.source) && call.sender_of(message) == side;
  }
  [[nodiscard]] bool received(const Call& call, const Message& message) const {
    return is_at(message.destination) && call.sender_of(message) != side;
  }
};

// `as` is "callee" or empty, "caller", or an address, with or without its port. The error is a
// sentence.
[[nodiscard]] std::expected<Seat, std::string> find_seat(const Call& call, const std::string& as);

}  // namespace lastcall::replay::wire
