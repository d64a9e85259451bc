#pragma once
// The streams of RTP and RTCP in a capture, and which call each belongs to: by the addresses that
// SDP offered and answered, else, with a mark, by the hosts that spoke SIP. Decodes no audio.

#include "replay/capture/captured.hpp"
#include "replay/wire/call.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace lastcall::replay::wire {

inline constexpr std::size_t kStreamsMax = 100'000;
// A stream that was silent so long is another one with the same ports.
inline constexpr std::int64_t kSilenceNs = 10'000'000'000;
// A single packet that looks like RTP proves nothing where no SDP names its port.
inline constexpr std::uint64_t kGuessedPacketsMin = 5;

class StreamTable {
 public:
  void add(const capture::MediaPacket& packet);

  // Hands each stream to its call; returns how many belong to none. Empty afterwards.
  [[nodiscard]] std::uint64_t bind(std::vector<Call>& calls);

 private:
  struct Key {
    capture::Flow flow;
    std::uint32_t ssrc = 0;
    bool is_rtcp = false;
    auto operator<=>(const Key&) const = default;
  };

  std::map<Key, Stream> streams_;
  std::vector<Stream> finished_;
};

}  // namespace lastcall::replay::wire
