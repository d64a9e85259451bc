#pragma once
// G.711 (ITU-T G.711, RFC 3551 4.5.14): one octet per sample at 8000 Hz, as mu-law (PCMU, payload
// type 0) and A-law (PCMA, payload type 8). Tables and arithmetic only: no packets, no timing. The
// pump uses it for silence; whoever plays or records uses the rest.

#include "engine/base/enum_names.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastcall::media {

enum class G711 : std::uint8_t { kPcmu, kPcma };
[[nodiscard]] constexpr auto names_of(G711) {
  return std::array<std::string_view, 2>{"PCMU", "PCMA"};
}

// 20 ms at 8000 Hz, one octet each.
inline constexpr std::size_t kSamplesPerFrame = 160;

// The law of a static payload type (RFC 3551 table 4); nothing for any other.
[[nodiscard]] constexpr std::optional<G711> g711_of(std::uint8_t payload_type) {
  if (payload_type == 0) return G711::kPcmu;
  if (payload_type == 8) return G711::kPcma;
  return std::nullopt;
}

// One linear 16-bit sample as an octet, and back.
[[nodiscard]] std::uint8_t encode(G711 law, std::int16_t sample);
[[nodiscard]] std::int16_t decode(G711 law, std::uint8_t octet);

// The octet of silence.
[[nodiscard]] constexpr std::uint8_t silence(G711 law) { return law == G711::kPcmu ? 0xff : 0xd5; }

}  // namespace lastcall::media
