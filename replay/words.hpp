#pragma once
// What one event is in words, for ladders and lists. Goes by kFields, so a new event needs nothing
// here: enumerators by their name, numbers and sets with theirs, instants as the time from now,
// no ids and no bytes. Draws nothing; texts from outside are not made inert here.

#include "engine/base/time.hpp"
#include "engine/model/event.hpp"

#include <string>
#include <string_view>

namespace lastcall::replay {

// "remote-bye, waits for Dialog, Media, Client, deadline +5.000 s". Without the event's type.
[[nodiscard]] std::string words_of(const Event& event, Instant now);

// "+5.000 s", "-0.100 s".
[[nodiscard]] std::string time_from(Instant now, Instant at);

// What a ladder writes on the arrow of this message: "BYE", "200 to BYE", "keep-alive", "no SIP".
[[nodiscard]] std::string arrow_label(std::string_view bytes);

// What it says beside the arrow: "CSeq 2, SDP sendonly".
[[nodiscard]] std::string message_words(std::string_view bytes);

}  // namespace lastcall::replay
