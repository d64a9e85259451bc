#pragma once
// The SIP messages of the simulated world, each read once: in a search the same bytes come by in
// every run, and several who did not send them want to read them: the peer, the rules, the
// promises. The engine under test is not among them; it parses what it gets.

#include "engine/model/sip_message.hpp"

#include <memory>
#include <string>

namespace lastcall::sim {

// What these bytes say; null if they are no SIP message. Kept for the next who asks, and dropped
// when there are too many. For one thread, as a search has.
[[nodiscard]] std::shared_ptr<const SipMessage> message_of(const std::string& bytes);

}  // namespace lastcall::sim
