#pragma once
// Crossing: two messages of a call that passed each other on their way, each sent before the other
// one arrived. That is what a race of SIP is (RFC 5407), so scenarios name the crossings that a
// search must meet sometimes. Reads the trace of a run; judges nothing.

#include "engine/model/sip_names.hpp"
#include "sim/trace.hpp"

#include <cstdint>

namespace lastcall::sim {

// A request, or the responses with this status to it.
struct MessageKind {
  Method method = Method::kOther;
  int status = 0;  // 0: the request
  bool operator==(const MessageKind&) const = default;
};

// "bob's CANCEL crosses alice's 200 to INVITE", the actors by their place in the trace.
struct Crossing {
  std::uint8_t one = 0;
  MessageKind ones;
  std::uint8_t other = 0;
  MessageKind others;
  bool operator==(const Crossing&) const = default;
};

// Whether it happened in this run. What was lost crossed nothing.
[[nodiscard]] bool has(const Trace& trace, const Crossing& crossing);

}  // namespace lastcall::sim
