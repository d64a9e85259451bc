#pragma once
// What a seat sent against what lastcall sent in its place: message by message, by what a message
// does and not by its bytes, since user agents word things in their own way. Only for wire/seat.

#include "replay/wire/seat.hpp"

#include <vector>

namespace lastcall::replay::wire {

// `captured` are the seat's own messages, repeats left out.
[[nodiscard]] std::vector<Compared> compare_seat(const Call& call, const Indices& captured,
                                                 const std::vector<Sent>& sent);

}  // namespace lastcall::replay::wire
