#include "replay/compare.hpp"

#include "replay/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay {

std::string saying_of(const Record& record) {
  std::string words = words_of(record.event, record.at);
  if (const auto* datagram = get_event<DatagramReceived>(record.event)) {
    words = arrow_label(datagram->wire.bytes) + ", " + message_words(datagram->wire.bytes);
  }
  return fmt::format("{:<12} {:<24} {}", name(layer_of(record.event)), type_of(record.event),
                     words);
}

std::optional<std::size_t> first_difference(std::span<const Record> one,
                                            std::span<const Record> other) {
  const std::size_t shorter = std::min(one.size(), other.size());
  for (std::size_t i = 0; i < shorter; ++i) {
    if (saying_of(one[i]) != saying_of(other[i])) return i;
  }
  return one.size() == other.size() ? std::nullopt : std::optional{shorter};
}

}  // namespace lastcall::replay
