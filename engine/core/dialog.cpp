#include "engine/core/dialog.hpp"

#include "engine/core/dialog_auth.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_refer.hpp"
#include "engine/core/dialog_steps.hpp"

#include <algorithm>

namespace lastcall::core {

const Dialog* Leg::find(DialogId id) const {
  const auto it =
      std::find_if(dialogs.begin(), dialogs.end(), [&](const Dialog& d) { return d.id == id; });
  return it == dialogs.end() ? nullptr : &*it;
}

Dialog* Leg::find(DialogId id) {
  return const_cast<Dialog*>(static_cast<const Leg*>(this)->find(id));
}

const OwnRequest* Leg::own_request(TransactionId transaction) const {
  const auto it = std::ranges::find(requests, transaction, &OwnRequest::transaction);
  return it == requests.end() ? nullptr : &*it;
}

const OwnRequest* Leg::own_request(Method method) const {
  const auto it = std::ranges::find(requests, method, &OwnRequest::method);
  return it == requests.end() ? nullptr : &*it;
}

const Dialog* Leg::confirmed() const {
  for (const Dialog& dialog : dialogs) {
    if (dialog.phase == DialogPhase::kMoratorium || dialog.phase == DialogPhase::kEstablished) {
      return &dialog;
    }
  }
  return nullptr;
}

bool Leg::busy() const {
  return own_request(Method::kInvite) != nullptr || own_request(Method::kUpdate) != nullptr ||
         peer_invite || peer_update || accepted;
}

namespace {

using State = DialogLayer::State;

// RFC 3261 13.3.1.4: T1 doubling to T2.
Duration next_interval(const Unacknowledged& accepted) {
  return std::min<Duration>(2 * accepted.interval, limits::kT2);
}

void decide_deadline(const LegContext& at, const DeadlineDue& due) {
  switch (due.deadline.timer) {
    case Timer::kAcceptResend: {
      if (!at.leg.accepted) return;
      const Unacknowledged& accepted = *at.leg.accepted;
      const Instant next =
          std::max(accepted.resend_at + next_interval(accepted), at.context.now + limits::kT1);
      at.out.record(AcceptResent{at.call, accepted.invite.dialog, next});
      at.out.send(ToTransaction{RepeatResponse{at.call, accepted.invite.transaction}});
      return;
    }
    case Timer::kAcceptGiveUp:
      return accept_unacknowledged(at);
    case Timer::kTrying:
      return provisional_due(at);
    case Timer::kReliableResend:
      return resend_provisional(at);
    case Timer::kReliableGiveUp:
      return provisional_unacknowledged(at);
    case Timer::kGlare:
      return collision_due(at);
    case Timer::kRefresh:
      return refresh_due(at);
    case Timer::kExpiry:
      return session_expired(at);
    case Timer::kLinger:
      return forks_due(at);
    case Timer::kSubscription:
      return refer_due(at, TransactionId{due.deadline.owner});
    default:
      // RFC 6665 4.5.2: the dialog ends with the last one that uses it.
      if (!at.leg.refers.empty()) {
        return at.out.record(TombstoneKept{at.call, at.context.now + limits::k64T1});
      }
      return at.out.record(TombstoneEnded{at.call});
  }
}

}  // namespace

void DialogLayer::decide(const State& state, const Input& input, const Context& context,
                         Outbox& out) {
  if (const auto* request = std::get_if<RequestReceived>(&input)) {
    return receive_request(state, *request, context, out);
  }
  if (const auto* call = std::get_if<PlaceCall>(&input)) {
    return place_call(state, *call, context, out);
  }
  if (const auto* judged = std::get_if<CredentialsJudged>(&input)) {
    return receive_judgement(state, *judged, context, out);
  }
  if (const auto* cancel = std::get_if<CancelReceived>(&input)) {
    if (const HeldRequest* held = state.held.find(cancel->invite)) {
      return cancel_held(*held, cancel->invite, context, out);
    }
  }

  const CallId call = std::visit([](const auto& mail) { return CallId{mail.call}; }, input);
  const Leg* leg = state.legs.find(call);
  if (leg == nullptr) {
    const auto* cleanup = std::get_if<BeginCleanup>(&input);
    // A call that ends before any INVITE left has no signalling to end.
    const Referral* referral = state.referrals.find(call);
    const CallId referrer = referral == nullptr ? CallId{} : referral->by;
    if (cleanup) begin_cleanup({call, Leg{.referrer = referrer}, context, out}, cleanup->cause);
    return;
  }
  const LegContext at{call, *leg, context, out};
  match(
      input, [&](const DeadlineDue& m) { decide_deadline(at, m); },
      [&](const RequestSigned& m) { receive_signature(at, m); }, [](const CredentialsJudged&) {},
      [&](const ResponseReceived& m) { receive_response(at, m); },
      [&](const RequestFailed& m) { receive_failure(at, m); },
      [&](const CancelReceived& m) { receive_cancel(at, m); }, [&](const Ring&) { ring(at); },
      [&](const Accept& m) { accept(at, m); }, [&](const Refuse& m) { refuse(at, m); },
      [&](const AnswerOffer& m) { answer_offer_in_ack(at, m); },
      [&](const AnswerUpdate& m) { answer_update(at, m); },
      [&](const Reoffer& m) { reoffer(at, m); }, [&](const Transfer& m) { transfer(state, at, m); },
      [&](const ReferReport& m) { refer_reported(at, m); },
      [&](const BeginCleanup& m) { begin_cleanup(at, m.cause); },
      // Its duties stand in the tombstone already: there is nothing to release by force.
      [](const AbortCleanup&) {}, [](const RequestReceived&) {}, [](const PlaceCall&) {});
}

namespace {

void clear_accepted(State& state, CallId call, Leg& leg) {
  if (!leg.accepted) return;
  state.deadlines.remove({leg.accepted->resend_at, Timer::kAcceptResend, call.value}, call);
  state.deadlines.remove({leg.accepted->gives_up_at, Timer::kAcceptGiveUp, call.value}, call);
  leg.accepted.reset();
}

void set_accepted(State& state, CallId call, Leg& leg, const Unacknowledged& accepted) {
  clear_accepted(state, call, leg);
  leg.accepted = accepted;
  state.deadlines.add({accepted.resend_at, Timer::kAcceptResend, call.value}, call);
  state.deadlines.add({accepted.gives_up_at, Timer::kAcceptGiveUp, call.value}, call);
}

void remember_invite(State& state, CallId call, std::string key) {
  state.invites.put(key, call);
  if (Leg* leg = state.legs.find(call)) leg->invite_key = std::move(key);
}

void apply_leg(State& state, const LegStarted& e) {
  const bool callee = e.role == CallRole::kCallee;
  state.legs.put(e.call, {.role = e.role,
                          .phase = callee ? InvitePhase::kProceeding : InvitePhase::kCalling,
                          .invite = e.invite,
                          .sip_call_id = e.sip_call_id,
                          .local_tag = e.local_tag,
                          .local_uri = e.local_uri,
                          .remote_uri = e.remote_uri,
                          .invite_cseq = e.invite_cseq,
                          .offerless = e.offerless,
                          .local = e.local,
                          .remote = e.remote,
                          .referrer = e.referrer});
  state.referrals.erase(e.call);
  if (!callee) remember_invite(state, e.call, invite_key(e.sip_call_id, e.local_tag, 0));
}

void apply_accept_sent(State& state, Leg& leg, const AcceptSent& e) {
  if (e.transaction == leg.invite) {
    leg.phase = InvitePhase::kAccepted;
    if (Dialog* dialog = leg.find(e.dialog)) dialog->phase = DialogPhase::kMoratorium;
  } else {
    // An accepted re-INVITE refreshes the target (RFC 3261 12.2.2); a refused one does not (I-59).
    if (leg.peer_invite) accept_target(leg, *leg.peer_invite);
    leg.peer_invite.reset();
  }
  stop_provisional(state, e.call, leg);
  set_accepted(state, e.call, leg,
               {{.transaction = e.transaction, .dialog = e.dialog, .cseq = e.cseq},
                limits::kT1,
                e.resend_at,
                e.gives_up_at});
}

void apply_accept_resent(State& state, Leg& leg, const AcceptResent& e) {
  if (!leg.accepted) return;
  Unacknowledged next = *leg.accepted;
  next.interval = next_interval(next);
  next.resend_at = e.resend_at;
  set_accepted(state, e.call, leg, next);
}

// The peer can hold no dialog in Moratorium any more: it was acknowledged, or it never will be.
void establish(State& state, CallId call, Leg& leg, DialogId id) {
  clear_accepted(state, call, leg);
  Dialog* dialog = leg.find(id);
  if (dialog != nullptr && dialog->phase == DialogPhase::kMoratorium) {
    dialog->phase = DialogPhase::kEstablished;
  }
}

void apply_ack_sent(Leg& leg, const AckSent& e) {
  leg.phase = InvitePhase::kAccepted;
  Dialog* dialog = leg.find(e.dialog);
  if (dialog == nullptr) return;
  const bool early = dialog->phase == DialogPhase::kEarly;
  if (early || dialog->owes_answer) dialog->phase = DialogPhase::kEstablished;
  dialog->owes_answer = false;
  dialog->remote_target = e.remote_target;
  dialog->routes = e.routes;
  dialog->destination = e.destination;
  dialog->acks[e.cseq] = e.wire.bytes;
  // Only 2xx whose transactions still live can be repeated; these are the newest.
  constexpr std::size_t kAcksKept = 4;
  if (dialog->acks.size() > kAcksKept) dialog->acks.erase(dialog->acks.begin());
}

void apply_request_sent(Leg& leg, const RequestSent& e) {
  Dialog* dialog = leg.find(e.dialog);
  if (dialog == nullptr) return;
  dialog->local_cseq = e.cseq;
  leg.requests.push_back(
      {.transaction = e.transaction, .dialog = e.dialog, .method = e.method, .cseq = e.cseq});
  if (e.method == Method::kBye) {
    dialog->phase = DialogPhase::kMortal;
    leg.duties.insert(Duty::kByeFinal);
  }
}

void forget_refused(Leg& leg, TransactionId transaction) {
  std::erase_if(leg.refused,
                [&](const RefusedRequest& each) { return each.transaction == transaction; });
}

// Each target has its own tries.
void redirect(Leg& leg, const RequestMended& e) {
  if (e.target.empty()) return;
  leg.invite_tries = 1;
  leg.remote = e.destination;
  leg.redirections.tried.push_back(e.target);
  leg.redirections.left = e.targets;
}

void apply_request_mended(State& state, Leg& leg, const RequestMended& e) {
  forget_refused(leg, e.refused);
  follow_mended(state, leg, e);
  if (e.refused == leg.invite) {
    leg.invite = e.transaction;
    leg.invite_cseq = e.cseq;
    leg.invite_credentials = e.credentials;
    leg.phase = InvitePhase::kCalling;  // the new one has no provisional response yet
    leg.dialogs.clear();                // RFC 3261 13.2.2.3
    ++leg.invite_tries;
    return redirect(leg, e);
  }
  const auto own = std::ranges::find(leg.requests, e.refused, &OwnRequest::transaction);
  if (own == leg.requests.end()) return;
  own->transaction = e.transaction;
  own->cseq = e.cseq;
  own->credentials = e.credentials;
  ++own->tries;
  if (Dialog* dialog = leg.find(own->dialog)) dialog->local_cseq = e.cseq;
}

void apply_request_finished(Leg& leg, const RequestFinished& e) {
  forget_refused(leg, e.transaction);
  std::erase_if(leg.requests,
                [&](const OwnRequest& own) { return own.transaction == e.transaction; });
  for (Refer& refer : leg.refers) {
    if (refer.notify == e.transaction) refer.notify = {};
  }
  if (e.method == Method::kInvite && e.status != 491) leg.collided = false;
}

void apply_request_accepted(State& state, Leg& leg, const RequestAccepted& e) {
  Dialog* dialog = leg.find(e.dialog);
  if (dialog == nullptr) return;
  dialog->remote_cseq = std::max(dialog->remote_cseq, e.cseq);
  if (e.method == Method::kBye) {
    dialog->phase = DialogPhase::kMortal;
    dialog->ended_by_peer = true;
    if (leg.accepted && leg.accepted->invite.dialog == e.dialog) {
      clear_accepted(state, e.call, leg);
    }
  } else if (e.method == Method::kInvite) {
    leg.peer_invite = PendingRequest{e.transaction, e.dialog, e.cseq, e.remote_target};
  } else if (e.method == Method::kUpdate) {
    leg.peer_update = PendingRequest{e.transaction, e.dialog, e.cseq, e.remote_target};
  } else if (!e.remote_target.empty()) {  // RFC 6665 4.4.1, RFC 3515: it was accepted at once
    move_target(*dialog, e.remote_target);
  }
}

void apply_dialog_started(State& state, Leg& leg, const DialogStarted& e) {
  leg.dialogs.push_back({.id = e.dialog,
                         .remote_tag = e.remote_tag,
                         .remote_target = e.remote_target,
                         .routes = e.routes,
                         .local_cseq = leg.invite_cseq,
                         .remote_cseq = e.remote_cseq,
                         .destination = e.destination});
  if (leg.role == CallRole::kCaller) return;
  leg.peer_cseq = e.remote_cseq;
  remember_invite(state, e.call, invite_key(leg.sip_call_id, e.remote_tag, e.remote_cseq));
}

void apply_invite_refused(State& state, Leg& leg, const InviteRefused& e) {
  if (e.transaction == leg.invite) {
    leg.phase = InvitePhase::kFailed;
    stop_provisional(state, e.call, leg);
  }
  if (leg.peer_invite && leg.peer_invite->transaction == e.transaction) leg.peer_invite.reset();
}

void apply_duties(State& state, const DutiesTaken& e) {
  Leg* leg = state.legs.find(e.call);
  if (leg == nullptr) leg = &state.legs.put(e.call, {});
  e.duties.for_each([&](Duty duty) { leg->duties.insert(duty); });
  leg->until = e.until;
  stop_extensions(state, e.call, *leg);
  state.referrals.erase(e.call);
  state.deadlines.add({e.until, Timer::kTombstone, e.call.value}, e.call);
}

void apply_tombstone_ended(State& state, const TombstoneEnded& e) {
  Leg* leg = state.legs.find(e.call);
  if (leg == nullptr) return;
  clear_accepted(state, e.call, *leg);
  stop_extensions(state, e.call, *leg);
  state.invites.erase(leg->invite_key);
  if (leg->until) state.deadlines.remove({*leg->until, Timer::kTombstone, e.call.value}, e.call);
  state.legs.erase(e.call);
}

// Events that change an existing leg.
void apply_to_leg(State& state, Leg& leg, const DialogEvent& event) {
  match(
      event, [&](const InviteProceeding&) { leg.phase = InvitePhase::kProceeding; },
      [&](const DialogStarted& e) { apply_dialog_started(state, leg, e); },
      [&](const AcceptSent& e) { apply_accept_sent(state, leg, e); },
      [&](const AcceptResent& e) { apply_accept_resent(state, leg, e); },
      [&](const AckReceived& e) { establish(state, e.call, leg, e.dialog); },
      [&](const AcceptUnacknowledged& e) { establish(state, e.call, leg, e.dialog); },
      [&](const AckSent& e) { apply_ack_sent(leg, e); },
      [&](const RequestSent& e) { apply_request_sent(leg, e); },
      [&](const RequestChallenged& e) {
        leg.challenges = e.challenges;
        leg.refused.push_back({e.transaction, e.wire.bytes});
      },
      [&](const RequestMended& e) { apply_request_mended(state, leg, e); },
      [](const RequestHeld&) {}, [](const RequestJudged&) {},
      [&](const RequestFinished& e) { apply_request_finished(leg, e); },
      [&](const RequestAccepted& e) { apply_request_accepted(state, leg, e); },
      [&](const InviteRefused& e) { apply_invite_refused(state, leg, e); },
      [&](const InviteFailed&) {
        forget_refused(leg, leg.invite);
        leg.phase = InvitePhase::kFailed;
        for (Dialog& dialog : leg.dialogs) dialog.phase = DialogPhase::kMortal;
      },
      [&](const PeerLearned& e) { apply_to(state, leg, e); },
      [&](const PeerDescribed& e) { apply_to(state, leg, e); },
      [&](const EarlyDialogEnded& e) { apply_to(state, leg, e); },
      [&](const ForksSettling& e) { apply_to(state, leg, e); },
      [&](const ForksEnded& e) { apply_to(state, leg, e); },
      [&](const OfferReceived& e) { apply_to(state, leg, e); },
      [&](const ReliableReceived& e) { apply_to(state, leg, e); },
      [&](const ProvisionalSent& e) { apply_to(state, leg, e); },
      [&](const ProvisionalPostponed& e) { apply_to(state, leg, e); },
      [&](const ProvisionalResent& e) { apply_to(state, leg, e); },
      [&](const ProvisionalAcknowledged& e) { apply_to(state, leg, e); },
      [&](const RequestRefused& e) { apply_to(state, leg, e); },
      [&](const UpdateAnswered& e) { apply_to(state, leg, e); },
      [&](const TargetRefreshed& e) { apply_to(state, leg, e); },
      [&](const CollisionMet& e) { apply_to(state, leg, e); },
      [&](const CollisionOver& e) { apply_to(state, leg, e); },
      [&](const MinSeLearned& e) { apply_to(state, leg, e); },
      [&](const TimerOffered& e) { apply_to(state, leg, e); },
      [&](const SessionTimerSet& e) { apply_to(state, leg, e); },
      [&](const SessionTimerStopped& e) { apply_to(state, leg, e); },
      [&](const RefreshStarted& e) { apply_to(state, leg, e); },
      [&](const RefreshPostponed& e) { apply_to(state, leg, e); },
      [&](const DutyDone& e) { leg.duties.erase(e.duty); }, [](const LegStarted&) {},
      [](const DutiesTaken&) {}, [](const TombstoneEnded&) {},
      [&](const ReferTaken& e) { apply_to(state, leg, e); },
      [&](const ReferProgressed& e) { apply_to(state, leg, e); },
      [&](const ReferTold& e) { apply_to(state, leg, e); },
      [&](const ReferSent& e) { apply_to(state, leg, e); },
      [&](const ReferHeard& e) { apply_to(state, leg, e); },
      [&](const ReferEnded& e) { apply_to(state, leg, e); },
      [&](const TombstoneKept& e) { apply_to(state, leg, e); });
}

}  // namespace

void DialogLayer::apply(State& state, const Event& event) {
  if (const auto* e = std::get_if<LegStarted>(&event)) return apply_leg(state, *e);
  if (const auto* e = std::get_if<DutiesTaken>(&event)) return apply_duties(state, *e);
  if (const auto* e = std::get_if<TombstoneEnded>(&event)) return apply_tombstone_ended(state, *e);
  if (const auto* e = std::get_if<RequestHeld>(&event)) {
    state.held.put(e->transaction, {e->call, e->source, e->local, e->wire.bytes});
    return;
  }
  if (const auto* e = std::get_if<RequestJudged>(&event)) {
    state.held.erase(e->transaction);
    return;
  }
  const CallId call = std::visit([](const auto& e) { return CallId{e.call}; }, event);
  if (Leg* leg = state.legs.find(call)) apply_to_leg(state, *leg, event);
}

}  // namespace lastcall::core
