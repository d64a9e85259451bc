#include "engine/core/offer_answer.hpp"
#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"

namespace lastcall::core {
namespace {

OwnMedia own_media(const CallContext& at, const Endpoint& local) {
  return {.local = local,
          .session_id = at.context.draws.sdp_session(at.call),
          .version = at.session.offer_version + 1,
          .wanted = at.session.wanted()};
}

void start_call(CallStarted started, const Context& context, Outbox& out) {
  started.session = context.draws.session(started.call);
  started.rings_until = context.now + context.config.ring_timeout;
  out.record(std::move(started));
}

// Callee: the user has answered and our port is open: 200, with the answer or an offer of ours.
void accept_call(const CallContext& at, const Endpoint& local) {
  const OwnMedia own = own_media(at, local);
  const bool offered = !at.session.offer.empty();
  const std::optional<Answer> answer = offered ? answer_offer(at.session.offer, own) : std::nullopt;
  if (offered && !answer) return begin_termination(at, Cause::kMediaFailure, 488);

  // Without an offer from the peer the ACK will tell where to send to (RFC 3261 13.2.1).
  const Agreed agreed = answer ? answer->agreed : Agreed{.remote = {}, .direction = own.wanted};
  at.out.record(CallConnected{.call = at.call,
                              .local_media = local,
                              .remote_media = agreed.remote,
                              .direction = agreed.direction,
                              .payload_type = agreed.payload_type,
                              .offer_version = own.version});
  at.out.send(ToDialog{Accept{at.call, answer ? answer->sdp : make_offer(own)}});
  at.out.send(ToMedia{AimStream{at.call, agreed.remote, agreed.direction, agreed.payload_type}});
  finish(at, *at.session.operation, OpResult::kOk);
  at.out.send(ToClient{CallProgressed{at.call, CallState::kConnected}});
}

}  // namespace

void take_offered_call(const CallOffered& offered, const Context& context, Outbox& out) {
  start_call({.call = offered.call,
              .session = {},
              .role = CallRole::kCallee,
              .peer = offered.peer,
              .offer = offered.sdp,
              .rings_until = {}},
             context, out);
  out.send(ToDialog{Ring{offered.call}});
  out.send(ToClient{CallArrived{offered.call, offered.peer}});
}

void place_wished_call(const Operate& wish, const Context& context, Outbox& out) {
  start_call({.call = wish.call,
              .session = {},
              .role = CallRole::kCaller,
              .peer = wish.target,
              .offer = {},
              .rings_until = {}},
             context, out);
  out.send(ToMedia{OpenStream{wish.call}});
  out.send(ToClient{OperationDone{wish.call, wish.command, Op::kCall, OpResult::kOk}});
}

void stream_ready(const CallContext& at, const Endpoint& local) {
  if (at.session.state == CallState::kInitiating && at.session.offer_version == 0) {
    const OwnMedia own = own_media(at, local);
    at.out.record(OfferMade{at.call, local, own.version});
    at.out.send(ToDialog{PlaceCall{at.call, at.session.peer, make_offer(own)}});
    return;
  }
  const auto& operation = at.session.operation;
  const bool answering = operation && operation->op == Op::kAnswer;
  if (at.session.state == CallState::kRinging && answering) accept_call(at, local);
}

void peer_rings(const CallContext& at) {
  if (at.session.state != CallState::kInitiating) return;
  at.out.record(CallRinging{at.call});
  at.out.send(ToClient{CallProgressed{at.call, CallState::kRinging}});
}

}  // namespace lastcall::core
