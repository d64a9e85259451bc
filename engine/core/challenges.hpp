#pragma once
// What servers ask us to prove, and whether a refused request is worth another try (RFC 3261 22,
// RFC 7616, RFC 8760). Pure; computes no response: the secret is the world's (Output SignRequest).
// Used by the layers that send requests of their own; they keep the result in their states.

#include "engine/core/layer.hpp"
#include "engine/sip/digest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lastcall::core {

// A request is sent so often at most, however often a server asks for it again (RFC 3261 22.1).
inline constexpr std::uint32_t kTriesMax = 6;

// The algorithms that we ask for and answer to (RFC 8760 3).
[[nodiscard]] sip::DigestAlgorithms allowed_digests(const Config& config);

// Whether credentials that are refused for the first time were a guess: reused from an earlier
// request, so that a fresh nonce alone may mend them.
enum class Credence : std::uint8_t { kFresh, kReused };

// The challenges to be answered by the next try: those of a 401 or 407, and of `known` those of
// other realms, which must be satisfied as well (22.3). Nothing if a further try is of no use:
// there is no challenge that we may answer, or one refuses what the request already carried (22.1).
[[nodiscard]] std::optional<std::vector<Challenged>> next_challenges(
    const std::vector<Challenged>& known, const ResponseReceived& refused, Credence credence,
    const Config& config);

// The same for a request in `transaction`: each nonce counted once more, with a fresh cnonce.
[[nodiscard]] std::vector<Challenged> used_again(std::vector<Challenged> challenges,
                                                 TransactionId transaction, const Draws& draws);

// The challenges with the nonce that the server wants next (RFC 7616 3.5), if it names one.
[[nodiscard]] std::vector<Challenged> renewed(std::vector<Challenged> challenges,
                                              const SipMessage& response);

}  // namespace lastcall::core
