#include "engine/core/dialog_steps.hpp"

#include <algorithm>
#include <array>

namespace lastcall::core {
namespace {

DialogId dialog_of(const LegContext& at, const SipMessage& response) {
  return at.context.draws.dialog(at.leg.sip_call_id, at.leg.local_tag, response.to_tag());
}

// Where to reach who names no Contact: the URI that was called.
std::string called_uri(const Leg& leg) {
  return leg.remote_uri.substr(1, leg.remote_uri.size() - 2);  // without <>
}

// The dialog as a response describes it (RFC 3261 12.1.2): routes reversed, target from Contact.
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
    // A message without Contact leaves the target as it was (RFC 6141 4.7).
    if (dialog.remote_target.empty()) dialog.remote_target = known->remote_target;
    // RFC 3261 13.2.2.4: the 2xx of the first INVITE sets the routes anew, later ones never.
    if (response.cseq() != at.leg.invite_cseq) dialog.routes = known->routes;
  }
  if (dialog.remote_target.empty()) dialog.remote_target = called_uri(at.leg);
  dialog.destination = destination_of(dialog.routes, dialog.remote_target, at.leg.remote);
  return dialog;
}

void start_dialog(const LegContext& at, const Dialog& dialog) {
  at.out.record(DialogStarted{.call = at.call,
                              .dialog = dialog.id,
                              .remote_tag = dialog.remote_tag,
                              .remote_target = dialog.remote_target,
                              .routes = dialog.routes,
                              .destination = dialog.destination});
}

void duty_done(const LegContext& at, Duty duty) {
  if (at.leg.duties.contains(duty)) at.out.record(DutyDone{at.call, duty});
}

void receive_provisional(const LegContext& at, const SipMessage& response) {
  if (at.leg.phase == InvitePhase::kCalling) at.out.record(InviteProceeding{at.call});
  if (at.leg.duties.contains(Duty::kCancelOnProvisional)) {
    at.out.record(DutyDone{at.call, Duty::kCancelOnProvisional});
    at.out.send(ToTransaction{SendCancel{at.call, at.leg.invite}});
  }
  if (response.status() == 100) return;
  const bool known = at.leg.find(dialog_of(at, response)) != nullptr;
  if (!known && !response.to_tag().empty() && at.leg.dialogs.size() < limits::kDialogsMax) {
    start_dialog(at, described(at, response, nullptr));
  }
  if (!at.leg.ending()) at.out.send(ToSession{PeerRinging{at.call}});
}

// A 2xx to the first INVITE: acknowledged whatever the state of the call (RACES I-29).
void receive_accept(const LegContext& at, const SipMessage& response) {
  const Dialog* known = at.leg.find(dialog_of(at, response));
  const bool repeated = known != nullptr && known->acks.contains(response.cseq());
  if (repeated) return acknowledge(at, *known, response);
  if (known == nullptr && at.leg.dialogs.size() >= limits::kDialogsMax) return;

  const Dialog dialog = described(at, response, known);
  const bool wanted = !at.leg.ending() && at.leg.confirmed() == nullptr &&
                      (known == nullptr || known->phase != DialogPhase::kMortal);
  if (known == nullptr) start_dialog(at, dialog);
  acknowledge(at, dialog, response);
  if (wanted) {
    at.out.send(ToSession{PeerAccepted{at.call, sdp_of(response)}});
    return;
  }
  // It crossed our CANCEL, or is one fork too many: end it at once (RFC 3261 13.2.2.4, 15). A
  // dialog that the peer has already ended with a BYE needs none.
  duty_done(at, Duty::kByeOnAccept);
  if (known == nullptr || known->phase != DialogPhase::kMortal) {
    send_bye(at, dialog);
  }
}

void invite_failed(const LegContext& at, Cause cause, int status) {
  at.out.record(InviteFailed{at.call, status});
  duty_done(at, Duty::kCancelOnProvisional);
  duty_done(at, Duty::kByeOnAccept);
  if (!at.leg.ending()) at.out.send(ToSession{CallLost{at.call, cause, status}});
}

// RFC 5057 5.1 and RFC 3261 12.2.1.2: which answers end the INVITE usage, most of them with the
// whole dialog (RACES R-OA-26).
bool ends_usage(int status) {
  constexpr std::array kEnding{404, 405, 408, 410, 416, 480, 481, 482,
                               483, 484, 485, 489, 501, 502, 604};
  return std::find(kEnding.begin(), kEnding.end(), status) != kEnding.end();
}

void reinvite_finished(const LegContext& at, int status) {
  const PendingInvite& invite = *at.leg.own_invite;
  at.out.record(
      RequestFinished{at.call, invite.dialog, invite.transaction, Method::kInvite, status});
  if (at.leg.ending() || status < 300) return;
  if (ends_usage(status)) {  // the session answers with a BYE
    at.out.send(ToSession{CallLost{at.call, Cause::kDialogFailure, status}});
  } else {
    at.out.send(ToSession{PeerRefused{at.call, status}});
  }
}

void receive_reinvite_response(const LegContext& at, const ResponseReceived& response) {
  const SipMessage& message = response.message;
  const bool pending = at.leg.own_invite && at.leg.own_invite->transaction == response.transaction;
  if (message.status() >= 300) {
    if (pending) reinvite_finished(at, message.status());
    return;
  }
  const Dialog* dialog = at.leg.find(dialog_of(at, message));
  if (message.status() < 200 || dialog == nullptr) return;
  acknowledge(at, described(at, message, dialog), message);
  if (!pending) return;
  reinvite_finished(at, message.status());
  if (!at.leg.ending()) at.out.send(ToSession{PeerAccepted{at.call, sdp_of(message)}});
}

void bye_finished(const LegContext& at, TransactionId transaction, DialogId dialog, int status) {
  at.out.record(RequestFinished{at.call, dialog, transaction, Method::kBye, status});
  duty_done(at, Duty::kByeFinal);
}

}  // namespace

void receive_response(const LegContext& at, const ResponseReceived& response) {
  const SipMessage& message = response.message;
  const int status = message.status();
  if (message.method() == Method::kBye) {
    if (status >= 200) bye_finished(at, response.transaction, dialog_of(at, message), status);
    return;
  }
  if (message.method() != Method::kInvite) return;  // the final of a CANCEL changes nothing (9.1)
  if (response.transaction != at.leg.invite) return receive_reinvite_response(at, response);
  if (status < 200) return receive_provisional(at, message);
  if (status < 300) return receive_accept(at, message);
  invite_failed(at, status == 408 ? Cause::kNoAnswer : Cause::kRemoteReject, status);
}

void receive_failure(const LegContext& at, const RequestFailed& failure) {
  if (failure.transaction == at.leg.invite) {
    const bool timeout = failure.status == 408;
    return invite_failed(at, timeout ? Cause::kNoAnswer : Cause::kTransportFailure, failure.status);
  }
  if (at.leg.own_invite && at.leg.own_invite->transaction == failure.transaction) {
    return reinvite_finished(at, 408);
  }
  if (failure.method == Method::kBye) bye_finished(at, failure.transaction, {}, failure.status);
}

}  // namespace lastcall::core
