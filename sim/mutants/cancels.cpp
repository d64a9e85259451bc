// BUGZOO 2.3: CANCEL, answer and forks. Z-25 to Z-39.

#include "engine/core/dialog_steps.hpp"
#include "engine/core/transaction_client.hpp"
#include "engine/core/transaction_receive.hpp"
#include "engine/core/transaction_send.hpp"
#include "engine/sip/parse.hpp"
#include "sim/mutants/dialogs.hpp"
#include "sim/mutants/mutants.hpp"

namespace lastcall::sim {
namespace {

using core::DialogPhase;
using core::InvitePhase;
using core::Leg;

// A 2xx to our first INVITE that comes when its call is ending; the leg, or null.
const Leg* late_accept(const DialogLayer::State& state, const ToDialog& input) {
  const auto* response = std::get_if<ResponseReceived>(&input);
  const Leg* leg = response == nullptr ? nullptr : state.legs.find(response->call);
  const bool late = leg != nullptr && leg->ending() && response->transaction == leg->invite &&
                    response->message.status() / 100 == 2;
  return late ? leg : nullptr;
}

// ---- Z-25: the 2xx that crossed our CANCEL is not followed by a BYE.

void no_ob_bye_on_2xx(const DialogLayer::State& state, const ToDialog& input,
                      const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  if (late_accept(state, input) != nullptr) drop_bye(out);
}

// ---- Z-26: only if a provisional response had come before the hangup.

void ob_bye_only_before_1xx(const DialogLayer::State& state, const ToDialog& input,
                            const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Leg* leg = late_accept(state, input);
  if (leg != nullptr && leg->phase != InvitePhase::kCalling) drop_bye(out);
}

// ---- Z-27: the BYE behind a late 2xx forgets the route set.

void tombstone_bye_no_routes(const DialogLayer::State& state, const ToDialog& input,
                             const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Leg* leg = late_accept(state, input);
  const auto* accepted = leg == nullptr ? nullptr : recorded<AckSent>(out);
  if (accepted == nullptr || accepted->routes.empty()) return;
  const CallId call = accepted->call;
  const SipMessage& message = std::get<ResponseReceived>(input).message;
  const core::Dialog bare{.id = accepted->dialog,
                          .remote_tag = std::string{message.to_tag()},
                          .remote_target = accepted->remote_target,
                          .local_cseq = leg->invite_cseq,
                          .destination = accepted->destination};
  drop_bye(out);
  core::send_bye({call, *leg, context, out}, bare);
}

// ---- Z-28: a call that ends during its set-up arms no deadline.

void no_deadline_in_setup(SessionLayer::State& state, const SessionEvent& event) {
  const auto* ending = std::get_if<CallTerminating>(&event);
  const core::Session* session = ending == nullptr ? nullptr : state.calls.find(ending->call);
  const bool setup = session != nullptr && !session->established();
  SessionLayer::apply(state, event);
  if (!setup) return;
  state.deadlines.remove({ending->deadline, Timer::kCleanup, ending->call.value}, ending->call);
}

// ---- Z-29: a CANCEL behind our 200 drops the dialog.

const core::Transaction* cancelled_invite(const TransactionLayer::State& state,
                                          const ToTransaction& input, const Context& context,
                                          TransactionId& id) {
  const auto* datagram = std::get_if<DatagramReceived>(&input);
  if (datagram == nullptr) return nullptr;
  const auto message = sip::parse(datagram->wire.bytes);
  if (!message || !message->is_request() || message->method() != Method::kCancel) return nullptr;
  id = core::server_transaction_of(*message, Method::kInvite, context.draws);
  return state.live.find(id);
}

void pass_late_cancel(const TransactionLayer::State& state, const ToTransaction& input,
                      const Context& context, Outbox& out) {
  TransactionLayer::decide(state, input, context, out);
  TransactionId id;
  const core::Transaction* invite = cancelled_invite(state, input, context, id);
  if (invite == nullptr || invite->phase != core::TransactionPhase::kAccepted) return;
  out.send(ToDialog{CancelReceived{invite->call, id}});
}

void cancel_after_200_unmaps(const DialogLayer::State& state, const ToDialog& input,
                             const Context& context, Outbox& out) {
  if (const auto* cancel = std::get_if<CancelReceived>(&input)) {
    const Leg* leg = state.legs.find(cancel->call);
    const bool late =
        leg != nullptr && leg->phase == InvitePhase::kAccepted && leg->invite == cancel->invite;
    if (late && !leg->ending()) {
      return out.record(EarlyDialogEnded{cancel->call, leg->dialogs.front().id});
    }
  }
  const AskedRequest asked = asked_in(state, input, context);
  const bool unmapped = asked.method() == Method::kBye && asked.is_mortal() &&
                        !asked.leg->ending() && found(asked.call, context) == Found::kLive;
  if (!unmapped) return DialogLayer::decide(state, input, context, out);
  core::answer({asked.call, *asked.leg, context, out}, asked.request->transaction, 481);
}

core::LayerTable cancel_after_200() {
  return joined(with_decide<TransactionLayer>(pass_late_cancel),
                with_decide<DialogLayer>(cancel_after_200_unmaps));
}

// ---- Z-30: an answer and a CANCEL in one instant: both finals leave.

void accept_cancelled(const DialogLayer::State& state, const ToDialog& input,
                      const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const auto* accept = std::get_if<Accept>(&input);
  const Leg* leg = accept == nullptr ? nullptr : state.legs.find(accept->call);
  if (leg == nullptr || leg->phase != InvitePhase::kFailed) return;
  core::answer_forming_dialog({accept->call, *leg, context, out}, leg->invite,
                              {.status = 200, .sdp = accept->sdp});
}

void answer_twice(const TransactionLayer::State& state, const ToTransaction& input,
                  const Context& context, Outbox& out) {
  const auto* answer = std::get_if<Respond>(&input);
  const core::Transaction* known =
      answer == nullptr ? nullptr : state.live.find(answer->transaction);
  const bool again = known != nullptr && known->method == Method::kInvite &&
                     known->phase == core::TransactionPhase::kCompleted && answer->status == 200;
  if (!again) return TransactionLayer::decide(state, input, context, out);
  core::respond(*known, *answer, context, out);
}

core::LayerTable accept_after_cancel() {
  return joined(with_decide<DialogLayer>(accept_cancelled),
                with_decide<TransactionLayer>(answer_twice));
}

// ---- Z-31: a CANCEL that was decided on is sent whatever has come since.

void cancel_after_final(const TransactionLayer::State& state, const ToTransaction& input,
                        const Context& context, Outbox& out) {
  const auto* cancel = std::get_if<SendCancel>(&input);
  const TransactionId id = cancel == nullptr ? TransactionId{} : state.attempt_id(cancel->invite);
  const core::Transaction* invite = cancel == nullptr ? nullptr : state.live.find(id);
  const bool late = invite != nullptr && invite->phase > core::TransactionPhase::kProceeding;
  if (!late) return TransactionLayer::decide(state, input, context, out);
  core::send_cancel({id, *invite, cancel->lines}, context, out);
}

// ---- Z-32: a CANCEL whose call is over is not answered.

void cancel_needs_dialog(const TransactionLayer::State& state, const ToTransaction& input,
                         const Context& context, Outbox& out) {
  TransactionId id;
  const core::Transaction* invite = cancelled_invite(state, input, context, id);
  if (invite != nullptr && found(invite->call, context) != Found::kLive) return;
  TransactionLayer::decide(state, input, context, out);
}

// ---- Z-33: once we have cancelled, requests of the callee are not answered.

void silent_after_cancel(const DialogLayer::State& state, const ToDialog& input,
                         const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool cancelled = asked.leg != nullptr && asked.leg->ending() &&
                         asked.leg->role == CallRole::kCaller &&
                         asked.leg->phase == InvitePhase::kProceeding;
  if (!cancelled) DialogLayer::decide(state, input, context, out);
}

// ---- Z-34: the dialog layer is done only when the transaction of its refusal is.

void dialog_confirm_at_txn_end(const DialogLayer::State& state, const ToDialog& input,
                               const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Ending ending = ending_in(state, input);
  if (ending.leg != nullptr && ending.leg->phase == InvitePhase::kFailed) drop_done(out);
}

// ---- Z-35: a BYE in an early dialog is ignored.

void bye_in_early_ignored(const DialogLayer::State& state, const ToDialog& input,
                          const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool early = asked.method() == Method::kBye && asked.dialog->phase == DialogPhase::kEarly;
  if (!early) DialogLayer::decide(state, input, context, out);
}

// ---- Z-36: the set of forks is known by its first member.

void fork_set_keyed_by_first(const DialogLayer::State& state, const ToDialog& input,
                             const Context& context, Outbox& out) {
  const auto* response = std::get_if<ResponseReceived>(&input);
  const Leg* leg = response == nullptr ? nullptr : state.legs.find(response->call);
  const bool lost = leg != nullptr && response->transaction == leg->invite &&
                    response->message.status() / 100 == 2 && leg->dialogs.size() > 1 &&
                    leg->dialogs.front().phase == DialogPhase::kMortal;
  if (!lost) DialogLayer::decide(state, input, context, out);
}

// ---- Z-38: the ending of one call waits for that of another one, and the reverse.

void cross_leg_blocking(const DialogLayer::State& state, const ToDialog& input,
                        const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Ending ending = ending_in(state, input);
  if (ending.leg == nullptr) return;
  const std::uint64_t others = state.legs.sum([&](CallId call, const Leg&) -> std::uint64_t {
    const Found other = found(call, context);
    return call != ending.cleanup->call && (other == Found::kLive || other == Found::kEnding);
  });
  if (others != 0) drop_done(out);
}

// ---- Z-39: a call that rings is hung up here only.

void ringing_hangup_local_only(const DialogLayer::State& state, const ToDialog& input,
                               const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  if (ending_in(state, input).leg != nullptr) drop_mail<ToTransaction, SendCancel>(out);
}

}  // namespace

std::vector<Mutant> cancel_mutants() {
  return {
      {.id = "Z-25",
       .name = "NoObByeOn2xx",
       .sentence = "a 2xx that crosses our CANCEL is acknowledged and left alone",
       .expected = {"I-48", "I-43"},
       .scenarios = {"answer-or-hangup"},
       .table = with_decide<DialogLayer>(no_ob_bye_on_2xx),
       .rank = 2,
       .events = 4},
      {.id = "Z-26",
       .name = "ObByeOnlyBefore1xx",
       .sentence = "the same, but only if it rang before we hung up",
       .expected = {"I-43", "I-48"},
       .scenarios = {"answer-or-hangup", "call-then-hangup"},
       .table = with_decide<DialogLayer>(ob_bye_only_before_1xx)},
      {.id = "Z-27",
       .name = "TombstoneByeNoRoutes",
       .sentence = "the BYE behind a 2xx that crossed our CANCEL forgets the route set",
       .expected = {"I-59"},
       .scenarios = {"proxied-answer-or-hangup"},
       .table = with_decide<DialogLayer>(tombstone_bye_no_routes)},
      {.id = "Z-28",
       .name = "NoDeadlineInSetup",
       .sentence = "a call that ends during its set-up arms no deadline",
       .expected = {"I-18", "I-54"},
       .scenarios = {"answer-or-hangup"},
       .table = with_apply<SessionLayer>(no_deadline_in_setup)},
      {.id = "Z-29",
       .name = "CancelAfter200Unmaps",
       .sentence = "a CANCEL behind our 200 drops the dialog",
       .expected = {"I-27", "I-18"},
       .scenarios = {"peer-cancels-or-answer"},
       .table = cancel_after_200()},
      {.id = "Z-30",
       .name = "AcceptAfterCancelSameTick",
       .sentence = "an answer and a CANCEL in one instant: 487 and 200 both leave",
       .expected = {"I-28"},
       .scenarios = {"answer-or-cancel"},
       .table = accept_after_cancel(),
       .rank = 15,
       .events = 3},
      {.id = "Z-31",
       .name = "CancelAfterFinal",
       .sentence = "a CANCEL that was decided on is sent behind the final response",
       .expected = {"I-34"},
       .scenarios = {"answer-or-hangup", "hangup-or-answer"},
       .table = with_decide<TransactionLayer>(cancel_after_final)},
  };
}

std::vector<Mutant> early_mutants() {
  return {
      {.id = "Z-32",
       .name = "CancelNeedsDialog",
       .sentence = "a CANCEL whose call is over is not answered",
       .expected = {"I-26", "I-54"},
       .scenarios = {"cancel-or-reject"},
       .table = with_decide<TransactionLayer>(cancel_needs_dialog),
       .deviations = 0},
      {.id = "Z-33",
       .name = "SilentAfterCancel",
       .sentence = "once we have cancelled, requests of the callee are not answered",
       .expected = {"I-26", "I-32"},
       .scenarios = {"options-or-hangup"},
       .table = with_decide<DialogLayer>(silent_after_cancel)},
      {.id = "Z-34",
       .name = "DialogConfirmAtTxnEnd",
       .sentence = "the ending of a refused call waits for a transaction's timer",
       .expected = {"PO-1", "I-10"},
       .scenarios = {"answer-or-cancel"},
       .table = with_decide<DialogLayer>(dialog_confirm_at_txn_end),
       .deviations = 0},
      {.id = "Z-35",
       .name = "ByeInEarlyIgnored",
       .sentence = "a BYE in an early dialog is ignored",
       .expected = {"I-27", "I-18"},
       .scenarios = {"peer-answers-then-bye"},
       .table = with_decide<DialogLayer>(bye_in_early_ignored)},
      {.id = "Z-36",
       .name = "ForkSetKeyedByFirst",
       .sentence = "with its first fork a call loses all the others",
       .expected = {"I-08", "I-48"},
       .scenarios = {"forks"},
       .table = with_decide<DialogLayer>(fork_set_keyed_by_first),
       .rank = 19,
       .deviations = 0,
       .events = 6},
      {.id = "Z-38",
       .name = "CrossLegBlocking",
       .sentence = "the endings of two calls wait for each other",
       .expected = {"PO-5", "I-15"},
       .scenarios = {"two-calls"},
       .table = with_decide<DialogLayer>(cross_leg_blocking),
       .deviations = 0},
      {.id = "Z-39",
       .name = "RingingHangupLocalOnly",
       .sentence = "a call that rings is hung up here only, and rings on over there",
       .expected = {"I-44", "I-43"},
       .scenarios = {"ringing-hangup"},
       .table = with_decide<DialogLayer>(ringing_hangup_local_only),
       .deviations = 0},
  };
}

}  // namespace lastcall::sim
