#pragma once
// Probes: rare branches that a campaign must have reached, by what stands in the logs and traces of
// its runs: what the engine did, and each fault of the world. The engine holds no switch for them.
// A campaign that never reached one has not searched there, whatever else it says.

#include "sim/run.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lastcall::sim {

enum class Branch : std::uint8_t {
  kTriggerAbsorbed,       // a second reason to end a call that is ending
  kRefusedAsEnding,       // a command came too late
  kAudioRefused,          // a frame came too late
  kEndForced,             // a layer never confirmed
  kByeAfterEnd,           // the tombstone answered a BYE
  kRefusedAfterBye,       // a request in a dialog that a BYE has crossed got 481
  kLateAccept,            // a 2xx crossed our CANCEL or BYE
  kByeWaitsForAck,        // a callee hung up before the ACK
  kCancelWaits,           // a caller hung up before any provisional response
  kAcceptRepeated,        // a 2xx was sent again
  kAcceptUnacknowledged,  // it never got its ACK
  kRequestTimedOut,       // a request of ours never got an answer
  kCollision,             // an offer of ours met another request
  kInviteCancelled,       // a CANCEL of the peer had an effect
  kStreamNeverOpened,     // a call ended while its stream was being opened
  // Each Fault, in its order.
  kCrashed,
  kRecordsLost,
  kStalled,
  kDiskFailed,
  kCutOff,
  kPeerMoved,
  kNameFailed,
  kSendFailed,
  kClientSilent,
  kClientLate,
  kMediaSilent,
  kMediaLate,
  kCrashedWhileEnding,  // a call was ending when the engine was lost
  kDeadlineWhileAway,   // its deadline passed before the engine ran again
};
[[nodiscard]] constexpr auto names_of(Branch) {
  return std::array<std::string_view, 29>{"trigger-absorbed",
                                          "refused-as-ending",
                                          "audio-refused",
                                          "end-forced",

                                          "bye-after-end",
                                          "refused-after-bye",
                                          "late-2xx",
                                          "bye-waits",
                                          "cancel-waits",
                                          "2xx-repeated",
                                          "2xx-unacknowledged",
                                          "request-timed-out",
                                          "collision",
                                          "invite-cancelled",
                                          "stream-never-opened",
                                          "crashed",
                                          "records-lost",
                                          "stalled",
                                          "disk-failed",
                                          "cut-off",
                                          "peer-moved",
                                          "name-failed",
                                          "send-failed",
                                          "client-silent",
                                          "client-late",
                                          "media-silent",
                                          "media-late",
                                          "crashed-while-ending",
                                          "deadline-while-away"};
}

// How many runs have reached each branch.
class Probes {
 public:
  void see(const RunResult& run);
  // `runs` of another search have reached it.
  void add(Branch branch, std::uint64_t runs) { runs_[static_cast<std::size_t>(branch)] += runs; }
  [[nodiscard]] std::uint64_t runs(Branch branch) const {
    return runs_[static_cast<std::size_t>(branch)];
  }
  // Those that no run has reached, in the order above.
  [[nodiscard]] std::vector<Branch> never() const;

 private:
  std::array<std::uint64_t, kEnumSize<Branch>> runs_{};
};

}  // namespace lastcall::sim
