// BUGZOO 2.1: ending twice, re-entrancy, lost claims. Z-01 to Z-09.

#include "engine/core/dialog_steps.hpp"
#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"
#include "sim/mutants/mutants.hpp"
#include "sim/mutants/wrap.hpp"

namespace lastcall::sim {
namespace {

using core::CallContext;
using core::Session;

// Whether the ending of this call began at this instant.
bool just_began(const Session* session, const Context& context) {
  return session != nullptr && session->cleanup &&
         session->cleanup->deadline == context.now + context.config.cleanup_timeout;
}

const Operate* hangup(const ToSession& input) {
  const auto* wish = std::get_if<Operate>(&input);
  return wish != nullptr && wish->op == Op::kHangup ? wish : nullptr;
}

// ---- Z-01: hangup has no "already requested" test. The session asks again, the dialog obeys.

void hang_up_again(const SessionLayer::State& state, const ToSession& input, const Context& context,
                   Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  const Operate* wish = hangup(input);
  const Session* session = wish == nullptr ? nullptr : state.calls.find(wish->call);
  if (session == nullptr || !session->cleanup) return;
  out.send(ToDialog{BeginCleanup{wish->call, Cause::kLocalHangup}});
}

void send_bye_again(const DialogLayer::State& state, const ToDialog& input, const Context& context,
                    Outbox& out) {
  const auto* cleanup = std::get_if<BeginCleanup>(&input);
  const core::Leg* leg = cleanup == nullptr ? nullptr : state.legs.find(cleanup->call);
  if (leg == nullptr || !leg->ending()) return DialogLayer::decide(state, input, context, out);
  for (const core::OwnRequest& request : leg->requests) {
    if (request.method != Method::kBye) continue;
    return core::send_bye({cleanup->call, *leg, context, out}, *leg->find(request.dialog));
  }
}

core::LayerTable hangup_not_idempotent() {
  return joined(with_decide<SessionLayer>(hang_up_again), with_decide<DialogLayer>(send_bye_again));
}

// ---- Z-02: the local path does not see that the ending began in the same instant.

void second_trigger_acts(const SessionLayer::State& state, const ToSession& input,
                         const Context& context, Outbox& out) {
  const Operate* wish = hangup(input);
  const Session* session = wish == nullptr ? nullptr : state.calls.find(wish->call);
  if (!just_began(session, context) || session->cleanup->cause == Cause::kLocalHangup) {
    return SessionLayer::decide(state, input, context, out);
  }
  SessionLayer::State before = state;
  before.calls.find(wish->call)->cleanup.reset();
  before.calls.find(wish->call)->state = CallState::kConnected;
  SessionLayer::decide(before, input, context, out);
}

// ---- Z-03: a hangup that comes too late is tried again half a second later.

constexpr Duration kRetry = std::chrono::milliseconds{500};

Deadline retry_of(CallId call, const Session& session, const core::Config& config) {
  return {session.cleanup->deadline - config.cleanup_timeout + kRetry, Timer::kRing, call.value};
}

// The wish that was refused stands in the state as a ring timer of the ending call.
void arm_retry(SessionLayer::State& state, const SessionEvent& event) {
  const auto* finished = std::get_if<OperationFinished>(&event);
  const Session* session = finished == nullptr ? nullptr : state.calls.find(finished->call);
  const bool refused =
      session != nullptr && session->cleanup && session->cleanup->cause != Cause::kLocalHangup;
  if (refused) state.deadlines.add(retry_of(finished->call, *session, {}), finished->call);
  if (const auto* absorbed = std::get_if<TriggerAbsorbed>(&event)) {
    std::vector<Deadline> fired;
    state.deadlines.for_each_due(kNever, [&](const Deadline& deadline, CallId call) {
      const bool retry = deadline.timer == Timer::kRing && call == absorbed->call;
      if (retry) fired.push_back(deadline);
    });
    for (const Deadline& each : fired) state.deadlines.remove(each, absorbed->call);
  }
  SessionLayer::apply(state, event);
}

void retry_hangup(const SessionLayer::State& state, const ToSession& input, const Context& context,
                  Outbox& out) {
  const auto* due = std::get_if<DeadlineDue>(&input);
  if (due == nullptr || state.calls.contains(due->call)) {
    return SessionLayer::decide(state, input, context, out);
  }
  out.record(TriggerAbsorbed{due->call, Cause::kLocalHangup});
}

core::LayerTable retry_on_terminal_error() {
  return joined(with_apply<SessionLayer>(arm_retry), with_decide<SessionLayer>(retry_hangup));
}

// ---- Z-04: whether a hangup is still due is tested when it is queued, not when it runs.

void gate_at_enqueue(const SessionLayer::State& state, const ToSession& input,
                     const Context& context, Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  const Operate* wish = hangup(input);
  if (wish == nullptr || found(wish->call, context) != Found::kEnded) return;
  out.record(OperationStarted{wish->call, wish->command, Op::kHangup});
}

// ---- Z-05: "all have confirmed" is a queued question of its own, and nobody claims the answer.

void complete(const core::CleanupTracker& tracker, CallId call, const Context& context,
              Outbox& out) {
  out.record(CallTerminated{
      .call = call, .cause = tracker.cause, .status = tracker.status, .at = context.now});
  out.send(ToClient{CallEnded{call, tracker.cause, false, {}}});
}

void non_atomic_last_confirm(const SessionLayer::State& state, const ToSession& input,
                             const Context& context, Outbox& out) {
  const auto* asked = std::get_if<DeadlineDue>(&input);
  const auto* done = std::get_if<CleanupDone>(&input);
  const CallId call = asked != nullptr ? asked->call : done != nullptr ? done->call : CallId{};
  const Session* session = state.calls.find(call);
  if (done != nullptr && session != nullptr && session->cleanup) {
    SessionLayer::decide(state, input, context, out);
    drop_events<CallTerminated>(out);
    drop_mail<ToClient, CallEnded>(out);
    // CheckDone: before its time, so that it is told from the real deadline.
    return out.send(ToSession{DeadlineDue{
        LayerId::kSession, call, {session->cleanup->deadline, Timer::kCleanup, call.value}}});
  }
  const bool question = asked != nullptr && asked->deadline.timer == Timer::kCleanup &&
                        context.now < asked->deadline.due;
  if (!question) return SessionLayer::decide(state, input, context, out);
  if (session == nullptr) return complete({}, call, context, out);
  if (session->cleanup->complete()) complete(*session->cleanup, call, context, out);
}

// ---- Z-06: the observer is called before the state is stored; it ends the call, then the outer
// frame goes on with the old value.

void publish_before_store(const SessionLayer::State& state, const ToSession& input,
                          const Context& context, Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  if (const auto* outer = std::get_if<CleanupDone>(&input);
      outer != nullptr && !state.calls.contains(outer->call)) {
    return complete({}, outer->call, context, out);
  }
  const Operate* wish = hangup(input);
  const Session* session = wish == nullptr ? nullptr : state.calls.find(wish->call);
  if (session == nullptr || !session->cleanup) return;
  const bool only_client = session->cleanup->missing() == CleanupLayers{CleanupLayer::kClient};
  if (!only_client) return;
  out.record(CleanupConfirmed{wish->call, CleanupLayer::kClient, Verdict::kAccepted});
  complete(*session->cleanup, wish->call, context, out);
  out.send(ToSession{CleanupDone{wish->call, CleanupLayer::kClient}});
}

// ---- Z-07: an event that a notice causes is delivered before the notice is.

void nested_publish(const core::ClientLayer::State& state, const ToClient& input,
                    const Context& context, Outbox& out) {
  core::ClientLayer::decide(state, input, context, out);
  const auto* given = std::get_if<CommandGiven>(&input);
  const core::CallClient* client = given == nullptr ? nullptr : state.calls.find(given->call);
  if (client == nullptr || !client->announced || given->op != Op::kHangup) return;
  out.perform(given->call, Gate::kDurable,
              Notify{.call = given->call,
                     .notice = NoticeKind::kEnded,
                     .state = CallState::kTerminated,
                     .missing = {},
                     .peer = {}});
}

// ---- Z-08: a hangup from within something else is put off until that returns, which forgets it.

void deferred_hangup_needs_handler(const SessionLayer::State& state, const ToSession& input,
                                   const Context& context, Outbox& out) {
  const Operate* wish = hangup(input);
  const Session* session = wish == nullptr ? nullptr : state.calls.find(wish->call);
  if (session != nullptr && session->operation && !session->cleanup) return;
  SessionLayer::decide(state, input, context, out);
}

}  // namespace

std::vector<Mutant> twice_mutants() {
  return {
      {.id = "Z-01",
       .name = "HangupNotIdempotent",
       .sentence = "a second hangup sends a second BYE",
       .expected = {"I-31", "I-35", "I-14"},
       .scenarios = {"double-hangup"},
       .table = hangup_not_idempotent(),
       .deviations = 0},
      {.id = "Z-02",
       .name = "SecondTriggerActs",
       .sentence = "a hangup does not see that the peer's BYE came in the same instant",
       .expected = {"I-01", "I-31"},
       .scenarios = {"hangup-or-bye"},
       .table = with_decide<SessionLayer>(second_trigger_acts),
       .rank = 17,
       .events = 3},
      {.id = "Z-03",
       .name = "RetryOnTerminalError",
       .sentence = "a hangup that comes too late is tried again later, on a call that is over",
       .expected = {"I-41", "I-05"},
       .scenarios = {"hangup-or-bye"},
       .table = retry_on_terminal_error()},
      {.id = "Z-04",
       .name = "GateAtEnqueue",
       .sentence = "whether a hangup is still due is tested when it is queued, not when it runs",
       .expected = {"I-14", "I-05"},
       .scenarios = {"bye-or-hangup"},
       .table = with_decide<SessionLayer>(gate_at_enqueue)},
      {.id = "Z-05",
       .name = "NonAtomicLastConfirm",
       .sentence = "two confirmations both find that all have confirmed, and both end the call",
       .expected = {"I-02", "I-07"},
       .scenarios = {"normal-bye"},
       .table = with_decide<SessionLayer>(non_atomic_last_confirm),
       .rank = 3,
       .events = 4},
      {.id = "Z-06",
       .name = "PublishBeforeStore",
       .sentence =
           "a hangup from inside a notice ends the call, then the outer frame ends it again",
       .expected = {"I-02", "I-17", "I-05"},
       .scenarios = {"hangup-inside-notice"},
       .table = with_decide<SessionLayer>(publish_before_store),
       .rank = 18,
       .deviations = 0,
       .events = 3},
      {.id = "Z-07",
       .name = "NestedPublish",
       .sentence = "what a notice causes is delivered before the notice is",
       .expected = {"I-17"},
       .scenarios = {"hangup-inside-notice"},
       .table = with_decide<core::ClientLayer>(nested_publish),
       .deviations = 0},
      {.id = "Z-08",
       .name = "DeferredHangupNeedsHandler",
       .sentence = "a hangup that comes while something else is under way is put off for ever",
       .expected = {"PO-3", "I-15"},
       .scenarios = {"hold-then-hangup"},
       .table = with_decide<SessionLayer>(deferred_hangup_needs_handler)},
  };
}

}  // namespace lastcall::sim
