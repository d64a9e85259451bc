#include "engine/core/session_steps.hpp"

#include <utility>

namespace lastcall::core {
namespace {

// What an offer of the peer gets: 200 with our description, or a refusal.
struct Reply {
  int status = 0;
  std::string sdp = {};
};

Reply offer_in_answer(const CallContext& at, bool holds) {
  std::string sdp = make_full_offer(own_media(at, holds));
  at.out.record(OfferMade{at.call, at.session.local_media, sdp, holds, true});
  return {200, std::move(sdp)};
}

// An offer while the call is up; without one the peer asks for ours (RFC 3261 14.2).
Reply take_offer(const CallContext& at, const std::string& sdp) {
  // RFC 5407 3.1.5, RFC 3311 5.2: the answer to our own offer must come first (RACES C-03).
  if (at.session.unanswered) return {491};
  const bool holds = at.session.wants_hold();
  if (sdp.empty()) return offer_in_answer(at, holds);
  auto answer = answer_offer(sdp, own_media(at, holds));
  if (!answer) return {488};
  const HoldSides ours = with(at.session.held_by, HoldSide::kLocal, holds);
  change_session(at, answer->agreed, with(ours, HoldSide::kRemote, answer->agreed.peer_holds),
                 answer->sdp);
  // The answer says that we hold: what waited for an offer of ours is done (RFC 6337 5.3).
  const auto& operation = at.session.operation;
  if (operation && operation->op == Op::kHold) finish(at, *operation, OpResult::kOk);
  return {200, std::move(answer->sdp)};
}

// RFC 3311 5.2, before the call is connected: only the callee of a settled answer may change it.
Reply take_early_offer(const CallContext& at, const std::string& sdp) {
  if (at.session.unanswered) return {491};
  if (!at.session.calling() || at.session.description.empty()) return {500};
  auto answer = answer_offer(sdp, own_media(at, false));
  if (!answer) return {488};
  const Agreed& agreed = answer->agreed;
  if (receives(agreed.direction)) choose_ring_back(at, RingBack::kPeer);
  at.out.record(EarlyMediaAgreed{.call = at.call,
                                 .remote_media = agreed.remote,
                                 .direction = agreed.direction,
                                 .payload_type = agreed.payload_type,
                                 .settled = true,
                                 .sdp = answer->sdp});
  at.out.send(ToMedia{AimStream{at.call, agreed.remote, agreed.direction, agreed.payload_type}});
  return {200, std::move(answer->sdp)};
}

}  // namespace

void peer_reoffers(const CallContext& at, const std::string& sdp) {
  if (!at.session.established()) return;
  Reply reply = take_offer(at, sdp);
  if (reply.status != 200) return at.out.send(ToDialog{Refuse{at.call, reply.status}});
  at.out.send(ToDialog{Accept{at.call, std::move(reply.sdp)}});
}

void peer_updates(const CallContext& at, const std::string& sdp) {
  if (at.session.cleanup) return;  // no step of offer and answer in an ending call
  Reply reply = at.session.established() ? take_offer(at, sdp) : take_early_offer(at, sdp);
  at.out.send(ToDialog{AnswerUpdate{at.call, reply.status, std::move(reply.sdp), sdp}});
}

}  // namespace lastcall::core
