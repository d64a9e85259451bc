// BUGZOO 2.4: the rules of ACK. Z-40 to Z-46.

#include "engine/core/dialog_steps.hpp"
#include "engine/core/transaction_receive.hpp"
#include "engine/sip/parse.hpp"
#include "sim/mutants/dialogs.hpp"
#include "sim/mutants/mutants.hpp"

namespace lastcall::sim {
namespace {

// ---- Z-40: the BYE of a callee does not wait for the ACK.

void bye_before_ack(const DialogLayer::State& state, const ToDialog& input, const Context& context,
                    Outbox& out) {
  const Ending ending = ending_in(state, input);
  if (ending.leg == nullptr || !ending.leg->accepted) {
    return DialogLayer::decide(state, input, context, out);
  }
  DialogLayer::State hasty = state;
  for (core::Dialog& dialog : hasty.legs.find(ending.cleanup->call)->dialogs) {
    const bool waits = dialog.phase == core::DialogPhase::kMoratorium;
    if (waits) dialog.phase = core::DialogPhase::kEstablished;
  }
  DialogLayer::decide(hasty, input, context, out);
}

// ---- Z-41: a BYE that waits for the ACK never leaves if that does not come.

void ob_bye_on_ack_no_timeout(const DialogLayer::State& state, const ToDialog& input,
                              const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  if (recorded<AcceptUnacknowledged>(out) == nullptr) return;
  drop_events<DutyDone>(out);
  drop_bye(out);
}

// ---- Z-42: the ending waits until every reply has been acknowledged, and nobody looks again.

void wait_reply_list_empty(const DialogLayer::State& state, const ToDialog& input,
                           const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Ending ending = ending_in(state, input);
  if (ending.leg != nullptr && ending.leg->accepted) drop_done(out);
}

// ---- Z-43: "established" is set after the answer was handled: if that fails, there is no BYE.

void established_after_handler(const DialogLayer::State& state, const ToDialog& input,
                               const Context& context, Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Ending ending = ending_in(state, input);
  if (ending.leg == nullptr || ending.cleanup->cause != Cause::kMediaFailure) return;
  drop_bye(out);
}

// ---- Z-44: whoever waits for the ACK is registered a moment after the 200 has left.

void ack_waiter_after_send(const DialogLayer::State& state, const ToDialog& input,
                           const Context& context, Outbox& out) {
  const AskedRequest asked = asked_in(state, input, context);
  constexpr Duration kRegistered = std::chrono::milliseconds{3};
  const bool fast = asked.method() == Method::kAck && asked.leg->accepted &&
                    asked.leg->accepted->resend_at - limits::kT1 + kRegistered > context.now;
  if (!fast) DialogLayer::decide(state, input, context, out);
}

// ---- Z-45: a call whose audio never began is ended without a BYE.

void bye_needs_media(const DialogLayer::State& state, const ToDialog& input, const Context& context,
                     Outbox& out) {
  DialogLayer::decide(state, input, context, out);
  const Ending ending = ending_in(state, input);
  if (ending.leg != nullptr && ending.leg->offerless) drop_bye(out);
}

// ---- Z-46: the ACK of a refusal is taken for new each time it comes.

void ack_delivered_twice(const TransactionLayer::State& state, const ToTransaction& input,
                         const Context& context, Outbox& out) {
  TransactionLayer::decide(state, input, context, out);
  const auto* datagram = std::get_if<DatagramReceived>(&input);
  if (datagram == nullptr) return;
  const auto message = sip::parse(datagram->wire.bytes);
  if (!message || !message->is_request() || message->method() != Method::kAck) return;
  const TransactionId id = core::server_transaction_of(*message, Method::kInvite, context.draws);
  const core::Transaction* invite = state.live.find(id);
  if (invite == nullptr || invite->phase != core::TransactionPhase::kConfirmed) return;
  out.record(FailureAcknowledged{id, invite->call, *invite->ends_at});
}

}  // namespace

std::vector<Mutant> ack_mutants() {
  return {
      {.id = "Z-40",
       .name = "ByeBeforeAck",
       .sentence = "a callee sends its BYE before the ACK",
       .expected = {"I-33"},
       .scenarios = {"answer-then-hangup"},
       .table = with_decide<DialogLayer>(bye_before_ack)},
      {.id = "Z-41",
       .name = "ObByeOnAckNoTimeout",
       .sentence = "a BYE that waits for the ACK never leaves if that does not come",
       .expected = {"I-45", "I-43"},
       .scenarios = {"answer-then-hangup-no-ack"},
       .table = with_decide<DialogLayer>(ob_bye_on_ack_no_timeout),
       .rank = 9,
       .deviations = 2,
       .events = 5},
      {.id = "Z-42",
       .name = "WaitReplyListEmpty",
       .sentence = "an ending waits until every reply has been acknowledged",
       .expected = {"PO-1", "I-18", "I-45"},
       .scenarios = {"answer-then-hangup"},
       .table = with_decide<DialogLayer>(wait_reply_list_empty)},
      {.id = "Z-43",
       .name = "EstablishedAfterHandler",
       .sentence = "a call whose answer cannot be taken is ended without a BYE",
       .expected = {"I-48", "I-43"},
       .scenarios = {"bad-answer"},
       .table = with_decide<DialogLayer>(established_after_handler),
       .deviations = 0},
      {.id = "Z-44",
       .name = "AckWaiterAfterSend",
       .sentence = "an ACK that comes at once is missed",
       .expected = {"I-45"},
       .scenarios = {"answer-then-hangup"},
       .table = with_decide<DialogLayer>(ack_waiter_after_send),
       .deviations = 0},
      {.id = "Z-45",
       .name = "ByeNeedsMedia",
       .sentence = "a call without an offer is ended without a BYE",
       .expected = {"PO-2", "I-43"},
       .scenarios = {"delayed-offer-hangup"},
       .table = with_decide<DialogLayer>(bye_needs_media),
       .deviations = 0},
      {.id = "Z-46",
       .name = "AckDeliveredTwice",
       .sentence = "the ACK of a refusal is taken for new each time it comes",
       .expected = {"I-40", "I-30"},
       .scenarios = {"reject"},
       .table = with_decide<TransactionLayer>(ack_delivered_twice)},
  };
}

}  // namespace lastcall::sim
