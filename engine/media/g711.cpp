#include "engine/media/g711.hpp"

#include <algorithm>
#include <bit>

namespace lastcall::media {
namespace {

// Mu-law works on 14 bits: a bias makes every segment begin at a power of two.
constexpr int kBias = 0x84;
constexpr int kMuLawMax = 32635;

constexpr std::int16_t decode_mu_law(std::uint8_t octet) {
  const unsigned bits = static_cast<std::uint8_t>(~octet);
  const unsigned segment = bits >> 4 & 7;
  const int magnitude = ((static_cast<int>(bits & 0xf) << 3) + kBias) << segment;
  return static_cast<std::int16_t>((bits & 0x80) != 0 ? kBias - magnitude : magnitude - kBias);
}

// A-law inverts every other bit (0x55), so that silence is no constant level on the line.
constexpr std::int16_t decode_a_law(std::uint8_t octet) {
  const unsigned bits = octet ^ 0x55U;
  const unsigned segment = bits >> 4 & 7;
  const int low = static_cast<int>(bits & 0xf) << 4;
  const int magnitude = segment == 0 ? low + 8 : (low + 0x108) << (segment - 1);
  return static_cast<std::int16_t>((bits & 0x80) != 0 ? magnitude : -magnitude);
}

using DecodeTable = std::array<std::int16_t, 256>;

constexpr DecodeTable table_of(std::int16_t (*decode_octet)(std::uint8_t)) {
  DecodeTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = decode_octet(static_cast<std::uint8_t>(i));
  }
  return table;
}

constexpr DecodeTable kMuLaw = table_of(decode_mu_law);
constexpr DecodeTable kALaw = table_of(decode_a_law);

// The place of the highest bit above `base`: the segment of a magnitude.
constexpr unsigned segment_of(int magnitude, int base) {
  const int width = static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - base;
  return static_cast<unsigned>(std::clamp(width, 0, 7));
}

std::uint8_t encode_mu_law(int sample) {
  const unsigned sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -sample : sample, kMuLawMax) + kBias;
  const unsigned segment = segment_of(magnitude, 8);
  const unsigned step = static_cast<unsigned>(magnitude) >> (segment + 3) & 0xf;
  return static_cast<std::uint8_t>(~(sign | segment << 4 | step));
}

std::uint8_t encode_a_law(int sample) {
  const unsigned sign = sample < 0 ? 0 : 0x80;
  // One's complement keeps -1 in the negative half of the first segment.
  const int magnitude = sample < 0 ? -sample - 1 : sample;
  const unsigned segment = segment_of(magnitude, 8);
  const unsigned shift = segment == 0 ? 4 : segment + 3;
  const unsigned step = static_cast<unsigned>(magnitude) >> shift & 0xf;
  return static_cast<std::uint8_t>((sign | segment << 4 | step) ^ 0x55U);
}

}  // namespace

std::uint8_t encode(G711 law, std::int16_t sample) {
  return law == G711::kPcmu ? encode_mu_law(sample) : encode_a_law(sample);
}

std::int16_t decode(G711 law, std::uint8_t octet) {
  return law == G711::kPcmu ? kMuLaw[octet] : kALaw[octet];
}

}  // namespace lastcall::media
