#pragma once
// A captured call as two scenarios of sipp: one plays the caller, one the callee. They keep the
// order and the pauses that the tap saw, the CSeq numbers and tags; addresses, branches and the
// Call-ID are sipp's own, so that they run anywhere and often. Of a call through proxies the first
// hop is taken. Run them with the commands that stand in their comments.

#include "replay/wire/call.hpp"

#include <expected>
#include <string>

namespace lastcall::replay::exports {

struct SippPair {
  std::string caller;
  std::string callee;
};

// The error is a sentence: a call whose beginning was not captured cannot be played.
[[nodiscard]] std::expected<SippPair, std::string> to_sipp(const wire::Call& call);

// The messages that the scenarios play: those of the first hop.
[[nodiscard]] wire::Indices first_hop(const wire::Call& call);

}  // namespace lastcall::replay::exports
