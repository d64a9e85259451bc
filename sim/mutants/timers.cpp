// BUGZOO 2.5: timers and stale handles. Z-47 to Z-54.

#include "engine/core/dialog_extensions.hpp"
#include "sim/mutants/dialogs.hpp"
#include "sim/mutants/mutants.hpp"
#include "sim/mutants/plan.hpp"

namespace lastcall::sim {
namespace {

using core::Leg;

// ---- Z-47: the session timer is stopped by an ending of ours only.

void se_timer_kept(DialogLayer::State& state, const DialogEvent& event) {
  const auto* duties = std::get_if<DutiesTaken>(&event);
  Leg* leg = duties == nullptr ? nullptr : state.legs.find(duties->call);
  const bool remote = leg != nullptr && leg->confirmed() == nullptr && leg->requests.empty();
  const auto refresh_at = remote ? leg->timer.refresh_at : std::nullopt;
  const auto expires_at = remote ? leg->timer.expires_at : std::nullopt;
  DialogLayer::apply(state, event);
  if (!remote) return;
  const std::uint64_t owner = duties->call.value;
  core::set_deadline(state, {{}, Timer::kRefresh, owner}, leg->timer.refresh_at, refresh_at);
  core::set_deadline(state, {{}, Timer::kExpiry, owner}, leg->timer.expires_at, expires_at);
}

// ---- Z-48: Timer B goes on after a 2xx.

void timer_b_after_2xx(TransactionLayer::State& state, const TransactionEvent& event) {
  const auto* final = std::get_if<FinalReceived>(&event);
  const core::Transaction* invite =
      final == nullptr ? nullptr : state.live.find(final->transaction);
  const bool keeps = invite != nullptr && invite->method == Method::kInvite &&
                     final->status < 300 && invite->ends_at && invite->end_timer == Timer::kGiveUp;
  const auto gives_up_at = keeps ? invite->ends_at : std::nullopt;
  TransactionLayer::apply(state, event);
  // Its end takes the timer away again, by whichever of its two names it fires.
  if (const auto* ended = std::get_if<TransactionEnded>(&event)) {
    std::vector<Deadline> left;
    state.deadlines.for_each_due(kNever, [&](const Deadline& deadline, CallId) {
      if (deadline.owner == ended->transaction.value) left.push_back(deadline);
    });
    for (const Deadline& each : left) state.deadlines.remove(each, ended->call);
  }
  if (!gives_up_at) return;
  state.deadlines.add({*gives_up_at, Timer::kGiveUp, final->transaction.value}, final->call);
}

// ---- Z-49: what is due at this very instant cannot be cancelled any more.

void cancel_misses_due_list(DialogLayer::State& state, const DialogEvent& event) {
  const auto* refused = std::get_if<InviteRefused>(&event);
  const auto* duties = std::get_if<DutiesTaken>(&event);
  const CallId call = refused != nullptr  ? refused->call
                      : duties != nullptr ? duties->call
                                          : CallId{};
  Leg* leg = state.legs.find(call);
  const auto again_at = leg == nullptr ? std::nullopt : leg->provisional.again_at;
  DialogLayer::apply(state, event);
  if (!again_at) return;
  // With nothing owed a tombstone lasts this long: so the ending began then.
  const bool due = refused != nullptr || *again_at == duties->until - (limits::k64T1 + limits::kT4);
  if (due) {
    core::set_deadline(state, {{}, Timer::kTrying, call.value}, leg->provisional.again_at,
                       again_at);
  }
}

// ---- Z-50: a timer is known by its dialog: it ends whatever request is the newest there.

void timer_key_dialog(const TransactionLayer::State& state, const ToTransaction& input,
                      const Context& context, Outbox& out) {
  TransactionLayer::decide(state, input, context, out);
  const auto* due = std::get_if<DeadlineDue>(&input);
  const TransactionId own{due == nullptr ? 0 : due->deadline.owner};
  const core::Transaction* first = due == nullptr ? nullptr : state.live.find(own);
  const bool lingers = first != nullptr && due->deadline.timer == Timer::kLinger &&
                       first->method == Method::kInvite &&
                       first->role == core::TransactionRole::kClient;
  if (!lingers) return;
  std::uint64_t newest = 0;
  Instant latest = *first->ends_at;
  (void)state.live.sum([&](TransactionId id, const core::Transaction& each) -> std::uint64_t {
    const bool same = each.call == first->call && each.method == Method::kInvite &&
                      each.role == core::TransactionRole::kClient && each.ends_at;
    if (!same || *each.ends_at <= latest) return 0;
    latest = *each.ends_at;
    newest = id.value;
    return 0;
  });
  if (newest == 0) return;
  out.record(TransactionEnded{TransactionId{newest}, first->call, TransactionEnd::kLingered});
}

// ---- Z-51: a report of the media is handled though its call is ending.

void queued_event_no_epoch(const MediaLayer::State& state, const ToMedia& input,
                           const Context& context, Outbox& out) {
  const auto* started = std::get_if<StreamStarted>(&input);
  const core::CallMedia* media = started == nullptr ? nullptr : state.calls.find(started->call);
  const bool late = media != nullptr && media->cleaning;
  if (!late) return MediaLayer::decide(state, input, context, out);
  out.record(StreamOpened{started->call, started->stream, started->local});
}

// ---- Z-52: what was queued before the ending runs in it.

void ops_run_after_end(const SessionLayer::State& state, const ToSession& input,
                       const Context& context, Outbox& out) {
  const auto* wish = std::get_if<Operate>(&input);
  const core::Session* session = wish == nullptr ? nullptr : state.calls.find(wish->call);
  const bool queued = session != nullptr && session->cleanup && wish->op != Op::kHangup &&
                      session->cleanup->deadline == context.now + context.config.cleanup_timeout;
  if (!queued) return SessionLayer::decide(state, input, context, out);
  out.record(OperationStarted{wish->call, wish->command, wish->op});
}

// ---- Z-53: the client forgets a call when it has let go of it, the others when it has ended.

void client_unmaps(core::ClientLayer::State& state, const ClientEvent& event) {
  core::ClientLayer::apply(state, event);
  const auto* released = std::get_if<ClientReleased>(&event);
  if (released == nullptr) return;
  if (core::CallClient* client = state.calls.find(released->call)) client->attached = false;
}

void client_has_unmapped(const core::ClientLayer::State& state, const ToClient& input,
                         const Context& context, Outbox& out) {
  const auto* given = std::get_if<CommandGiven>(&input);
  const core::CallClient* client = given == nullptr ? nullptr : state.calls.find(given->call);
  const bool gone = client != nullptr && client->announced && !client->attached;
  if (!gone) return core::ClientLayer::decide(state, input, context, out);
  out.perform(given->call, Gate::kDurable, Reply{given->command, given->call, OpResult::kNotFound});
}

core::LayerTable two_owners_unmap() {
  return joined(with_apply<core::ClientLayer>(client_unmaps),
                with_decide<core::ClientLayer>(client_has_unmapped));
}

// ---- Z-54: after a crash an ending waits for a client that has died, and for no deadline.

void nobody_takes_the_notice(const core::ClientLayer::State& state, const ToClient& input,
                             const Context& context, Outbox& out) {
  if (!std::holds_alternative<NoticeTaken>(input)) {
    core::ClientLayer::decide(state, input, context, out);
  }
}

}  // namespace

std::vector<Mutant> timer_mutants() {
  return {
      {.id = "Z-47",
       .name = "SeTimerKeptOnRemoteBye",
       .sentence = "the session timer outlives a BYE of the peer",
       .expected = {"I-41", "I-31"},
       .scenarios = {"session-timer-bye"},
       .table = with_apply<DialogLayer>(se_timer_kept),
       .rank = 12,
       .deviations = 0,
       .events = 4},
      {.id = "Z-48",
       .name = "TimerBAfter2xx",
       .sentence = "Timer B fires on an INVITE that has its 2xx",
       .expected = {"I-41", "I-44"},
       .scenarios = {"call-then-answer"},
       .table = with_apply<TransactionLayer>(timer_b_after_2xx)},
      {.id = "Z-49",
       .name = "CancelMissesDueList",
       .sentence = "of two timers of one instant the first stops the second, which fires",
       .expected = {"I-41", "I-05"},
       .scenarios = {"nobody-answers"},
       .table = with_apply<DialogLayer>(cancel_misses_due_list),
       .rank = 13,
       .events = 4},
      {.id = "Z-50",
       .name = "TimerKeyDialog",
       .sentence = "the timer of an old re-INVITE ends the transaction of a newer one",
       .expected = {"I-39", "I-41"},
       .scenarios = {"hold-then-resume"},
       .table = with_decide<TransactionLayer>(timer_key_dialog),
       .deviations = 0},
      {.id = "Z-51",
       .name = "QueuedEventNoEpoch",
       .sentence = "a stream that opens in an ending call counts as open",
       .expected = {"I-20", "I-05"},
       .scenarios = {"answer-or-hangup-callee"},
       .table = with_decide<MediaLayer>(queued_event_no_epoch)},
      {.id = "Z-52",
       .name = "OpsRunAfterEnd",
       .sentence = "what was queued before the ending runs in it",
       .expected = {"I-14", "I-25"},
       .scenarios = {"hold-or-bye"},
       .table = with_decide<SessionLayer>(ops_run_after_end)},
      {.id = "Z-53",
       .name = "TwoOwnersUnmap",
       .sentence = "the client forgets a call before it has ended",
       .expected = {"I-06", "I-07"},
       .scenarios = {"bye-then-hold"},
       .table = two_owners_unmap()},
      {.id = "Z-54",
       .name = "RecoveryNoD5",
       .sentence = "after a crash nobody speaks for the client that died, and no deadline is armed",
       .expected = {"I-57", "I-18"},
       .scenarios = {"normal-bye", "R-PRC-01"},
       .after_crash = joined(with_apply<SessionLayer>(forget_deadline),
                             with_decide<core::ClientLayer>(nobody_takes_the_notice)),
       .rank = 25,
       .events = 4},
  };
}

}  // namespace lastcall::sim
