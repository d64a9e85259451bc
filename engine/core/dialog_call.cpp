#include "engine/core/addresses.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

namespace lastcall::core {

void place_call(const DialogLayer::State& state, const PlaceCall& call, const Context& context,
                Outbox& out) {
  // It was hung up while this order was on its way: nothing has left, and nothing will.
  const Found found = context.directory.find(call.call).found;
  if (found == Found::kEnding || found == Found::kEnded) return;
  const std::string target = request_uri_of(call.target);
  if (!sip::parse_uri(target)) {
    out.send(ToSession{CallLost{call.call, Cause::kTransportFailure, 503}});
    return;
  }
  const std::string hop = first_hop(context.config, target);
  const Referral* referral = state.referrals.find(call.call);
  LegStarted leg{.call = call.call,
                 .role = CallRole::kCaller,
                 .sip_call_id = context.draws.sip_call_id(call.call),
                 .local_tag = context.draws.local_tag(call.call),
                 .local_uri = "<" + address_of_record(context.config) + ">",
                 .remote_uri = "<" + target + ">",
                 .invite_cseq = context.draws.next_cseq(call.call, {}, Method::kInvite, 0),
                 .remote = numeric_endpoint(hop),
                 .offerless = call.sdp.empty(),
                 .referrer = referral == nullptr ? CallId{} : referral->by};
  const std::string branch = context.draws.branch(call.call, {}, Method::kInvite, leg.invite_cseq);
  leg.invite = context.draws.client_transaction(branch, Method::kInvite);
  const Outgoing outgoing{.method = Method::kInvite,
                          .lines = referral == nullptr ? std::string{} : referral->lines,
                          .body = call.sdp};
  out.send(ToTransaction{SendRequest{.call = call.call,
                                     .transaction = leg.invite,
                                     .method = Method::kInvite,
                                     .destination = leg.remote,
                                     .local = {},
                                     .request = compose_invite(leg, context, target, outgoing),
                                     .next_hop = hop}});
  out.record(std::move(leg));
}

void ring(const LegContext& at) {
  if (at.leg.ending() || at.leg.phase >= InvitePhase::kAccepted) return;
  if (at.leg.dialogs.empty() || at.leg.dialogs.front().phase == DialogPhase::kMortal) return;
  send_provisional(at);
}

void accept(const LegContext& at, const Accept& accept) {
  if (at.leg.ending() || at.leg.dialogs.empty()) return;
  // The first INVITE, unless it is done: then the peer's re-INVITE, unless that was cancelled.
  const Dialog& first = at.leg.dialogs.front();
  PendingRequest invite{.transaction = at.leg.invite, .dialog = first.id, .cseq = at.leg.peer_cseq};
  if (at.leg.phase >= InvitePhase::kAccepted) {
    if (!at.leg.peer_invite) return;
    invite = *at.leg.peer_invite;
  } else if (first.phase == DialogPhase::kMortal) {
    return;  // a BYE came first: the INVITE gets its 487 with the ending (RFC 3261 15.1.2)
  }
  const Instant now = at.context.now;
  at.out.record(AcceptSent{.call = at.call,
                           .dialog = invite.dialog,
                           .transaction = invite.transaction,
                           .cseq = invite.cseq,
                           .resend_at = now + limits::kT1,
                           .gives_up_at = now + limits::k64T1});
  const SessionTerms& terms = at.leg.timer.offered;
  start_timer(at, terms);
  answer_forming_dialog(
      at, invite.transaction,
      {.status = 200, .sdp = accept.sdp, .lines = accepted_timer_lines(terms, at.leg.peer_can)});
}

void refuse(const LegContext& at, const Refuse& refusal) {
  if (at.leg.ending() || at.leg.dialogs.empty()) return;
  const bool first = at.leg.role == CallRole::kCallee && at.leg.phase < InvitePhase::kAccepted;
  if (!first && !at.leg.peer_invite) return;
  if (first && at.leg.dialogs.front().phase == DialogPhase::kMortal) return;  // a BYE came first
  const TransactionId invite = first ? at.leg.invite : at.leg.peer_invite->transaction;
  if (refusal.target.empty()) {
    answer(at, invite, refusal.status);
  } else {  // RFC 3261 21.3: where else the user may be reached
    const std::string contact = "<" + request_uri_of(refusal.target) + ">";
    answer(at, invite, {refusal.status, sip::header_line(Header::kContact, contact)});
  }
  at.out.record(InviteRefused{at.call, invite, refusal.status});
}

void reoffer(const LegContext& at, const Reoffer& offer) {
  if (at.leg.ending()) return;
  const Dialog* dialog = at.leg.confirmed();
  if (dialog == nullptr) return at.out.send(ToSession{PeerRefused{at.call, 491}});
  if (at.leg.busy()) return meet_collision(at, *dialog, false);
  send_in_dialog(at, *dialog, {.method = Method::kInvite, .body = offer.sdp});
}

}  // namespace lastcall::core
