#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"
#include "engine/sip/uri.hpp"

#include <utility>

namespace lastcall::core {
namespace {

bool is_hold(Op op) { return op == Op::kHold || op == Op::kResume; }

void offer(const CallContext& at, bool holds) {
  std::string sdp = make_offer(own_media(at, holds));
  at.out.record(OfferMade{at.call, at.session.local_media, sdp, holds});
  at.out.send(ToDialog{Reoffer{at.call, std::move(sdp)}});
}

void start_operation(const CallContext& at, const Operate& wish) {
  at.out.record(OperationStarted{at.call, wish.command, wish.op});
  if (wish.op == Op::kTransfer) {
    return at.out.send(ToDialog{Transfer{at.call, wish.target}});
  }
  if (!is_hold(wish.op)) {
    at.out.send(ToMedia{OpenStream{at.call}});
  } else if (!at.session.unanswered) {
    offer(at, wish.op == Op::kHold);
  }  // else it follows the answer that is still to come: one offer at a time (RFC 3264 4)
}

// An offer has its answer, with this outcome: the wish is granted, or asked for now.
void settle(const CallContext& at, HoldSides held_by) {
  const auto& operation = at.session.operation;
  if (!operation || !is_hold(operation->op)) return;
  const bool wants = operation->op == Op::kHold;
  if (held_by.contains(HoldSide::kLocal) == wants) return finish(at, *operation, OpResult::kOk);
  offer(at, wants);
}

// The answer to our offer. It is not for the answer to say that the peer holds: it follows us.
HoldSides take_answer(const CallContext& at, const Agreed& agreed) {
  const HoldSides held_by = with(at.session.held_by, HoldSide::kLocal, at.session.offer_holds);
  change_session(at, agreed, held_by, at.session.description);
  return held_by;
}

// Which wishes a call can grant in its present state.
bool allowed(const Session& session, Op op) {
  const bool incoming = session.state == CallState::kRinging && session.role == CallRole::kCallee;
  const bool held_by_us = session.held_by.contains(HoldSide::kLocal);
  switch (op) {
    case Op::kAnswer:
    case Op::kReject:
      return incoming;
    case Op::kHold:
      return session.established() && !held_by_us;
    case Op::kResume:
      return session.established() && held_by_us;
    case Op::kTransfer:
      return session.established();
    case Op::kHangup:
      return true;
    case Op::kCall:
    case Op::kRegister:
    case Op::kUnregister:
      break;
  }
  return false;
}

}  // namespace

void finish(const CallContext& at, const Operation& operation, OpResult result) {
  at.out.record(OperationFinished{at.call, operation.command, result});
  at.out.send(ToClient{OperationDone{at.call, operation.command, operation.op, result}});
}

namespace {

// RFC 3261 8.3, 21.3: the caller may try there.
void redirect(const CallContext& at, const Operate& wish) {
  constexpr int kMovedTemporarily = 302;
  const Operation operation{wish.command, wish.op};
  if (!sip::parse_uri(wish.target)) return finish(at, operation, OpResult::kRefused);
  at.out.send(ToDialog{Refuse{at.call, kMovedTemporarily, wish.target}});
  begin_termination(at, Cause::kLocalReject, kMovedTemporarily);
  finish(at, operation, OpResult::kOk);
}

}  // namespace

void operate(const CallContext& at, const Operate& wish) {
  const Operation operation{wish.command, wish.op};
  // RACES TP-04: judged when it is carried out, not when it was asked for.
  if (at.session.state == CallState::kTerminating) {
    return finish(at, operation, wish.op == Op::kHangup ? OpResult::kOk : OpResult::kEnding);
  }
  if (!allowed(at.session, wish.op)) return finish(at, operation, OpResult::kWrongState);
  if (wish.op == Op::kReject && !wish.target.empty()) return redirect(at, wish);
  if (wish.op == Op::kHangup || wish.op == Op::kReject) {
    begin_termination(at, wish.op == Op::kHangup ? Cause::kLocalHangup : Cause::kLocalReject, 0);
    return finish(at, operation, OpResult::kOk);
  }
  if (at.session.operation) return finish(at, operation, OpResult::kWrongState);
  start_operation(at, wish);
}

void peer_accepts(const CallContext& at, const std::string& sdp) {
  if (at.session.calling()) return connect_as_caller(at, sdp);
  if (!at.session.established()) return;
  // A reliable provisional response may have brought the answer already (RFC 3262 5).
  if (!at.session.unanswered) return settle(at, at.session.held_by);
  const auto agreed = read_answer(sdp, own_media(at, at.session.offer_holds));
  if (!agreed) return begin_termination(at, Cause::kMediaFailure, 0);
  settle(at, take_answer(at, *agreed));
}

void peer_refuses(const CallContext& at) {
  if (!at.session.established()) return;
  // RFC 3261 14.1: the session stays as it was.
  if (at.session.unanswered) at.out.record(OfferRefused{at.call});
  const auto& operation = at.session.operation;
  if (!operation || !is_hold(operation->op)) return;
  finish(at, *operation, OpResult::kRefused);
  // RFC 6141 3.4: its answer had come before: both sides go back to where they were.
  if (!at.session.unanswered) offer(at, operation->op != Op::kHold);
}

void peer_answers(const CallContext& at, const PeerAnswered& answer) {
  // RFC 3261 13.2.1: a session description in any other ACK is ignored; a missing one ends the
  // call. The ACK of a 2xx that brought no offer says nothing of one that we make meanwhile.
  const bool awaited = at.session.unanswered && at.session.offer_in_2xx == answer.in_ack;
  if (!at.session.established() || !awaited) return;
  const auto agreed = read_answer(answer.sdp, own_media(at, at.session.offer_holds));
  if (!agreed) return begin_termination(at, Cause::kMediaFailure, 0);
  const HoldSides held_by = take_answer(at, *agreed);
  const auto& operation = at.session.operation;
  const bool asked = operation && (operation->op == Op::kHold) == at.session.offer_holds;
  if (!asked) settle(at, held_by);  // the final response finishes what was asked
}

void defer_offer(const CallContext& at, bool sent) {
  if (!at.session.unanswered) return;
  if (sent) return at.out.record(OfferRefused{at.call});
  at.out.record(OfferWithdrawn{at.call});
}

void offer_due(const CallContext& at, bool refresh) {
  if (!at.session.established() || at.session.unanswered) return;
  const auto& operation = at.session.operation;
  if (operation && is_hold(operation->op)) return offer(at, operation->op == Op::kHold);
  // RFC 6337 5.3: what we want ourselves, not what we last agreed to.
  if (refresh) offer(at, at.session.held_by.contains(HoldSide::kLocal));
}

OwnMedia own_media(const CallContext& at, bool holds) {
  return {.local = at.session.local_media,
          .session_id = at.context.draws.sdp_session(at.call),
          .previous = at.session.description,
          .wanted = holds ? Direction::kSendOnly : Direction::kSendRecv};
}

HoldSides with(HoldSides sides, HoldSide side, bool holds) {
  if (holds) {
    sides.insert(side);
  } else {
    sides.erase(side);
  }
  return sides;
}

void change_session(const CallContext& at, const Agreed& agreed, HoldSides held_by,
                    std::string sdp) {
  at.out.record(SessionChanged{.call = at.call,
                               .held_by = held_by,
                               .remote_media = agreed.remote,
                               .direction = agreed.direction,
                               .payload_type = agreed.payload_type,
                               .sdp = std::move(sdp)});
  // Who holds may send music and has none: the microphone of a held call stays off.
  const bool we_hold = held_by.contains(HoldSide::kLocal);
  const Direction aimed = we_hold ? Direction::kInactive : agreed.direction;
  at.out.send(ToMedia{AimStream{at.call, agreed.remote, aimed, agreed.payload_type}});
  const CallState state = held_by.empty() ? CallState::kConnected : CallState::kOnHold;
  if (state != at.session.state) at.out.send(ToClient{CallProgressed{at.call, state}});
}

}  // namespace lastcall::core
