// BUGZOO 2.6: media, clients, confirmations. Z-55 to Z-72.

#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"
#include "sim/mutants/dialogs.hpp"
#include "sim/mutants/mutants.hpp"

namespace lastcall::sim {
namespace {

using core::StreamPhase;

// ---- Z-55: media confirms at the first frame that it refuses, before its port is closed.

void media_confirm_before_drain(const MediaLayer::State& state, const ToMedia& input,
                                const Context& context, Outbox& out) {
  MediaLayer::decide(state, input, context, out);
  const auto* frame = std::get_if<FrameRefused>(&input);
  if (frame == nullptr || frame->found != Found::kEnding) return;
  out.send(ToSession{CleanupDone{frame->call, CleanupLayer::kMedia}});
}

// ---- Z-56: a stream that is being opened is not stopped by the ending, and opens.

void late_media_kept(const MediaLayer::State& state, const ToMedia& input, const Context& context,
                     Outbox& out) {
  const auto* cleanup = std::get_if<BeginCleanup>(&input);
  const core::CallMedia* media = cleanup == nullptr ? nullptr : state.calls.find(cleanup->call);
  const bool opening = media != nullptr && media->phase == StreamPhase::kOpening;
  if (!opening) return MediaLayer::decide(state, input, context, out);
  out.record(MediaCleaning{cleanup->call});
  out.send(ToSession{CleanupDone{cleanup->call, CleanupLayer::kMedia}});
}

// ---- Z-58: the dialog layer hears of an ending when media has confirmed it.

void bye_after_media_confirm(const SessionLayer::State& state, const ToSession& input,
                             const Context& context, Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  drop_mail<ToDialog, BeginCleanup>(out);
  const auto* done = std::get_if<CleanupDone>(&input);
  const core::Session* session = done == nullptr ? nullptr : state.calls.find(done->call);
  const bool media = session != nullptr && session->cleanup && done->layer == CleanupLayer::kMedia;
  if (media) out.send(ToDialog{BeginCleanup{done->call, session->cleanup->cause}});
}

// ---- Z-59: a BYE of the peer does not stop the stream.

void tx_not_stopped_on_remote_bye(const MediaLayer::State& state, const ToMedia& input,
                                  const Context& context, Outbox& out) {
  MediaLayer::decide(state, input, context, out);
  const auto* cleanup = std::get_if<BeginCleanup>(&input);
  if (cleanup != nullptr && cleanup->cause == Cause::kRemoteBye) drop_orders<StopStream>(out);
}

// ---- Z-60: a frame that comes while the call ends starts the stream again.

void rx_restart_on_packet(const MediaLayer::State& state, const ToMedia& input,
                          const Context& context, Outbox& out) {
  MediaLayer::decide(state, input, context, out);
  const auto* frame = std::get_if<FrameRefused>(&input);
  const core::CallMedia* media = frame == nullptr ? nullptr : state.calls.find(frame->call);
  if (media == nullptr || media->phase != StreamPhase::kStopping) return;
  out.record(StreamDirected{.call = frame->call,
                            .stream = frame->stream,
                            .remote = {},
                            .direction = Direction::kSendRecv,
                            .payload_type = 0});
}

// ---- Z-61: on hold there is nothing to stop, and media is not told to.

void no_confirm_when_idle_media(const SessionLayer::State& state, const ToSession& input,
                                const Context& context, Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  const auto* ending = recorded<CallTerminating>(out);
  const core::Session* session = ending == nullptr ? nullptr : state.calls.find(ending->call);
  if (session == nullptr || session->state != CallState::kOnHold) return;
  drop_mail<ToMedia, BeginCleanup>(out);
}

// ---- Z-62: who attaches after the layers were counted is never told.

void attach_after_snapshot(const MediaLayer::State& state, const ToMedia& input,
                           const Context& context, Outbox& out) {
  const auto* attached = std::get_if<HolderAttached>(&input);
  const CallId call = std::visit([](const auto& m) { return CallId{m.call}; }, input);
  const core::CallMedia* media = state.calls.find(call);
  if (media == nullptr || !media->cleaning) {
    return MediaLayer::decide(state, input, context, out);
  }
  if (attached != nullptr) return out.record(MediaHeld{call, attached->holder});
  MediaLayer::State counted = state;
  counted.calls.find(call)->holders.clear();
  MediaLayer::decide(counted, input, context, out);
}

// ---- Z-63: media and signalling wait for each other while a resume is under way.

void media_signalling_cycle(const SessionLayer::State& state, const ToSession& input,
                            const Context& context, Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  const auto* ending = recorded<CallTerminating>(out);
  const core::Session* session = ending == nullptr ? nullptr : state.calls.find(ending->call);
  const bool writes =
      session != nullptr && session->operation && session->operation->op == Op::kResume;
  if (!writes) return;
  // Each would be told by what the other does then.
  drop_mail<ToMedia, BeginCleanup>(out);
  drop_mail<ToDialog, BeginCleanup>(out);
}

// ---- Z-64: what one call's signalling confirms counts for all that are ending.

void first_leg_confirms_all(const SessionLayer::State& state, const ToSession& input,
                            const Context& context, Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  const auto* end = recorded<CallTerminated>(out);
  if (end == nullptr) return;
  const std::uint64_t other = state.calls.sum([&](CallId call, const core::Session& session) {
    return call != end->call && session.cleanup ? call.value : 0;
  });
  if (other == 0) return;
  const CallId call{other};
  const CallTerminated all{
      .call = call, .cause = state.calls.find(call)->cleanup->cause, .at = context.now};
  out.record(all);
  out.send(ToClient{CallEnded{call, all.cause, false, {}}});
}

// ---- Z-65: the session is removed, then nobody is left to answer the BYE.

void remove_then_respond(const DialogLayer::State& state, const ToDialog& input,
                         const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const AskedRequest asked = asked_in(state, input, context);
  const bool removed =
      asked.method() == Method::kBye && found(asked.call, context) == Found::kEnding;
  if (removed) drop_mail<ToTransaction, Respond>(out);
}

// ---- Z-67: a BYE to a call that has ended is not answered.

void no_tombstone(const DialogLayer::State& state, const ToDialog& input, const Context& context,
                  Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool over = asked.method() == Method::kBye && found(asked.call, context) == Found::kEnded;
  if (!over) DialogLayer::decide(state, input, context, out);
}

// ---- Z-68: audio that fails is closed, and the dialog is left alone.

void rtp_timeout_no_bye(const DialogLayer::State& state, const ToDialog& input,
                        const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Ending ending = ending_in(state, input);
  const bool failed = ending.leg != nullptr && ending.cleanup->cause == Cause::kMediaFailure &&
                      ending.leg->confirmed() != nullptr;
  if (failed) drop_bye(out);
}

// ---- Z-70: a confirmation that comes at once finds no tracker.

void publish_before_tracker(const SessionLayer::State& state, const ToSession& input,
                            const Context& context, Outbox& out) {
  const auto* done = std::get_if<CleanupDone>(&input);
  const core::Session* session = done == nullptr ? nullptr : state.calls.find(done->call);
  const bool untracked =
      session != nullptr && session->cleanup && done->layer == CleanupLayer::kDialog &&
      session->cleanup->cause == Cause::kLocalHangup && !session->cleanup->confirmed.empty();
  if (!untracked) return SessionLayer::decide(state, input, context, out);
  out.record(CleanupConfirmed{done->call, done->layer, Verdict::kEarly});
}

// ---- Z-71: whoever shuts down skips the calls that are being set up.

void shutdown_skips_setup(const SessionLayer::State& state, const ToSession& input,
                          const Context& context, Outbox& out) {
  const auto* wish = std::get_if<Operate>(&input);
  const core::Session* session = wish == nullptr ? nullptr : state.calls.find(wish->call);
  const bool skipped =
      session != nullptr && wish->op == Op::kHangup && session->state == CallState::kInitiating;
  if (!skipped) return SessionLayer::decide(state, input, context, out);
  core::finish({wish->call, *session, context, out}, {wish->command, wish->op}, OpResult::kOk);
}

// ---- Z-72: a call that was refused is counted for ever.

void count_leak_on_reject(DialogLayer::State& state, const DialogEvent& event) {
  DialogLayer::apply(state, event);
  const auto* duties = std::get_if<DutiesTaken>(&event);
  const core::Leg* leg = duties == nullptr ? nullptr : state.legs.find(duties->call);
  if (leg == nullptr || leg->phase != core::InvitePhase::kFailed) return;
  state.deadlines.remove({duties->until, Timer::kTombstone, duties->call.value}, duties->call);
}

// ---- Z-66: what a call owes is struck off only while its transport lives.

void release_skipped_no_transport(const DialogLayer::State& state, const ToDialog& input,
                                  const Context& context, Outbox& out) {
  constexpr int kTransportFailed = 503;  // RFC 3261 8.1.3.1
  const auto* failed = std::get_if<RequestFailed>(&input);
  const bool skips = failed != nullptr && failed->status == kTransportFailed &&
                     found(failed->call, context) != Found::kLive;
  if (!skips) DialogLayer::decide(state, input, context, out);
}

}  // namespace

std::vector<Mutant> release_mutants() {
  return {
      {.id = "Z-55",
       .name = "MediaConfirmBeforeDrain",
       .sentence = "media confirms before its port is closed",
       .expected = {"I-22", "I-24"},
       .scenarios = {"audio-or-bye"},
       .table = with_decide<MediaLayer>(media_confirm_before_drain),
       .rank = 7,
       .events = 4},
      {.id = "Z-56",
       .name = "LateMediaKept",
       .sentence = "a stream that is being opened when the call ends opens and stays",
       .expected = {"I-24", "I-54"},
       .scenarios = {"answer-then-hangup"},
       .table = with_decide<MediaLayer>(late_media_kept),
       .rank = 16,
       .events = 4},
      {.id = "Z-58",
       .name = "ByeAfterMediaConfirm",
       .sentence = "the BYE waits until media has confirmed",
       .expected = {"PO-2"},
       .scenarios = {"hold-then-hangup"},
       .table = with_decide<SessionLayer>(bye_after_media_confirm)},
      {.id = "Z-59",
       .name = "TxNotStoppedOnRemoteBye",
       .sentence = "a BYE of the peer does not stop the stream",
       .expected = {"I-21", "PO-1"},
       .scenarios = {"audio-or-bye"},
       .table = with_decide<MediaLayer>(tx_not_stopped_on_remote_bye),
       .deviations = 0},
      {.id = "Z-60",
       .name = "RxRestartOnPacket",
       .sentence = "a frame that comes while the call ends starts the stream again",
       .expected = {"I-20", "I-22", "PO-1"},
       .scenarios = {"audio-or-bye"},
       .table = with_decide<MediaLayer>(rx_restart_on_packet)},
      {.id = "Z-61",
       .name = "NoConfirmWhenIdleMedia",
       .sentence = "on hold media has nothing to stop, and never confirms",
       .expected = {"PO-1", "I-10"},
       .scenarios = {"bye-during-hold"},
       .table = with_decide<SessionLayer>(no_confirm_when_idle_media),
       .rank = 8,
       .deviations = 0,
       .events = 4},
      {.id = "Z-62",
       .name = "AttachAfterSnapshot",
       .sentence = "a recorder that attaches while the call ends is never told to let go",
       .expected = {"I-24", "I-54", "I-17", "I-20"},
       .scenarios = {"recorder-or-bye"},
       .table = with_decide<MediaLayer>(attach_after_snapshot),
       .rank = 24,
       .deviations = 0,  // the order in which the scenario is written is the race
       .events = 4},
  };
}

std::vector<Mutant> confirmation_mutants() {
  return {
      {.id = "Z-63",
       .name = "MediaSignallingCycle",
       .sentence = "media and signalling wait for each other while a resume is under way",
       .expected = {"PO-5", "I-18"},
       .scenarios = {"bye-during-hold"},
       .table = with_decide<SessionLayer>(media_signalling_cycle),
       .rank = 22,
       .events = 4},
      {.id = "Z-64",
       .name = "FirstLegConfirmsAll",
       .sentence = "what one call confirms counts for another one that is ending",
       .expected = {"I-10", "I-43"},
       .scenarios = {"two-calls"},
       .table = with_decide<SessionLayer>(first_leg_confirms_all),
       .rank = 23,
       .events = 5},
      {.id = "Z-65",
       .name = "RemoveThenRespond",
       .sentence = "a BYE to a call that is ending is not answered",
       .expected = {"I-27", "I-06"},
       .scenarios = {"bye-or-hangup"},
       .table = with_decide<DialogLayer>(remove_then_respond)},
      {.id = "Z-66",
       .name = "ReleaseSkippedNoTransport",
       .sentence = "what an ending call owes is never struck off once its transport has failed",
       .expected = {"I-54", "I-26", "I-43"},
       .scenarios = {"hangup-or-bye"},
       .table = with_decide<DialogLayer>(release_skipped_no_transport)},
      {.id = "Z-67",
       .name = "NoTombstone",
       .sentence = "a BYE to a call that has ended is not answered",
       .expected = {"I-27", "I-42"},
       .scenarios = {"bye-or-hangup"},
       .table = with_decide<DialogLayer>(no_tombstone),
       .rank = 1,
       .events = 4},
      {.id = "Z-68",
       .name = "RtpTimeoutNoBye",
       .sentence = "a call whose audio fails is ended without a BYE",
       .expected = {"PO-2", "I-43", "I-24"},
       .scenarios = {"media-fails"},
       .table = with_decide<DialogLayer>(rtp_timeout_no_bye),
       .deviations = 0},
      {.id = "Z-70",
       .name = "PublishBeforeTracker",
       .sentence = "a confirmation that comes at once is judged as too early",
       .expected = {"I-13", "PO-1"},
       .scenarios = {"hold-then-hangup"},
       .table = with_decide<SessionLayer>(publish_before_tracker)},
      {.id = "Z-71",
       .name = "ShutdownSkipsSetup",
       .sentence = "a hangup is lost on a call that is being set up",
       .expected = {"PO-3", "I-54", "I-18"},
       .scenarios = {"call-then-hangup"},
       .table = with_decide<SessionLayer>(shutdown_skips_setup),
       .deviations = 0},
      {.id = "Z-72",
       .name = "CountLeakOnReject",
       .sentence = "a call that was refused is counted for ever",
       .expected = {"I-54"},
       .scenarios = {"reject"},
       .table = with_apply<DialogLayer>(count_leak_on_reject),
       .deviations = 0},
  };
}

}  // namespace lastcall::sim
