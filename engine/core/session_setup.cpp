#include "engine/core/session_steps.hpp"
#include "engine/core/termination.hpp"

#include <utility>

namespace lastcall::core {
namespace {

void start_call(CallStarted started, const Context& context, Outbox& out) {
  started.session = context.draws.session(started.call);
  started.rings_until = context.now + context.config.ring_timeout;
  out.record(std::move(started));
}

// Both sides have agreed on the first session.
void connect(const CallContext& at, const Endpoint& local, const Agreed& agreed, std::string sdp) {
  at.out.record(CallConnected{.call = at.call,
                              .local_media = local,
                              .remote_media = agreed.remote,
                              .direction = agreed.direction,
                              .payload_type = agreed.payload_type,
                              .sdp = std::move(sdp)});
  at.out.send(ToMedia{AimStream{at.call, agreed.remote, agreed.direction, agreed.payload_type}});
  at.out.send(ToClient{CallProgressed{at.call, CallState::kConnected}});
}

// Callee: the user has answered and our port is open: 200, with the answer or an offer of ours.
void accept_call(const CallContext& at, const Endpoint& local) {
  OwnMedia own = own_media(at, false);
  own.local = local;
  const bool offered = !at.session.offer.empty();
  const std::optional<Answer> answer = offered ? answer_offer(at.session.offer, own) : std::nullopt;
  if (offered && !answer) return begin_termination(at, Cause::kMediaFailure, 488);

  // Without an offer from the peer the ACK will tell where to send to (RFC 3261 13.2.1).
  const Agreed agreed = answer ? answer->agreed : Agreed{.remote = {}, .direction = own.wanted};
  const std::string sdp = answer ? answer->sdp : make_full_offer(own);
  at.out.send(ToDialog{Accept{at.call, sdp}});
  connect(at, local, agreed, sdp);
  if (at.session.operation) finish(at, *at.session.operation, OpResult::kOk);
  // Only now that this call is up may the other one go.
  if (at.session.replaces) {
    at.out.send(ToSession{CallLost{at.session.replaces, Cause::kReplaced, 0}});
  }
}

void place_call(const CallContext& at, const Endpoint& local) {
  OwnMedia own = own_media(at, false);
  own.local = local;
  std::string offer = at.context.config.delayed_offer ? std::string{} : make_full_offer(own);
  at.out.record(OfferMade{.call = at.call, .local_media = local, .sdp = offer});
  at.out.send(ToDialog{PlaceCall{at.call, at.session.peer, std::move(offer)}});
}

// The peer's 2xx made the offer: its ACK answers, even an offer that we cannot take, which then
// ends the call (RFC 3261 13.2.2.4).
void answer_in_ack(const CallContext& at, const std::string& offer) {
  auto answer = answer_offer(offer, own_media(at, false));
  if (!answer || answer->agreed.off) {
    at.out.send(ToDialog{AnswerOffer{at.call, {}}});
    return begin_termination(at, Cause::kMediaFailure, 488);
  }
  at.out.send(ToDialog{AnswerOffer{at.call, answer->sdp}});
  connect(at, at.session.local_media, answer->agreed, std::move(answer->sdp));
}

// RFC 3960 3.2: no ring-back before a 180, and none of ours once the other side is heard.
RingBack ring_back_after(const Session& session, const PeerRinging& ringing, bool hears_peer) {
  if (hears_peer || session.ring_back == RingBack::kPeer) return RingBack::kPeer;
  return ringing.alerting ? RingBack::kOwn : session.ring_back;
}

}  // namespace

void take_offered_call(const CallOffered& offered, const Context& context, Outbox& out) {
  start_call({.call = offered.call,
              .session = {},
              .role = CallRole::kCallee,
              .peer = offered.peer,
              .offer = offered.sdp,
              .rings_until = {},
              .replaces = offered.replaces},
             context, out);
  if (offered.replaces) {
    // RFC 3891 3: the user has answered this peer already, in the call that it replaces.
    out.send(ToMedia{OpenStream{offered.call}});
    out.send(ToClient{CallJoined{offered.call, CallState::kRinging, offered.peer}});
    return;
  }
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

void place_referred_call(const PlaceReferred& referred, const Context& context, Outbox& out) {
  start_call({.call = referred.call,
              .session = {},
              .role = CallRole::kCaller,
              .peer = referred.target,
              .offer = {},
              .rings_until = {}},
             context, out);
  out.send(ToMedia{OpenStream{referred.call}});
  out.send(ToClient{CallJoined{referred.call, CallState::kInitiating, referred.target}});
}

void stream_ready(const CallContext& at, const Endpoint& local) {
  const bool placed = !at.session.local_media.host.empty();
  if (at.session.state == CallState::kInitiating && !placed) return place_call(at, local);
  const auto& operation = at.session.operation;
  const bool answering = at.session.replaces || (operation && operation->op == Op::kAnswer);
  if (at.session.state == CallState::kRinging && answering) accept_call(at, local);
}

void peer_rings(const CallContext& at, const PeerRinging& ringing) {
  if (!at.session.calling()) return;
  const bool begins = at.session.state == CallState::kInitiating;
  if (begins) at.out.record(CallRinging{at.call});
  const bool described = !ringing.sdp.empty() && !at.session.description.empty();
  const auto agreed = described ? read_answer(ringing.sdp, own_media(at, false)) : std::nullopt;
  const bool agrees = agreed && !agreed->off;
  const RingBack ring_back =
      ring_back_after(at.session, ringing, agrees && receives(agreed->direction));
  if (begins && ring_back == at.session.ring_back) {
    at.out.send(ToClient{CallProgressed{at.call, CallState::kRinging, ring_back}});
  }
  choose_ring_back(at, ring_back);
  if (!agrees) return;
  // What the newest fork says is heard until one of them answers the call.
  at.out.record(EarlyMediaAgreed{.call = at.call,
                                 .remote_media = agreed->remote,
                                 .direction = agreed->direction,
                                 .payload_type = agreed->payload_type,
                                 .settled = ringing.settled});
  at.out.send(ToMedia{AimStream{at.call, agreed->remote, agreed->direction, agreed->payload_type}});
}

void choose_ring_back(const CallContext& at, RingBack ring_back) {
  if (ring_back == at.session.ring_back) return;
  at.out.record(RingBackChosen{at.call, ring_back});
  at.out.send(ToClient{CallProgressed{at.call, CallState::kRinging, ring_back}});
}

void connect_as_caller(const CallContext& at, const std::string& sdp) {
  if (at.session.description.empty()) return answer_in_ack(at, sdp);
  const auto agreed = read_answer(sdp, own_media(at, false));
  if (!agreed || agreed->off) return begin_termination(at, Cause::kMediaFailure, 0);
  connect(at, at.session.local_media, *agreed, at.session.description);
}

}  // namespace lastcall::core
