#pragma once
// What a user agent looks at before it does what a request asks, in the order of RFC 3261 8.2: the
// request URI, then (the caller looks for a merged request in between) what the request requires,
// carries and accepts. Functions over one message; they know no dialog and record nothing. The
// dialog layer calls them and sends the rejection.

#include "engine/model/sip_message.hpp"

#include <string>

namespace lastcall::core {

// Why a request is not taken, and the header lines that say so; status 0 if it is.
struct Rejection {
  int status = 0;
  std::string lines = {};
};

// 416 for a request URI that is neither sip: nor sips: (8.2.2.1). The To may have any scheme.
[[nodiscard]] Rejection inspect_scheme(const SipMessage& request);

// 420 for an option in Require that we do not know (8.2.2.3). Not for ACK and CANCEL.
[[nodiscard]] Rejection inspect_options(const SipMessage& request);

// For requests that carry or ask for a session description: 420 as above, then 415 for a body that
// is required and not understood (8.2.3), then 406 if the answer would not be accepted (20.1).
[[nodiscard]] Rejection inspect_offer(const SipMessage& request);

}  // namespace lastcall::core
