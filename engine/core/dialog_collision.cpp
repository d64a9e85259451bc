#include "engine/core/dialog_extensions.hpp"

namespace lastcall::core {

void meet_collision(const LegContext& at, const Dialog& dialog, bool sent) {
  at.out.send(ToSession{OfferDeferred{at.call, sent}});
  if (at.leg.retry_at) return;  // one wait at a time
  // RFC 3261 14.1: the owner of the Call-ID, who placed the call, waits longer, so that the two
  // sides do not meet again.
  const bool owner = at.leg.role == CallRole::kCaller;
  const Duration wait = at.context.draws.collision_wait(dialog.id, dialog.local_cseq, owner);
  at.out.record(CollisionMet{at.call, sent, at.context.now + wait});
}

void collision_due(const LegContext& at) {
  at.out.record(CollisionOver{at.call});
  if (over(at)) return;
  at.out.send(ToSession{OfferDue{at.call, at.leg.timer.refreshing}});
}

void apply_to(DialogLayer::State& state, Leg& leg, const CollisionMet& e) {
  leg.collided |= e.sent;
  set_deadline(state, {{}, Timer::kGlare, e.call.value}, leg.retry_at, e.retry_at);
}

void apply_to(DialogLayer::State& state, Leg& leg, const CollisionOver& e) {
  set_deadline(state, {{}, Timer::kGlare, e.call.value}, leg.retry_at, std::nullopt);
}

}  // namespace lastcall::core
