#include "sim/probes.hpp"

#include "engine/base/enum_set.hpp"
#include "engine/base/match.hpp"

#include <algorithm>

namespace lastcall::sim {
namespace {

// The branches that one run has reached.
class Reached {
 public:
  void on(const TriggerAbsorbed&) { hit(Branch::kTriggerAbsorbed); }
  void on(const CommandAnswered& event) {
    if (event.result == OpResult::kEnding) hit(Branch::kRefusedAsEnding);
  }
  void on(const AudioRefused& event) {
    if (event.found == Found::kEnding) hit(Branch::kAudioRefused);
  }
  void on(const CleanupConfirmed& event) {
    if (event.verdict == lastcall::Verdict::kDuplicate) hit(Branch::kConfirmedAgain);
  }
  void on(const CallTerminating& event) { ending_.push_back(event.call); }
  void on(const CallTerminated& event) {
    ended_.push_back(event.call);
    if (event.forced) hit(Branch::kEndForced);
  }
  void on(const RequestAccepted& event) {
    if (event.method == Method::kBye && holds(ended_, event.call)) hit(Branch::kByeAfterEnd);
  }
  void on(const ResponseSent& event) {
    if (event.status == 481 && holds(ending_, event.call)) hit(Branch::kRefusedAfterBye);
  }
  void on(const AckSent& event) {
    if (holds(ending_, event.call)) hit(Branch::kLateAccept);
  }
  void on(const DutiesTaken& event) {
    if (event.duties.contains(Duty::kByeOnAck)) hit(Branch::kByeWaitsForAck);
    if (event.duties.contains(Duty::kCancelOnProvisional)) hit(Branch::kCancelWaits);
  }
  void on(const AcceptResent&) { hit(Branch::kAcceptRepeated); }
  void on(const AcceptUnacknowledged&) { hit(Branch::kAcceptUnacknowledged); }
  void on(const TransactionEnded& event) {
    if (event.reason == TransactionEnd::kTimedOut) hit(Branch::kRequestTimedOut);
  }
  void on(const CollisionMet&) { hit(Branch::kCollision); }
  void on(const InviteRefused& event) {
    if (event.status == 487 && !holds(ending_, event.call)) hit(Branch::kInviteCancelled);
  }
  void on(const StreamOpening& event) { opening_.push_back(event.call); }
  void on(const StreamOpened& event) { std::erase(opening_, event.call); }
  void on(const StreamStopping& event) {
    if (holds(opening_, event.call)) hit(Branch::kStreamNeverOpened);
  }

  [[nodiscard]] const EnumSet<Branch>& branches() const { return branches_; }

 private:
  void hit(Branch branch) { branches_.insert(branch); }
  static bool holds(const std::vector<CallId>& calls, CallId call) {
    return std::ranges::find(calls, call) != calls.end();
  }

  EnumSet<Branch> branches_;
  std::vector<CallId> ending_, ended_, opening_;
};

}  // namespace

void Probes::see(const RunResult& run) {
  Reached reached;
  for (const Record& record : run.records) {
    visit_event(record.event, [&](const auto& event) {
      if constexpr (requires { reached.on(event); }) reached.on(event);
    });
  }
  reached.branches().for_each([&](Branch branch) { ++runs_[static_cast<std::size_t>(branch)]; });
}

std::vector<Branch> Probes::never() const {
  std::vector<Branch> branches;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (runs_[i] == 0) branches.push_back(static_cast<Branch>(i));
  }
  return branches;
}

}  // namespace lastcall::sim
