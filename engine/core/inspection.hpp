#pragma once
// Inspection: what a request must be before its method does anything (RFC 3261 8.2), and what we
// say of ourselves in Allow, Accept and their kin. The checks stand in the order of the RFC, so the
// first that fails gives the answer. Authentication comes before and the parser before that (400,
// 505); whether there is such a dialog is for the dialog layer, which alone calls this. Pure.

#include "engine/core/layer.hpp"
#include "engine/model/sip_message.hpp"

#include <string>

namespace lastcall::core {

// Why a request is not taken, and the header lines that say so; status 0 if it is.
struct Rejection {
  int status = 0;
  std::string lines = {};
  explicit operator bool() const { return status != 0; }
};

// 8.2.1: 405 for a method that we know and do not do, 501 for one nobody knows; both with Allow.
[[nodiscard]] Rejection inspect_method(const SipMessage& request);

// All checks for a request outside dialogs. `merged`: it came before on another path (8.2.2.2).
[[nodiscard]] Rejection inspect_outside(const SipMessage& request, const Config& config,
                                        bool merged);
// The same for one inside a dialog: it was addressed to our Contact, and was never merged.
[[nodiscard]] Rejection inspect_inside(const SipMessage& request);

// What we can do, as header lines. The first stands in every INVITE and in its 2xx (13.2.1).
[[nodiscard]] std::string capability_lines();
// The same in an INVITE without an offer, which asks for no reliable provisional response: the
// first one would have to make the offer, before there is an answer to give (RFC 3262 5).
[[nodiscard]] std::string offerless_capability_lines();
// All of it, for the 200 to OPTIONS (11.2).
[[nodiscard]] std::string all_capability_lines();
// What we could describe in a call, without a port (RFC 3264 9).
[[nodiscard]] std::string describe_abilities(const Config& config);

}  // namespace lastcall::core
