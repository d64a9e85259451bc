#include "engine/core/termination.hpp"

namespace lastcall::core {
namespace {

void complete_termination(const CallContext& at, const CleanupTracker& tracker) {
  const CleanupLayers missing = tracker.missing();
  const bool forced = !missing.empty();
  at.out.record(CallTerminated{.call = at.call,
                               .cause = tracker.cause,
                               .status = tracker.status,
                               .forced = forced,
                               .missing = missing,
                               .at = at.context.now,
                               .remembered = at.context.config.rules == Rules::kTwoPhase});
  at.out.send(ToClient{CallEnded{at.call, tracker.cause, forced, missing}});
  missing.for_each(
      [&](CleanupLayer layer) { at.out.mail.push_back(addressed(layer, AbortCleanup{at.call})); });
}

void fail_operation(const CallContext& at, Cause cause) {
  const auto& operation = at.session.operation;
  if (!operation) return;
  // A transfer is done when the call it was asked of ends for it.
  const bool done = operation->op == Op::kTransfer && cause == Cause::kTransferred;
  const OpResult result = done ? OpResult::kOk : OpResult::kEnding;
  at.out.record(OperationFinished{at.call, operation->command, result});
  at.out.send(ToClient{OperationDone{at.call, operation->command, operation->op, result}});
}

// The old way, kept as a rollback switch: nothing is waited for and nothing remembered. The dialog
// layer still says BYE; whatever the others hold is torn away.
void end_immediately(const CallContext& at, const CleanupTracker& tracker) {
  at.out.send(ToDialog{BeginCleanup{at.call, tracker.cause}});
  CleanupTracker nothing_required = tracker;
  nothing_required.required = {};
  complete_termination(at, nothing_required);
  at.out.send(ToMedia{AbortCleanup{at.call}});
}

}  // namespace

void begin_termination(const CallContext& at, Cause cause, int status, std::string reason) {
  if (at.session.cleanup) {
    at.out.record(TriggerAbsorbed{at.call, cause});
    return;
  }
  const bool two_phase = at.context.config.rules == Rules::kTwoPhase;
  const CleanupTracker tracker{
      .cause = cause,
      .status = status,
      .required = two_phase ? at.context.config.cleanup_layers : CleanupLayers{},
      .confirmed = {},
      .deadline = at.context.now + at.context.config.cleanup_timeout};
  at.out.record(
      CallTerminating{at.call, cause, status, tracker.required, tracker.deadline, reason});
  fail_operation(at, cause);
  if (!two_phase) return end_immediately(at, tracker);
  tracker.required.for_each([&](CleanupLayer layer) {
    at.out.mail.push_back(addressed(layer, BeginCleanup{at.call, cause, reason}));
  });
}

void confirm_cleanup(const CallContext& at, CleanupLayer layer) {
  const auto& tracker = at.session.cleanup;
  const Verdict verdict = tracker ? tracker->judge(layer) : Verdict::kEarly;
  at.out.record(CleanupConfirmed{at.call, layer, verdict});
  if (verdict != Verdict::kAccepted) return;
  CleanupTracker next = *tracker;
  next.confirm(layer);
  if (next.complete()) complete_termination(at, next);
}

void force_termination(const CallContext& at) { complete_termination(at, *at.session.cleanup); }

}  // namespace lastcall::core
