#include "engine/core/dialog_again.hpp"
#include "engine/core/dialog_auth.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_refer.hpp"
#include "engine/core/dialog_steps.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::core {
namespace {

// The 2xx that makes the call: what it says of the peer and of the session.
void take_accept(const LegContext& at, const Dialog& dialog, const SipMessage& response) {
  report(at, response.status());
  learn_peer(at, response);
  settle_forks(at, dialog.id);
  timer_answered(at, response);
  if (at.leg.offerless) return receive_offer(at, dialog, response);
  acknowledge(at, dialog, {response.cseq()});
  // The first description in any response was the answer (RFC 3261 13.2.1).
  std::string sdp = dialog.remote_sdp.empty() ? sdp_of(response) : dialog.remote_sdp;
  at.out.send(ToSession{PeerAccepted{at.call, std::move(sdp)}});
}

// A 2xx to the first INVITE: acknowledged whatever the state of the call (RACES I-29).
void receive_accept(const LegContext& at, const SipMessage& response) {
  const Dialog* known = at.leg.find(dialog_of(at, response));
  const bool repeated = known != nullptr && known->acks.contains(response.cseq());
  if (repeated) return acknowledge(at, *known, {response.cseq()});
  if (known != nullptr && known->owes_answer) return;  // its ACK is on its way
  if (known == nullptr && at.leg.dialogs.size() >= limits::kForksMax) return;

  const Dialog dialog = described(at, response, known);
  const bool wanted = !at.leg.ending() && at.leg.confirmed() == nullptr &&
                      (known == nullptr || known->phase != DialogPhase::kMortal);
  if (known == nullptr) start_dialog(at, dialog);
  if (wanted) return take_accept(at, dialog, response);
  if (at.leg.offerless) {
    decline_offer(at, dialog, sdp_of(response));
  } else {
    acknowledge(at, dialog, {response.cseq()});
  }
  // It crossed our CANCEL, or is one fork too many: end it at once (RFC 3261 13.2.2.4, 15). A
  // dialog that the peer has already ended with a BYE needs none. Nor is there anything left to
  // cancel, should a provisional response come behind it (9.1).
  duty_done(at, Duty::kByeOnAccept);
  duty_done(at, Duty::kCancelOnProvisional);
  if (known == nullptr || !known->ended_by_peer) send_bye(at, dialog);
}

}  // namespace

void invite_failed(const LegContext& at, Cause cause, int status) {
  at.out.record(InviteFailed{at.call, status});
  duty_done(at, Duty::kCancelOnProvisional);
  duty_done(at, Duty::kByeOnAccept);
  if (at.leg.ending()) return;
  report(at, status);
  at.out.send(ToSession{CallLost{at.call, cause, status}});
}

std::string called_uri(const Leg& leg) {
  return leg.remote_uri.substr(1, leg.remote_uri.size() - 2);  // without <>
}

void start_dialog(const LegContext& at, const Dialog& dialog) {
  at.out.record(DialogStarted{.call = at.call,
                              .dialog = dialog.id,
                              .remote_tag = dialog.remote_tag,
                              .remote_target = dialog.remote_target,
                              .routes = dialog.routes,
                              .destination = dialog.destination});
}

DialogId dialog_of(const LegContext& at, const SipMessage& response) {
  return at.context.draws.dialog(at.leg.sip_call_id, at.leg.local_tag, response.to_tag());
}

Dialog described(const LegContext& at, const SipMessage& response, const Dialog* known) {
  Dialog dialog;
  dialog.id = dialog_of(at, response);
  dialog.local_cseq = at.leg.invite_cseq;
  dialog.remote_tag = response.to_tag();
  dialog.remote_target = contact_uri(response);
  dialog.routes = record_routes(response);
  std::reverse(dialog.routes.begin(), dialog.routes.end());
  if (known != nullptr) {
    dialog.acks = known->acks;
    dialog.local_cseq = known->local_cseq;
    dialog.remote_sdp = known->remote_sdp;
    dialog.reliable_of = known->reliable_of;
    dialog.rseq = known->rseq;
    // A message without Contact leaves the target as it was (RFC 6141 4.7).
    if (dialog.remote_target.empty()) dialog.remote_target = known->remote_target;
    // RFC 3261 13.2.2.4: the 2xx of the first INVITE sets the routes anew, later ones never.
    if (response.cseq() != at.leg.invite_cseq) dialog.routes = known->routes;
  }
  if (dialog.remote_target.empty()) dialog.remote_target = called_uri(at.leg);
  dialog.destination = destination_of(dialog.routes, dialog.remote_target, at.leg.remote);
  return dialog;
}

void duty_done(const LegContext& at, Duty duty) {
  if (at.leg.duties.contains(duty)) at.out.record(DutyDone{at.call, duty});
}

void receive_response(const LegContext& at, const ResponseReceived& response) {
  const SipMessage& message = response.message;
  const int status = message.status();
  if (message.method() == Method::kCancel) return;  // its final changes nothing (RFC 3261 9.1)
  if (response.transaction != at.leg.invite) return receive_own_response(at, response);
  if (status < 200) return receive_provisional(at, message);
  if (status < 300) return receive_accept(at, message);
  if (const auto challenges = answerable(at, response)) {
    return ask_to_sign(at, response, *challenges);
  }
  if (status == 422 && retry_invite(at, response)) return;
  if (status == 420 && send_without_extensions(at, response)) return;
  if (follow_redirection(at, {status, response.request, &message})) return;
  invite_failed(at, status == 408 ? Cause::kNoAnswer : Cause::kRemoteReject, status);
}

void receive_failure(const LegContext& at, const RequestFailed& failure) {
  if (failure.transaction == at.leg.invite) {
    if (follow_redirection(at, {failure.status, failure.request})) return;
    const bool timeout = failure.status == 408;
    return invite_failed(at, timeout ? Cause::kNoAnswer : Cause::kTransportFailure, failure.status);
  }
  if (const OwnRequest* request = at.leg.own_request(failure.transaction)) {
    finish_request(at, {*request, failure.status, nullptr});
  }
}

}  // namespace lastcall::core
