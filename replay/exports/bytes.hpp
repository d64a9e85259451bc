#pragma once
// Numbers as bytes, for whoever writes packets: pcapng of exports, pcap of the import benchmark.

#include <cstddef>
#include <cstdint>
#include <string>

namespace lastcall::replay::exports {

// The lowest `bytes` bytes of the value, the lowest first.
[[nodiscard]] inline std::string little(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
  return text;
}

// The same, the highest first: network order.
[[nodiscard]] inline std::string big(std::uint64_t value, std::size_t bytes) {
  const std::string text = little(value, bytes);
  return {text.rbegin(), text.rend()};
}

}  // namespace lastcall::replay::exports
