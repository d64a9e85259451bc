#include "engine/core/dialog_again.hpp"
#include "engine/core/dialog_auth.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_refer.hpp"
#include "engine/core/dialog_steps.hpp"

#include <algorithm>
#include <array>

namespace lastcall::core {
namespace {

void reinvite_finished(const LegContext& at, const Outcome& outcome) {
  const int status = outcome.status;
  if (at.leg.ending() || status < 300) return;
  const Dialog* dialog = at.leg.find(outcome.request.dialog);
  // RFC 3261 14.1: once more after a collision, not for ever.
  if (status == 491 && !at.leg.collided && dialog != nullptr) {
    return meet_collision(at, *dialog, true);
  }
  if (const auto min_se = wanted_min_se(at, outcome)) {
    at.out.record(MinSeLearned{at.call, *min_se});
    at.out.send(ToSession{OfferDeferred{at.call, true}});
    return at.out.send(ToSession{OfferDue{at.call, at.leg.timer.refreshing}});
  }
  if (ends_usage(status)) {  // the session answers with a BYE
    const Cause cause = at.leg.timer.refreshing ? Cause::kSessionExpired : Cause::kDialogFailure;
    return at.out.send(ToSession{CallLost{at.call, cause, status}});
  }
  at.out.send(ToSession{PeerRefused{at.call, status}});
  if (at.leg.timer.refreshing) refresh_refused(at);
}

// A 2xx of a re-INVITE, for the first time or again: each is acknowledged (RACES I-29).
void receive_reaccept(const LegContext& at, const ResponseReceived& response) {
  const SipMessage& message = response.message;
  const Dialog* dialog = at.leg.find(dialog_of(at, message));
  if (dialog == nullptr) return;
  const OwnRequest* request = at.leg.own_request(response.transaction);
  Dialog refreshed = described(at, message, dialog);
  // RFC 6141 4.6: a target that the peer moved with a request since then is newer.
  if (request != nullptr && request->overtaken) {
    refreshed.remote_target = dialog->remote_target;
    refreshed.destination = dialog->destination;
  }
  acknowledge(at, refreshed, {message.cseq()});
  if (request == nullptr) return;
  finish_request(at, {*request, message.status(), &message});
  if (at.leg.ending()) return;
  timer_answered(at, message);
  at.out.send(ToSession{PeerAccepted{at.call, sdp_of(message)}});
}

}  // namespace

bool ends_usage(int status) {
  constexpr std::array kEnding{404, 405, 408, 410, 416, 480, 481, 482,
                               483, 484, 485, 489, 501, 502, 604};
  return std::ranges::find(kEnding, status) != kEnding.end();
}

void receive_own_response(const LegContext& at, const ResponseReceived& response) {
  const SipMessage& message = response.message;
  if (message.status() < 200) {
    if (message.method() == Method::kInvite) receive_reprovisional(at, message);
    return;
  }
  if (message.method() == Method::kInvite && message.status() < 300) {
    return receive_reaccept(at, response);
  }
  if (const auto challenges = answerable(at, response)) {
    return ask_to_sign(at, response, *challenges);
  }
  if (message.status() == 420 && send_without_extensions(at, response)) return;
  if (const OwnRequest* request = at.leg.own_request(response.transaction)) {
    finish_request(at, {*request, message.status(), &message});
  }
}

void finish_request(const LegContext& at, const Outcome& outcome) {
  const OwnRequest& request = outcome.request;
  // Nobody answered a re-INVITE: whatever kept the peer from it, 408 is how it looks (8.1.3.1).
  const bool unanswered =
      request.method == Method::kInvite && outcome.status == 503 && outcome.response == nullptr;
  const int status = unanswered ? 408 : outcome.status;
  at.out.record(
      RequestFinished{at.call, request.dialog, request.transaction, request.method, status});
  switch (request.method) {
    case Method::kInvite:
      return reinvite_finished(at, {request, status, outcome.response});
    case Method::kUpdate:
      return update_finished(at, outcome);
    case Method::kBye:
      return duty_done(at, Duty::kByeFinal);
    case Method::kRefer:
      return refer_finished(at, outcome);
    case Method::kNotify:
      return notify_finished(at, outcome);
    default:
      return;
  }
}

}  // namespace lastcall::core
