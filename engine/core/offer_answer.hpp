#pragma once
// Offer and answer (RFC 3264) for one audio stream of G.711: what we describe, and what a
// description of the peer lets us do. Pure functions; the session layer holds the versions and who
// holds whom.

#include "engine/model/endpoint.hpp"
#include "engine/model/media_types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::core {

// What we bring to a description.
struct OwnMedia {
  Endpoint local;                // where the peer shall send its audio
  std::uint64_t session_id = 0;  // stays for the whole call (RFC 3264 8)
  std::uint32_t version = 1;     // +1 with every change
  Direction wanted = Direction::kSendRecv;
};

// What both sides have agreed on, as we see it.
struct Agreed {
  Endpoint remote;  // none: send nothing (RFC 3264 8.4, the old hold)
  Direction direction = Direction::kInactive;
  std::uint8_t payload_type = 0;
  bool peer_holds = false;  // the peer does not want to hear us
};

// An offer with both laws of G.711, PCMU first.
[[nodiscard]] std::string make_offer(const OwnMedia& own);

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
