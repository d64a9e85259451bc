#include "engine/core/session.hpp"

#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"

#include <utility>

namespace lastcall::core {
namespace {

using State = SessionLayer::State;

void decide_deadline(const CallContext& at, const DeadlineDue& due) {
  if (due.deadline.timer == Timer::kCleanup) {
    if (at.session.cleanup) force_termination(at);
    return;
  }
  begin_termination(at, Cause::kNoAnswer, 0);
}

// Mail about a call that is no more, or not yet.
void decide_without_call(const SessionLayer::Input& input, const Context& context, Outbox& out) {
  if (const auto* offered = std::get_if<CallOffered>(&input)) {
    return take_offered_call(*offered, context, out);
  }
  if (const auto* referred = std::get_if<PlaceReferred>(&input)) {
    return place_referred_call(*referred, context, out);
  }
  const auto* wish = std::get_if<Operate>(&input);
  if (wish == nullptr) return;
  if (wish->op == Op::kCall) return place_wished_call(*wish, context, out);
  // It ended while the wish was on its way; to hang up is then done already.
  const OpResult result = wish->op == Op::kHangup ? OpResult::kOk : OpResult::kEnded;
  out.send(ToClient{OperationDone{wish->call, wish->command, wish->op, result}});
}

}  // namespace

void SessionLayer::decide(const State& state, const Input& input, const Context& context,
                          Outbox& out) {
  const CallId call = std::visit([](const auto& mail) { return CallId{mail.call}; }, input);
  const Session* session = state.calls.find(call);
  if (session == nullptr) return decide_without_call(input, context, out);

  const CallContext at{call, *session, context, out};
  match(
      input, [&](const DeadlineDue& m) { decide_deadline(at, m); }, [](const CallOffered&) {},
      [&](const PeerRinging& m) { peer_rings(at, m); },
      [&](const PeerAccepted& m) { peer_accepts(at, m.sdp); },
      [&](const PeerRefused&) { peer_refuses(at); },
      [&](const PeerReoffered& m) { peer_reoffers(at, m.sdp); },
      [&](const PeerUpdated& m) { peer_updates(at, m.sdp); },
      [&](const PeerAnswered& m) { peer_answers(at, m); },
      [&](const OfferDeferred& m) { defer_offer(at, m.sent); },
      [&](const OfferDue& m) { offer_due(at, m.refresh); },
      [&](const CallLost& m) { begin_termination(at, m.cause, m.status, m.reason); },
      [](const PlaceReferred&) {}, [&](const TransferTold& m) { transfer_told(at, m); },
      [&](const StreamReady& m) { stream_ready(at, m.local); },
      [&](const StreamUnavailable&) { begin_termination(at, Cause::kMediaFailure, 0); },
      [&](const Operate& m) { operate(at, m); },
      [&](const CleanupDone& m) { confirm_cleanup(at, m.layer); });
}

namespace {

Deadline ring_deadline(CallId call, Instant due) { return {due, Timer::kRing, call.value}; }
Deadline cleanup_deadline(CallId call, Instant due) { return {due, Timer::kCleanup, call.value}; }

void stop_ringing(State& state, CallId call, Session& session) {
  if (!session.rings_until) return;
  state.deadlines.remove(ring_deadline(call, *session.rings_until), call);
  session.rings_until.reset();
}

void apply_started(State& state, const CallStarted& e) {
  const bool caller = e.role == CallRole::kCaller;
  state.calls.put(e.call, {.id = e.session,
                           .role = e.role,
                           .state = caller ? CallState::kInitiating : CallState::kRinging,
                           .peer = e.peer,
                           .offer = e.offer,
                           .replaces = e.replaces,
                           .rings_until = e.rings_until});
  state.deadlines.add(ring_deadline(e.call, e.rings_until), e.call);
}

void apply_connected(State& state, Session& session, const CallConnected& e) {
  stop_ringing(state, e.call, session);
  session.state = CallState::kConnected;
  session.unanswered = session.role == CallRole::kCallee && session.offer.empty();
  session.offer_in_2xx = session.unanswered;
  session.offer.clear();
  session.local_media = e.local_media;
  session.remote_media = e.remote_media;
  session.direction = e.direction;
  session.payload_type = e.payload_type;
  session.description = e.sdp;
}

void apply_changed(Session& session, const SessionChanged& e) {
  session.state = e.held_by.empty() ? CallState::kConnected : CallState::kOnHold;
  session.unanswered = false;
  session.held_by = e.held_by;
  session.remote_media = e.remote_media;
  session.direction = e.direction;
  session.payload_type = e.payload_type;
  session.description = e.sdp;
}

void apply_offer(Session& session, const OfferMade& e) {
  session.local_media = e.local_media;
  session.described_before = std::exchange(session.description, e.sdp);
  session.unanswered = !e.sdp.empty();
  session.offer_holds = e.holds;
  session.offer_in_2xx = e.in_2xx;
}

void apply_early_media(Session& session, const EarlyMediaAgreed& e) {
  session.remote_media = e.remote_media;
  session.direction = e.direction;
  session.payload_type = e.payload_type;
  if (e.settled) session.unanswered = false;
  if (!e.sdp.empty()) session.description = e.sdp;
}

// Everything that belongs to the living call is cancelled here (RACES TP-02).
void apply_terminating(State& state, Session& session, const CallTerminating& e) {
  stop_ringing(state, e.call, session);
  session.state = CallState::kTerminating;
  session.cleanup = CleanupTracker{.cause = e.cause,
                                   .status = e.status,
                                   .required = e.required,
                                   .confirmed = {},
                                   .deadline = e.deadline};
  state.deadlines.add(cleanup_deadline(e.call, e.deadline), e.call);
}

void apply_to_call(State& state, Session& session, const SessionEvent& event) {
  match(
      event, [](const CallStarted&) {},
      [&](const CallRinging&) { session.state = CallState::kRinging; },
      [&](const RingBackChosen& e) { session.ring_back = e.ring_back; },
      [&](const OperationStarted& e) { session.operation = Operation{e.command, e.op}; },
      [&](const OfferMade& e) { apply_offer(session, e); },
      [&](const OfferWithdrawn&) {
        session.description = session.described_before;
        session.unanswered = false;
      },
      [&](const OfferRefused&) { session.unanswered = false; },
      [&](const OperationFinished& e) {
        if (session.operation && session.operation->command == e.command) {
          session.operation.reset();
        }
      },
      [&](const EarlyMediaAgreed& e) { apply_early_media(session, e); },
      [&](const CallConnected& e) { apply_connected(state, session, e); },
      [&](const SessionChanged& e) { apply_changed(session, e); },
      [&](const CallTerminating& e) { apply_terminating(state, session, e); },
      [](const TriggerAbsorbed&) {},
      [&](const CleanupConfirmed& e) {
        if (e.verdict == Verdict::kAccepted) session.cleanup->confirm(e.layer);
      },
      [](const CallTerminated&) {});  // forget() follows
}

}  // namespace

void SessionLayer::apply(State& state, const Event& event) {
  if (const auto* e = std::get_if<CallStarted>(&event)) return apply_started(state, *e);
  const CallId call = std::visit([](const auto& e) { return CallId{e.call}; }, event);
  if (Session* session = state.calls.find(call)) apply_to_call(state, *session, event);
}

void SessionLayer::forget(State& state, CallId call) {
  Session* session = state.calls.find(call);
  if (session == nullptr) return;
  stop_ringing(state, call, *session);
  if (session->cleanup) {
    state.deadlines.remove(cleanup_deadline(call, session->cleanup->deadline), call);
  }
  state.calls.erase(call);
}

}  // namespace lastcall::core
