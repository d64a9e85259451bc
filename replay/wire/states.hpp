#pragma once
// The state of a call at each of its messages, in the words of RFC 5407 2, as the tap sees it: each
// party may be a message ahead or behind. For reports; judges nothing.

#include "replay/wire/call.hpp"

#include <string>
#include <vector>

namespace lastcall::replay::wire {

// One per message: "Established; open: INVITE (CSeq 2), BYE (CSeq 101)".
[[nodiscard]] std::vector<std::string> states_of(const Call& call);

}  // namespace lastcall::replay::wire
