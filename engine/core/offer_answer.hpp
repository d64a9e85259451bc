#pragma once
// Offer and answer (RFC 3264) for one audio stream of G.711: what we describe, and what a
// description of the peer lets us do. Pure functions; the session layer keeps our newest
// description and who holds whom. Each new description follows from the one before: the same
// origin, the same lines in the same order, the version one higher if anything changed.

#include "engine/model/endpoint.hpp"
#include "engine/model/media_types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::core {

// What we bring to a description.
struct OwnMedia {
  Endpoint local;                  // where the peer shall send its audio
  std::uint64_t session_id = 0;    // stays for the whole call (RFC 3264 8)
  std::string_view previous = {};  // our newest description; empty: this is the first
  Direction wanted = Direction::kSendRecv;
};

// What both sides have agreed on, as we see it.
struct Agreed {
  Endpoint remote;  // none: send nothing (RFC 3264 8.4, the old hold)
  Direction direction = Direction::kInactive;
  std::uint8_t payload_type = 0;
  bool peer_holds = false;  // the peer does not want to hear us
  bool off = false;         // the stream is switched off: its port is 0 (RFC 3264 5.1)
};

// The first offer: both laws of G.711, PCMU first. A later one keeps the formats of our newest
// description; it is that very text if the direction is the same.
[[nodiscard]] std::string make_offer(const OwnMedia& own);
// All that we can do, for a peer that asks for an offer (RFC 3261 14.2): what we described before
// comes first, with its payload types.
[[nodiscard]] std::string make_full_offer(const OwnMedia& own);

struct Answer {
  std::string sdp;
  Agreed agreed;
};
// The answer to an offer; nothing if it has no audio that we can do (488, RFC 3261 13.3.1.3). Every
// other stream of the offer is refused with port 0 (RFC 3264 6).
[[nodiscard]] std::optional<Answer> answer_offer(std::string_view offer, const OwnMedia& own);

// What the peer's answer to our offer means; nothing if it cannot be used.
[[nodiscard]] std::optional<Agreed> read_answer(std::string_view answer, const OwnMedia& own);

}  // namespace lastcall::core
