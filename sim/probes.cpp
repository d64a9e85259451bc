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
  void on(const CallTerminating& event) {
    ending_.push_back(event.call);
    deadline_ = event.deadline;
    ++dying_;
  }
  void on(const CallTerminated& event) {
    ended_.push_back(event.call);
    --dying_;
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

  // Of the trace.
  void on(const Faulted& fault) {
    constexpr auto kFirst = static_cast<std::size_t>(Branch::kCrashed);
    static_assert(kFirst + kEnumSize<Fault> == static_cast<std::size_t>(Branch::kMediaLate) + 1);
    hit(static_cast<Branch>(kFirst + static_cast<std::size_t>(fault.what)));
    if (fault.what == Fault::kCrash && dying_ > 0) hit(Branch::kCrashedWhileEnding);
  }
  void came_back(Instant now) {
    if (dying_ > 0 && now > deadline_) hit(Branch::kDeadlineWhileAway);
  }

  [[nodiscard]] const EnumSet<Branch>& branches() const { return branches_; }

 private:
  void hit(Branch branch) { branches_.insert(branch); }
  static bool holds(const std::vector<CallId>& calls, CallId call) {
    return std::ranges::find(calls, call) != calls.end();
  }

  EnumSet<Branch> branches_;
  std::vector<CallId> ending_, ended_, opening_;
  int dying_ = 0;       // calls that are ending
  Instant deadline_{};  // of the newest ending
};

}  // namespace

void Probes::see(const RunResult& run) {
  Reached reached;
  auto record = run.records.begin();
  const auto look_up_to = [&](Position last) {
    for (; record != run.records.end() && record->pos <= last; ++record) {
      visit_event(record->event, [&](const auto& event) {
        if constexpr (requires { reached.on(event); }) reached.on(event);
      });
    }
  };
  for (const TraceEntry& entry : run.trace) {
    const auto* fault = std::get_if<Faulted>(&entry.what);
    const bool came_back = std::holds_alternative<Recovered>(entry.what);
    if (fault == nullptr && !came_back) continue;
    look_up_to(entry.after);
    if (fault != nullptr) reached.on(*fault);
    if (came_back) reached.came_back(entry.at);
  }
  look_up_to(run.records.size());
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
