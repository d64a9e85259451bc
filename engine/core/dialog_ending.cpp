#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_refer.hpp"
#include "engine/sip/reason.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

// What a callee tells the caller when the call ends before it was answered.
int refusal_of(Cause cause) {
  switch (cause) {
    case Cause::kLocalReject:
      return 486;
    case Cause::kMediaFailure:
      return 488;
    case Cause::kRemoteBye:
    case Cause::kRemoteByeOutOfOrder:
    case Cause::kRemoteCancel:
      return 487;
    case Cause::kShutdown:
      return 503;
    default:
      return 480;
  }
}

// RFC 3326: why we end it, where the cause alone does not say so to the peer.
std::string reason_lines(Cause cause) {
  sip::Reason reason;
  switch (cause) {
    case Cause::kReplaced:
      reason.cause = 200;
      reason.text = "Call completed elsewhere";
      break;
    case Cause::kNoAnswer:
    case Cause::kNoAck:
      reason.cause = 408;
      break;
    case Cause::kMediaFailure:
      reason.cause = 488;
      break;
    case Cause::kShutdown:
      reason.cause = 503;
      break;
    default:
      return {};
  }
  return sip::header_line(Header::kReason, sip::write_reasons({reason}));
}

// RFC 3261 9.1: no CANCEL before a provisional response; and a 2xx may cross it.
Duties end_calling(const LegContext& at, Cause cause) {
  const auto refused =
      std::ranges::find(at.leg.refused, at.leg.invite, &RefusedRequest::transaction);
  if (refused != at.leg.refused.end()) {  // it waits for credentials: nothing is under way
    at.out.record(InviteFailed{at.call, 401});
    return {};
  }
  if (at.leg.phase == InvitePhase::kProceeding) {
    at.out.send(ToTransaction{SendCancel{at.call, at.leg.invite, reason_lines(cause)}});
    return {Duty::kByeOnAccept};
  }
  // While its name is looked up nothing has gone out, and nothing needs to.
  if (at.leg.remote.host.empty()) at.out.send(ToTransaction{AwaitFinal{at.call, at.leg.invite}});
  return {Duty::kByeOnAccept, Duty::kCancelOnProvisional};
}

void refuse_pending(const LegContext& at, TransactionId invite, int status) {
  answer(at, invite, status);
  at.out.record(InviteRefused{at.call, invite, status});
}

void refuse_update(const LegContext& at, const PendingRequest& update) {
  answer(at, update.transaction, 487);
  at.out.record(UpdateAnswered{at.call, update.transaction, 487});
}

Duties end_confirmed(const LegContext& at, Cause cause) {
  Duties duties;
  for (const Dialog& dialog : at.leg.dialogs) {
    if (dialog.owes_answer) {
      // The answer will not come any more, and no BYE may go before the ACK (RFC 3261 13.2.2.4).
      decline_offer(at, dialog, dialog.remote_sdp);
      send_bye(at, dialog);
      duties.insert(Duty::kByeFinal);
    } else if (dialog.phase == DialogPhase::kMoratorium) {
      // RFC 3261 15: the callee sends no BYE before the ACK.
      duties.insert(Duty::kByeOnAck);
    } else if (dialog.phase == DialogPhase::kEstablished) {
      send_bye(at, dialog, reason_lines(cause));
      duties.insert(Duty::kByeFinal);
    }
  }
  return duties;
}

Duties end_signalling(const LegContext& at, Cause cause) {
  if (at.leg.peer_invite) refuse_pending(at, at.leg.peer_invite->transaction, 487);
  if (at.leg.peer_update) refuse_update(at, *at.leg.peer_update);
  // No CANCEL for it: after a BYE nothing else may begin in the dialog (RACES I-31).
  if (const OwnRequest* invite = at.leg.own_request(Method::kInvite)) {
    at.out.send(ToTransaction{AwaitFinal{at.call, invite->transaction}});
  }
  if (at.leg.phase >= InvitePhase::kAccepted) return end_confirmed(at, cause);
  if (!at.leg.invite) return {};  // no INVITE was ever sent
  if (at.leg.role == CallRole::kCaller) return end_calling(at, cause);
  refuse_pending(at, at.leg.invite, refusal_of(cause));
  return {};
}

}  // namespace

void begin_cleanup(const LegContext& at, Cause cause) {
  if (at.leg.phase < InvitePhase::kAccepted) report_ending(at, cause);
  const Duties duties = end_signalling(at, cause);
  // With nothing owed, late messages come for as long as their transactions can live; else for as
  // long as a BYE, or the 2xx of our re-INVITE, may still take (RACES TP-09).
  const bool owed = !duties.empty() || at.leg.own_request(Method::kInvite) != nullptr;
  const Duration linger =
      owed ? limits::kTombstone + at.context.config.cleanup_timeout : limits::k64T1 + limits::kT4;
  at.out.record(DutiesTaken{at.call, duties, at.context.now + linger});
  // Everything is done or stands in the tombstone: no need to wait for any timer (TP-10).
  at.out.send(ToSession{CleanupDone{at.call, CleanupLayer::kDialog}});
}

void send_bye(const LegContext& at, const Dialog& dialog, std::string lines) {
  send_in_dialog(at, dialog, {.method = Method::kBye, .lines = std::move(lines)});
}

void accept_unacknowledged(const LegContext& at) {
  if (!at.leg.accepted) return;
  const PendingRequest invite = at.leg.accepted->invite;
  at.out.record(AcceptUnacknowledged{at.call, invite.dialog});
  if (at.leg.duties.contains(Duty::kByeOnAck)) {
    at.out.record(DutyDone{at.call, Duty::kByeOnAck});
    if (const Dialog* dialog = at.leg.find(invite.dialog)) send_bye(at, *dialog);
  } else if (!at.leg.ending()) {
    // RFC 3261 13.3.1.4: the session should end.
    at.out.send(ToSession{CallLost{at.call, Cause::kNoAck, 0}});
  }
}

}  // namespace lastcall::core
