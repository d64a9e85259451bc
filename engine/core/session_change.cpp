#include "engine/core/offer_answer.hpp"
#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"

namespace lastcall::core {
namespace {

OwnMedia own_media(const CallContext& at, std::uint32_t version, Direction wanted) {
  return {.local = at.session.local_media,
          .session_id = at.context.draws.sdp_session(at.call),
          .version = version,
          .wanted = wanted};
}

// What holding (or no longer holding) makes of our wish.
Direction wanted_after(Op op) {
  return op == Op::kHold ? Direction::kSendOnly : Direction::kSendRecv;
}

HoldSides with_local(HoldSides held_by, Op op) {
  if (op == Op::kHold)
    held_by.insert(HoldSide::kLocal);
  else
    held_by.erase(HoldSide::kLocal);
  return held_by;
}

HoldSides with_remote(HoldSides held_by, bool peer_holds) {
  if (peer_holds)
    held_by.insert(HoldSide::kRemote);
  else
    held_by.erase(HoldSide::kRemote);
  return held_by;
}

void change_session(const CallContext& at, const Agreed& agreed, HoldSides held_by,
                    std::uint32_t version) {
  at.out.record(SessionChanged{.call = at.call,
                               .held_by = held_by,
                               .remote_media = agreed.remote,
                               .direction = agreed.direction,
                               .payload_type = agreed.payload_type,
                               .offer_version = version});
  // Who holds may send music and has none: the microphone of a held call stays off.
  const bool we_hold = held_by.contains(HoldSide::kLocal);
  const Direction aimed = we_hold ? Direction::kInactive : agreed.direction;
  at.out.send(ToMedia{AimStream{at.call, agreed.remote, aimed, agreed.payload_type}});
  const CallState state = held_by.empty() ? CallState::kConnected : CallState::kOnHold;
  if (state != at.session.state) at.out.send(ToClient{CallProgressed{at.call, state}});
}

void start_operation(const CallContext& at, const Operate& wish) {
  const bool described = wish.op == Op::kHold || wish.op == Op::kResume;
  const std::uint32_t version = described ? at.session.offer_version + 1 : 0;
  at.out.record(OperationStarted{at.call, wish.command, wish.op, version});
  if (!described) {
    at.out.send(ToMedia{OpenStream{at.call}});
    return;
  }
  const OwnMedia own = own_media(at, version, wanted_after(wish.op));
  at.out.send(ToDialog{Reoffer{at.call, make_offer(own)}});
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
    case Op::kHangup:
      return true;
    case Op::kCall:
    case Op::kTransfer:
    case Op::kRegister:
    case Op::kUnregister:
      break;
  }
  return false;
}

void connect_as_caller(const CallContext& at, const std::string& sdp) {
  const auto agreed =
      read_answer(sdp, own_media(at, at.session.offer_version, Direction::kSendRecv));
  if (!agreed) return begin_termination(at, Cause::kMediaFailure, 0);
  at.out.record(CallConnected{.call = at.call,
                              .local_media = at.session.local_media,
                              .remote_media = agreed->remote,
                              .direction = agreed->direction,
                              .payload_type = agreed->payload_type,
                              .offer_version = at.session.offer_version});
  at.out.send(ToMedia{AimStream{at.call, agreed->remote, agreed->direction, agreed->payload_type}});
  at.out.send(ToClient{CallProgressed{at.call, CallState::kConnected}});
}

}  // namespace

void finish(const CallContext& at, const Operation& operation, OpResult result) {
  at.out.record(OperationFinished{at.call, operation.command, result});
  at.out.send(ToClient{OperationDone{at.call, operation.command, operation.op, result}});
}

void operate(const CallContext& at, const Operate& wish) {
  const Operation operation{wish.command, wish.op};
  // RACES TP-04: judged when it is carried out, not when it was asked for.
  if (at.session.state == CallState::kTerminating) {
    return finish(at, operation, wish.op == Op::kHangup ? OpResult::kOk : OpResult::kEnding);
  }
  if (!allowed(at.session, wish.op)) return finish(at, operation, OpResult::kWrongState);
  if (wish.op == Op::kHangup || wish.op == Op::kReject) {
    begin_termination(at, wish.op == Op::kHangup ? Cause::kLocalHangup : Cause::kLocalReject, 0);
    return finish(at, operation, OpResult::kOk);
  }
  if (at.session.operation) return finish(at, operation, OpResult::kWrongState);
  start_operation(at, wish);
}

void peer_accepts(const CallContext& at, const std::string& sdp) {
  const CallState state = at.session.state;
  if (state == CallState::kInitiating ||
      (state == CallState::kRinging && at.session.role == CallRole::kCaller)) {
    return connect_as_caller(at, sdp);
  }
  const auto& operation = at.session.operation;
  if (!at.session.established() || !operation) return;
  const OwnMedia own = own_media(at, at.session.offer_version, wanted_after(operation->op));
  const auto agreed = read_answer(sdp, own);
  if (!agreed) return begin_termination(at, Cause::kMediaFailure, 0);
  // An answer follows our offer: that it is not sent to us does not mean that the peer holds.
  change_session(at, *agreed, with_local(at.session.held_by, operation->op),
                 at.session.offer_version);
  finish(at, *operation, OpResult::kOk);
}

void peer_refuses(const CallContext& at) {
  if (!at.session.established() || !at.session.operation) return;
  // RFC 3261 14.1: the session stays as it was.
  finish(at, *at.session.operation, OpResult::kRefused);
}

void peer_reoffers(const CallContext& at, const std::string& sdp) {
  if (!at.session.established()) return;
  if (at.session.unanswered) {
    // RFC 5407 3.1.5: it overtook the ACK that answers our offer (RACES C-03).
    at.out.send(ToDialog{Refuse{at.call, 491}});
    return;
  }
  const OwnMedia own = own_media(at, at.session.offer_version + 1, at.session.wanted());
  if (sdp.empty()) {
    // RFC 3261 14.2: an offer of ours in the 2xx, its answer comes with the ACK.
    at.out.record(OfferMade{at.call, own.local, own.version});
    at.out.send(ToDialog{Accept{at.call, make_offer(own)}});
    return;
  }
  const auto answer = answer_offer(sdp, own);
  if (!answer) {
    at.out.send(ToDialog{Refuse{at.call, 488}});
    return;
  }
  at.out.send(ToDialog{Accept{at.call, answer->sdp}});
  change_session(at, answer->agreed, with_remote(at.session.held_by, answer->agreed.peer_holds),
                 own.version);
}

void peer_answers(const CallContext& at, const std::string& sdp) {
  // RFC 3261 13.2.1: a session description in any other ACK is ignored; a missing one ends the
  // call.
  if (!at.session.established() || !at.session.unanswered) return;
  const auto agreed =
      read_answer(sdp, own_media(at, at.session.offer_version, at.session.wanted()));
  if (!agreed) return begin_termination(at, Cause::kMediaFailure, 0);
  change_session(at, *agreed, at.session.held_by, at.session.offer_version);
}

}  // namespace lastcall::core
