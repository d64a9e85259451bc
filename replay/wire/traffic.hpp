#pragma once
// Traffic: all calls of a capture. Takes what the importer tells, puts messages together by Call-ID
// and media by their streams, merges what several taps saw, and binds media to calls. take() ends
// it. Judges nothing. Memory is bounded; what does not fit is counted.

#include "replay/capture/captured.hpp"
#include "replay/wire/call.hpp"
#include "replay/wire/links.hpp"
#include "replay/wire/streams.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lastcall::replay::wire {

inline constexpr std::size_t kKeptBytesMax = std::size_t{1} << 30U;  // of messages
// The same datagram again is another tap's copy if it comes as soon as this; a sender that repeats
// itself waits for T1 = 500 ms.
inline constexpr std::int64_t kCopyNs = 20'000'000;          // at the same tap: a mirrored port
inline constexpr std::int64_t kForeignCopyNs = 250'000'000;  // at another one, with its own clock

struct Calls {
  std::vector<Call> calls;       // in the order of their first messages; those with an INVITE
  std::vector<Call> others;      // registrations and the like
  std::vector<Link> links;       // between `calls`
  std::uint64_t merged = 0;      // messages that were copies
  std::uint64_t unreadable = 0;  // messages that are cut or broken and name no call
  std::uint64_t left_out = 0;    // messages for which there was no room
  std::uint64_t unbound = 0;     // streams that belong to no call
};

// Whether the same datagram may have been seen twice.
enum class Taps : std::uint8_t {
  kMany,  // by several taps, or at a mirrored port: copies are merged
  kOne,   // by who sent or received it: what comes again was sent again
};

class Traffic {
 public:
  explicit Traffic(Taps taps = Taps::kMany) : taps_(taps) {}

  void add(const capture::Captured& captured);
  void add(const capture::MediaPacket& packet) { streams_.add(packet); }

  // Everything, taken apart. The object is empty afterwards.
  [[nodiscard]] Calls take();

 private:
  // What one Call-ID brought together.
  struct Pile {
    std::vector<Message> messages;
    std::vector<Unreadable> unreadable;
  };
  [[nodiscard]] Pile& pile_of(std::string_view call_id);
  void add_unreadable(const capture::Captured& captured);
  [[nodiscard]] bool is_copy(std::vector<Message>& messages, const capture::Captured& captured);

  Taps taps_;
  std::map<std::string, std::size_t, std::less<>> index_;  // by Call-ID
  std::vector<Pile> piles_;
  StreamTable streams_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t merged_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace lastcall::replay::wire
