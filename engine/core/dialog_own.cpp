#include "engine/core/dialog_auth.hpp"
#include "engine/core/dialog_steps.hpp"

#include <algorithm>
#include <array>

namespace lastcall::core {
namespace {

// RFC 5057 5.1 and RFC 3261 12.2.1.2: which answers end the INVITE usage, most of them with the
// whole dialog (RACES R-OA-26).
bool ends_usage(int status) {
  constexpr std::array kEnding{404, 405, 408, 410, 416, 480, 481, 482,
                               483, 484, 485, 489, 501, 502, 604};
  return std::ranges::find(kEnding, status) != kEnding.end();
}

void reinvite_finished(const LegContext& at, int status) {
  if (at.leg.ending() || status < 300) return;
  if (ends_usage(status)) {  // the session answers with a BYE
    at.out.send(ToSession{CallLost{at.call, Cause::kDialogFailure, status}});
  } else {
    at.out.send(ToSession{PeerRefused{at.call, status}});
  }
}

// A 2xx of a re-INVITE, for the first time or again: each is acknowledged (RACES I-29).
void receive_reaccept(const LegContext& at, const ResponseReceived& response) {
  const SipMessage& message = response.message;
  const Dialog* dialog = at.leg.find(dialog_of(at, message));
  if (dialog == nullptr) return;
  acknowledge(at, described(at, message, dialog), message);
  const OwnRequest* request = at.leg.own_request(response.transaction);
  if (request == nullptr) return;
  finish_request(at, {*request, message.status(), &message});
  if (!at.leg.ending()) at.out.send(ToSession{PeerAccepted{at.call, sdp_of(message)}});
}

}  // namespace

void receive_own_response(const LegContext& at, const ResponseReceived& response) {
  const SipMessage& message = response.message;
  if (message.status() < 200) return;
  if (message.method() == Method::kInvite && message.status() < 300) {
    return receive_reaccept(at, response);
  }
  if (const auto challenges = answerable(at, response)) {
    return ask_to_sign(at, response, *challenges);
  }
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
      return reinvite_finished(at, status);
    case Method::kBye:
      return duty_done(at, Duty::kByeFinal);
    default:
      return;
  }
}

}  // namespace lastcall::core
