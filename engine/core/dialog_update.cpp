#include "engine/core/dialog_extensions.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::core {
namespace {

// What a 2xx to the peer's UPDATE says.
struct Grant {
  SessionTerms terms;
  Abilities peer_can;
  std::string sdp = {};
};

void accept_update(const LegContext& at, TransactionId transaction, const Grant& grant) {
  at.out.record(UpdateAnswered{at.call, transaction, 200});
  start_timer(at, grant.terms);
  answer_forming_dialog(at, transaction,
                        {.status = 200,
                         .sdp = grant.sdp,
                         .lines = accepted_timer_lines(grant.terms, grant.peer_can)});
}

// Why an UPDATE is not even looked at: 0 if it is. RFC 3311 5.2: an offer while ours is out gets
// 491, a second one while we owe an answer 500.
int overlap_of(const Leg& leg, bool offers) {
  if (leg.peer_update) return 500;
  if (!offers) return 0;
  if (leg.own_request(Method::kInvite) != nullptr) return 491;
  return leg.peer_invite ? 500 : 0;
}

// The dialog's own copy of its peer's target, moved by the 2xx to a request of ours unless a
// request of the peer moved it since (RFC 6141 4.6).
void refresh_from(const LegContext& at, const Outcome& outcome) {
  const std::string target = contact_uri(*outcome.response);
  if (target.empty() || outcome.request.overtaken) return;
  at.out.record(TargetRefreshed{at.call, outcome.request.dialog, target});
}

}  // namespace

void receive_update(const InDialog& in) {
  const LegContext& at = in.at;
  const SipMessage& update = in.request.message;
  std::string sdp = sdp_of(update);
  const int overlap = overlap_of(at.leg, !sdp.empty());
  if (overlap == 500) return in.refuse_overlapping();
  if (overlap != 0) return in.refuse({overlap});
  Rejection why = inspect_inside(update);
  if (!why) why = inspect_extensions(update, at.context.config);
  if (why) return in.refuse(std::move(why));

  learn_peer(at, update);
  in.take(Refresh::kTarget);
  // It is answered at once: no user is ever asked, which RFC 3311 5.2 has a 504 for.
  if (sdp.empty()) {
    return accept_update(at, in.request.transaction,
                         {.terms = terms_for(update, at.leg.timer, at.context.config),
                          .peer_can = abilities_of(update, at.leg.peer_can)});
  }
  offer_timer(at, update);
  at.out.send(ToSession{PeerUpdated{at.call, std::move(sdp)}});
}

void answer_update(const LegContext& at, const AnswerUpdate& answer) {
  if (at.leg.ending() || !at.leg.peer_update) return;
  const PendingRequest& update = *at.leg.peer_update;
  if (answer.status >= 300) {
    at.out.record(UpdateAnswered{at.call, update.transaction, answer.status});
    const bool later = answer.status == 500;
    return core::answer(
        at, update.transaction,
        later ? overlapping(at.context.draws, update.transaction) : Rejection{answer.status});
  }
  // A 2xx to our INVITE that brings no other description finds this one.
  if (at.leg.phase < InvitePhase::kAccepted) {
    at.out.record(PeerDescribed{at.call, update.dialog, answer.offer});
  }
  accept_update(at, update.transaction,
                {.terms = at.leg.timer.offered, .peer_can = at.leg.peer_can, .sdp = answer.sdp});
}

void update_finished(const LegContext& at, const Outcome& outcome) {
  if (at.leg.ending()) return;
  const int status = outcome.status;
  if (status < 300) {
    refresh_from(at, outcome);
    return timer_answered(at, *outcome.response);
  }
  if (status == 405 || status == 501) {
    // It said that it knows UPDATE, and does not: a re-INVITE does as well.
    at.out.record(PeerLearned{at.call, at.leg.peer_can.without({Ability::kUpdate})});
    return at.out.send(ToSession{OfferDue{at.call, true}});
  }
  if (ends_usage(status)) {
    return at.out.send(ToSession{CallLost{at.call, Cause::kSessionExpired, status}});
  }
  if (const auto min_se = wanted_min_se(at, outcome)) {
    at.out.record(MinSeLearned{at.call, *min_se});
    return at.out.record(RefreshPostponed{at.call, at.context.now});
  }
  refresh_refused(at);
}

void move_target(Dialog& dialog, const std::string& target) {
  if (target.empty()) return;
  dialog.remote_target = target;
  dialog.destination = destination_of(dialog.routes, target, dialog.destination);
}

void apply_to(DialogLayer::State&, Leg& leg, const RequestRefused& e) {
  Dialog* dialog = leg.find(e.dialog);
  if (dialog != nullptr) dialog->remote_cseq = std::max(dialog->remote_cseq, e.cseq);
}

void apply_to(DialogLayer::State&, Leg& leg, const UpdateAnswered& e) {
  if (!leg.peer_update || leg.peer_update->transaction != e.transaction) return;
  if (e.status < 300) accept_target(leg, *leg.peer_update);
  leg.peer_update.reset();
}

void apply_to(DialogLayer::State&, Leg& leg, const TargetRefreshed& e) {
  if (Dialog* dialog = leg.find(e.dialog)) move_target(*dialog, e.remote_target);
}

void accept_target(Leg& leg, const PendingRequest& request) {
  Dialog* dialog = leg.find(request.dialog);
  if (dialog == nullptr || request.remote_target.empty()) return;
  move_target(*dialog, request.remote_target);
  for (OwnRequest& own : leg.requests) own.overtaken |= own.dialog == request.dialog;
}

}  // namespace lastcall::core
