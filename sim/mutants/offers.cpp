// BUGZOO 2.2: hold, re-INVITE and the BYE. Z-10 to Z-24.

#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/body.hpp"
#include "sim/mutants/dialogs.hpp"
#include "sim/mutants/mutants.hpp"

namespace lastcall::sim {
namespace {

using core::Leg;

bool is_hold(Op op) { return op == Op::kHold || op == Op::kResume; }

// The response to a re-INVITE of ours.
const ResponseReceived* reinvite_answer(const DialogLayer::State& state, const ToDialog& input) {
  const auto* response = std::get_if<ResponseReceived>(&input);
  if (response == nullptr || response->message.method() != Method::kInvite) return nullptr;
  const Leg* leg = state.legs.find(response->call);
  return leg != nullptr && leg->invite != response->transaction ? response : nullptr;
}

// ---- Z-10: the gate of an ending call lets a hold pass.

void gate_skips_hold(const SessionLayer::State& state, const ToSession& input,
                     const Context& context, Outbox& out) {
  const auto* wish = std::get_if<Operate>(&input);
  const core::Session* session = wish == nullptr ? nullptr : state.calls.find(wish->call);
  const bool late = session != nullptr && session->cleanup && is_hold(wish->op);
  if (!late) return SessionLayer::decide(state, input, context, out);
  out.record(OperationStarted{wish->call, wish->command, wish->op});
  out.send(ToDialog{Reoffer{wish->call, session->description}});
}

// ---- Z-11: an answer is given to whoever has the slot of the call now.

void route_by_slot_no_epoch(const DialogLayer::State& state, const ToDialog& input,
                            const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const ResponseReceived* answer = reinvite_answer(state, input);
  const bool old = answer != nullptr && answer->message.status() / 100 == 2 &&
                   found(answer->call, context) == Found::kEnded;
  if (!old) return;
  const std::uint64_t tenant = state.legs.sum([&](CallId call, const Leg& leg) {
    return !leg.ending() && found(call, context) == Found::kLive ? call.value : 0;
  });
  if (tenant == 0) return;
  const std::string sdp{
      sip::body_of_type(answer->message, "application/sdp").value_or(std::string_view{})};
  out.send(ToSession{PeerAccepted{CallId{tenant}, sdp}});
}

// ---- Z-12: a re-INVITE that crossed our BYE is never answered.

void mortal_invite_dropped(const DialogLayer::State& state, const ToDialog& input,
                           const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  if (asked.method() == Method::kInvite && asked.is_mortal()) return;
  DialogLayer::decide(state, input, context, out);
}

// ---- Z-13: after the peer's BYE a refusal of our re-INVITE finds no dialog.

void unmap_dialog_on_bye(const TransactionLayer::State& state, const ToTransaction& input,
                         const Context& context, Outbox& out) {
  TransactionLayer::decide(state, input, context, out);
  const auto* final = recorded<FinalReceived>(out);
  const bool lost = final != nullptr && final->status >= 300 &&
                    state.live.find(final->transaction)->method == Method::kInvite &&
                    found(final->call, context) != Found::kLive;
  if (!lost) return;
  out.outputs.clear();
  out.mail.clear();
}

// ---- Z-14: a 2xx to our re-INVITE is acknowledged only as long as the call lives.

void ack_needs_live_call(const DialogLayer::State& state, const ToDialog& input,
                         const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const ResponseReceived* answer = reinvite_answer(state, input);
  if (answer == nullptr || found(answer->call, context) != Found::kEnded) return;
  drop_events<AckSent>(out);
  drop_mail<ToTransaction, SendAck>(out);
}

// ---- Z-15: a re-INVITE in an ending call has no row in the table: its process dies.

void no_row_reinvite_terminating(const DialogLayer::State& state, const ToDialog& input,
                                 const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool unforeseen = asked.method() == Method::kInvite && asked.is_mortal();
  if (!unforeseen) return DialogLayer::decide(state, input, context, out);
  out.record(TombstoneEnded{asked.call});
}

// ---- Z-16: the answer in a late ACK starts the audio of a call that is over.

void late_ack_starts_media(const DialogLayer::State& state, const ToDialog& input,
                           const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const AskedRequest asked = asked_in(state, input, context);
  if (asked.method() != Method::kAck || !asked.is_mortal() || !asked.leg->offerless) return;
  out.record(StreamDirected{.call = asked.call,
                            .stream = context.draws.stream(asked.call),
                            .remote = asked.leg->remote,
                            .direction = Direction::kSendRecv,
                            .payload_type = 0});
}

// ---- Z-17: a re-INVITE before the ACK that carries the answer is an error nobody catches.

void moratorium_reinvite_throws(const DialogLayer::State& state, const ToDialog& input,
                                const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool early =
      asked.method() == Method::kInvite && asked.leg->accepted && asked.leg->offerless;
  if (!early) DialogLayer::decide(state, input, context, out);
}

// ---- Z-18: the session timer refreshes though a hold of ours is under way.

void refresh_ignores_oa(const DialogLayer::State& state, const ToDialog& input,
                        const Context& context, Outbox& out) {
  const auto* due = std::get_if<DeadlineDue>(&input);
  const Leg* leg = due == nullptr ? nullptr : state.legs.find(due->call);
  const core::Dialog* dialog = leg == nullptr ? nullptr : leg->confirmed();
  const bool refresh = dialog != nullptr && due->deadline.timer == Timer::kRefresh;
  if (!refresh || !leg->busy()) return DialogLayer::decide(state, input, context, out);
  out.record(RefreshStarted{due->call});
  core::send_in_dialog({due->call, *leg, context, out}, *dialog, {.method = Method::kInvite});
}

// ---- Z-19: a hold that failed leaves "on hold" behind.

void hold_commits_on_send(const SessionLayer::State& state, const ToSession& input,
                          const Context& context, Outbox& out) {
  SessionLayer::decide(state, input, context, out);
  const auto* refused = std::get_if<PeerRefused>(&input);
  const auto* deferred = std::get_if<OfferDeferred>(&input);
  const bool failed = refused != nullptr || (deferred != nullptr && deferred->sent);
  if (!failed) return;
  const CallId call = refused != nullptr ? refused->call : deferred->call;
  const core::Session* session = state.calls.find(call);
  const bool held = session != nullptr && session->established() && session->operation &&
                    session->operation->op == Op::kHold;
  if (!held) return;
  out.record(SessionChanged{.call = call,
                            .held_by = {HoldSide::kLocal},
                            .remote_media = session->remote_media,
                            .direction = session->direction,
                            .payload_type = session->payload_type,
                            .sdp = session->description});
}

// ---- Z-20: "established" is set one step after the ACK; until then a re-INVITE is dropped.

void established_one_step_late(const DialogLayer::State& state, const ToDialog& input,
                               const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  if (asked.method() == Method::kInvite && asked.leg->accepted) return;
  // An ACK has no transaction: one that has stands for the later step.
  const bool first = asked.method() == Method::kAck && !asked.request->transaction;
  if (!first) return DialogLayer::decide(state, input, context, out);
  RequestReceived later = *asked.request;
  later.transaction = asked.leg->invite;
  out.send(ToDialog{std::move(later)});
}

// ---- Z-21: an ACK is known by the newest CSeq of the peer.

void ack_by_last_remote_cseq(const DialogLayer::State& state, const ToDialog& input,
                             const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool stale =
      asked.method() == Method::kAck && asked.request->message.cseq() < asked.dialog->remote_cseq;
  if (!stale) DialogLayer::decide(state, input, context, out);
}

// ---- Z-22: ACKs take a slower lane than other requests.

void ack_on_slow_lane(const TransactionLayer::State& state, const ToTransaction& input,
                      const Context& context, Outbox& out) {
  const auto* ack = std::get_if<SendAck>(&input);
  const bool first = ack != nullptr && ack->next_hop != "slow" && !ack->destination.host.empty();
  if (!first) return TransactionLayer::decide(state, input, context, out);
  SendAck later = *ack;
  later.next_hop = "slow";
  out.send(ToTransaction{std::move(later)});
}

// ---- Z-23: our own re-INVITE is not known to be under way.

void own_reinvite_invisible(const DialogLayer::State& state, const ToDialog& input,
                            const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool meets = asked.method() == Method::kInvite && asked.leg->own_request(Method::kInvite);
  if (!meets) return DialogLayer::decide(state, input, context, out);
  DialogLayer::State blind = state;
  std::erase_if(blind.legs.find(asked.call)->requests,
                [](const core::OwnRequest& own) { return own.method == Method::kInvite; });
  DialogLayer::decide(blind, input, context, out);
}

void own_offer_invisible(const SessionLayer::State& state, const ToSession& input,
                         const Context& context, Outbox& out) {
  const auto* offer = std::get_if<PeerReoffered>(&input);
  const core::Session* session = offer == nullptr ? nullptr : state.calls.find(offer->call);
  if (session == nullptr || !session->unanswered) {
    return SessionLayer::decide(state, input, context, out);
  }
  SessionLayer::State blind = state;
  blind.calls.find(offer->call)->unanswered = false;
  SessionLayer::decide(blind, input, context, out);
}

// ---- Z-24: a BYE has no row while a hold of ours is under way.

void no_bye_row(const DialogLayer::State& state, const ToDialog& input, const Context& context,
                Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  const bool unforeseen = asked.method() == Method::kBye && asked.leg->own_request(Method::kInvite);
  if (!unforeseen) DialogLayer::decide(state, input, context, out);
}

}  // namespace

std::vector<Mutant> offer_mutants() {
  return {
      {.id = "Z-10",
       .name = "GateSkips",
       .sentence = "an ending call accepts a hold",
       .expected = {"I-14", "I-31"},
       .scenarios = {"hold-or-bye"},
       .table = with_decide<SessionLayer>(gate_skips_hold),
       .rank = 11,
       .events = 3},
      {.id = "Z-11",
       .name = "RouteBySlotNoEpoch",
       .sentence = "an old answer changes the call that has the slot now",
       .expected = {"I-51", "I-09", "I-13"},
       .scenarios = {"slot-reuse"},
       .table = with_decide<DialogLayer>(route_by_slot_no_epoch),
       .rank = 6,
       .events = 6},
      {.id = "Z-12",
       .name = "MortalInviteDropped",
       .sentence = "a re-INVITE that crossed our BYE is never answered",
       .expected = {"I-26", "I-32", "I-54"},
       .scenarios = {"peer-holds-then-hangup"},
       .table = with_decide<DialogLayer>(mortal_invite_dropped),
       .rank = 5,
       .events = 4},
      {.id = "Z-13",
       .name = "UnmapDialogOnBye",
       .sentence = "after the peer's BYE a refusal of our re-INVITE finds no dialog",
       .expected = {"I-08", "I-53", "I-30"},
       .scenarios = {"hold-then-bye"},
       .table = with_decide<TransactionLayer>(unmap_dialog_on_bye)},
      {.id = "Z-14",
       .name = "AckNeedsLiveCall",
       .sentence = "a 2xx to our re-INVITE is not acknowledged once the call has ended",
       .expected = {"I-29", "I-43"},
       .scenarios = {"hold-then-hangup"},
       .table = with_decide<DialogLayer>(ack_needs_live_call),
       .rank = 4,
       .events = 5},
      {.id = "Z-15",
       .name = "NoRowReinviteTerminating",
       .sentence = "a re-INVITE in an ending call kills what remembers the call",
       .expected = {"I-32", "I-02", "I-18", "I-42"},
       .scenarios = {"peer-holds-then-hangup"},
       .table = with_decide<DialogLayer>(no_row_reinvite_terminating)},
      {.id = "Z-16",
       .name = "LateAckStartsMedia",
       .sentence = "the answer in a late ACK starts the audio of a call that is over",
       .expected = {"I-20", "I-21", "I-24"},
       .scenarios = {"delayed-offer-bye"},
       .table = with_decide<DialogLayer>(late_ack_starts_media),
       .rank = 14,
       .events = 5},
      {.id = "Z-17",
       .name = "MoratoriumReinviteThrows",
       .sentence = "a re-INVITE before the ACK that carries the answer gets no answer",
       .expected = {"I-37", "I-26"},
       .scenarios = {"delayed-offer-hold"},
       .table = with_decide<DialogLayer>(moratorium_reinvite_throws)},
  };
}

std::vector<Mutant> collision_mutants() {
  return {
      {.id = "Z-18",
       .name = "RefreshIgnoresOA",
       .sentence = "the session timer refreshes though a hold of ours is under way",
       .expected = {"I-36"},
       .scenarios = {"session-timer-hold"},
       .table = with_decide<DialogLayer>(refresh_ignores_oa)},
      {.id = "Z-19",
       .name = "HoldCommitsOnSend",
       .sentence = "a hold that failed leaves \"on hold\" behind",
       .expected = {"PO-4", "I-38"},
       .scenarios = {"hold-then-peer-holds"},
       .table = with_decide<SessionLayer>(hold_commits_on_send)},
      {.id = "Z-20",
       .name = "EstablishedOneStepLate",
       .sentence = "a re-INVITE right behind the ACK is dropped",
       .expected = {"I-26"},
       .scenarios = {"answer-then-peer-holds"},
       .table = with_decide<DialogLayer>(established_one_step_late),
       .rank = 21,
       .events = 4},
      {.id = "Z-21",
       .name = "AckByLastRemoteCseq",
       .sentence = "an ACK is taken for an old one if a newer request came before it",
       .expected = {"I-45", "I-46"},
       .scenarios = {"answer-then-options"},
       .table = with_decide<DialogLayer>(ack_by_last_remote_cseq),
       .rank = 20,
       .events = 6},
      {.id = "Z-22",
       .name = "AckOnSlowLane",
       .sentence = "a BYE overtakes the ACK that was due before it",
       .expected = {"I-29", "PO-6"},
       .scenarios = {"answered-hold-or-hangup"},
       .table = with_decide<TransactionLayer>(ack_on_slow_lane),
       .rank = 10,
       .events = 5},
      {.id = "Z-23",
       .name = "OwnReinviteInvisible",
       .sentence = "a re-INVITE that meets one of ours is accepted",
       .expected = {"I-37", "I-36"},
       .scenarios = {"hold-then-peer-holds"},
       .table = joined(with_decide<DialogLayer>(own_reinvite_invisible),
                       with_decide<SessionLayer>(own_offer_invisible))},
      {.id = "Z-24",
       .name = "NoByeRow",
       .sentence = "a BYE while a hold of ours is under way is not understood",
       .expected = {"I-27", "I-18", "I-54"},
       .scenarios = {"hold-then-bye"},
       .table = with_decide<DialogLayer>(no_bye_row)},
  };
}

}  // namespace lastcall::sim
