#include "engine/core/addresses.hpp"
#include "engine/core/dialog_auth.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_inside.hpp"
#include "engine/core/dialog_refer.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/body.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"
#include "engine/sip/reason.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

// A From or To value without its parameters, so that our own tag can be added.
std::string bracketed(std::string_view uri) { return "<" + std::string{uri} + ">"; }

void start_leg(const RequestReceived& request, CallId replaced, const Context& context,
               Outbox& out) {
  const SipMessage& invite = request.message;
  const std::string tag = context.draws.local_tag(request.call);
  const std::string target = target_of_caller(invite);
  std::vector<std::string> routes = record_routes(invite);
  out.record(LegStarted{.call = request.call,
                        .role = CallRole::kCallee,
                        .invite = request.transaction,
                        .sip_call_id = std::string{invite.call_id()},
                        .local_tag = tag,
                        .local_uri = bracketed(invite.to_uri()),
                        .remote_uri = bracketed(invite.from_uri()),
                        .local = request.local,
                        .remote = request.source,
                        .offerless = sdp_of(invite).empty()});
  const Endpoint destination = destination_of(routes, target, request.source);
  out.record(DialogStarted{.call = request.call,
                           .dialog = context.draws.dialog(invite.call_id(), tag, invite.from_tag()),
                           .remote_tag = std::string{invite.from_tag()},
                           .remote_target = target,
                           .routes = std::move(routes),
                           .remote_cseq = invite.cseq(),
                           .destination = destination});
  if (const Abilities can = abilities_of(invite, {}); !can.empty()) {
    out.record(PeerLearned{request.call, can});
  }
  const SessionTerms terms = terms_for(invite, {}, context.config);
  if (terms.expires != Duration::zero()) {
    out.record(TimerOffered{request.call, terms.expires, terms.we_refresh});
  }
  out.send(
      ToSession{CallOffered{request.call, bracketed(invite.from_uri()), sdp_of(invite), replaced}});
}

void receive_bye(const InDialog& in) {
  const LegContext& at = in.at;
  // RFC 3261 12.2.2 wants 500 for a late one; the peer's call is over all the same (RACES C-09).
  const bool late = in.request.message.cseq() < in.dialog.remote_cseq;
  in.take(Refresh::kNone);
  in.reply(late ? 500 : 200);
  // RFC 3261 15.1.2: what is still pending at us gets a 487.
  if (at.leg.peer_invite && at.leg.peer_invite->dialog == in.dialog.id) {
    answer(at, at.leg.peer_invite->transaction, 487);
    at.out.record(InviteRefused{at.call, at.leg.peer_invite->transaction, 487});
  }
  if (at.leg.peer_update && at.leg.peer_update->dialog == in.dialog.id) {
    answer(at, at.leg.peer_update->transaction, 487);
    at.out.record(UpdateAnswered{at.call, at.leg.peer_update->transaction, 487});
  }
  if (at.leg.duties.contains(Duty::kByeOnAck)) at.out.record(DutyDone{at.call, Duty::kByeOnAck});
  if (in.mortal()) return;
  // A BYE for one fork leaves the others alone.
  const Dialog* carrier = at.leg.confirmed();
  if (carrier == nullptr || carrier->id == in.dialog.id) {
    const std::string reason = sip::write_reasons(sip::reasons_of(in.request.message));
    const Cause cause = late ? Cause::kRemoteByeOutOfOrder : Cause::kRemoteBye;
    at.out.send(ToSession{CallLost{at.call, cause, late ? 500 : 0, reason}});
  }
}

void receive_reinvite(const InDialog& in) {
  const LegContext& at = in.at;
  const bool calling = at.leg.phase < InvitePhase::kAccepted;
  // RFC 3261 14.2: one INVITE at a time; 491 for glare, 500 while the peer's own one is pending.
  if (at.leg.own_request(Method::kInvite) || (calling && at.leg.role == CallRole::kCaller)) {
    return in.refuse({491});
  }
  if (at.leg.peer_invite || at.leg.peer_update || calling) return in.refuse_overlapping();
  const SipMessage& invite = in.request.message;
  Rejection why = inspect_inside(invite);
  if (!why) why = inspect_extensions(invite, at.context.config);
  if (why) return in.refuse(std::move(why));
  learn_peer(at, invite);
  in.take(Refresh::kTarget);
  offer_timer(at, invite);
  at.out.send(ToSession{PeerReoffered{at.call, sdp_of(invite)}});
}

void receive_inside(const InDialog& in) {
  const SipMessage& message = in.request.message;
  if (message.method() == Method::kBye) return receive_bye(in);
  // RFC 5407 2, RACES I-32; but a subscription lives on (RFC 6665 4.5.2).
  if (in.mortal() && !is_about_refer(in.at.leg, message)) return in.reply(481);
  // RFC 3261 12.2.1.1: each has a higher number than the last. The same one again is a copy that
  // comes when its transaction is over; taken for new it would be done twice. 0 is none yet.
  const bool late = message.cseq() <= in.dialog.remote_cseq && in.dialog.remote_cseq != 0;
  if (late) return in.reply(500);
  if (message.method() == Method::kInvite) return receive_reinvite(in);
  if (message.method() == Method::kPrack) return receive_prack(in);
  if (message.method() == Method::kUpdate) return receive_update(in);
  if (Rejection why = inspect_inside(message)) {
    in.take(Refresh::kNone);
    return in.reject(std::move(why));
  }
  switch (message.method()) {
    case Method::kRefer:
      return receive_refer(in);
    case Method::kSubscribe:
      return receive_subscribe(in);
    case Method::kNotify:
      return receive_notify(in);
    case Method::kOptions:
      return receive_options(in);
    case Method::kInfo:
      return receive_info(in);
    case Method::kMessage:
      return receive_text(in);
    default:  // it has a meaning outside dialogs only
      in.take(Refresh::kNone);
      return in.reject({405});
  }
}

// A BYE that overtakes the 2xx of its dialog. Nobody but who was called knows our tag, and hangs up
// only what was accepted (RFC 3261 15): refused, the call would go on with nobody when the 2xx
// comes.
bool receive_hasty_bye(const DialogLayer::State& state, const RequestReceived& request, DialogId id,
                       const Context& context, Outbox& out) {
  const SipMessage& bye = request.message;
  if (bye.method() != Method::kBye) return false;
  const CallId* call = state.invites.find(invite_key(bye.call_id(), bye.to_tag(), 0));
  const Leg* leg = call == nullptr ? nullptr : state.legs.find(*call);
  const bool open = leg != nullptr && leg->phase < InvitePhase::kAccepted;
  if (!open || leg->dialogs.size() >= limits::kDialogsMax) return false;
  const LegContext at{*call, *leg, context, out};
  const Dialog dialog{.id = id,
                      .remote_tag = std::string{bye.from_tag()},
                      .remote_target = called_uri(*leg),
                      .destination = leg->remote};
  start_dialog(at, dialog);
  receive_inside({at, dialog, request});
  return true;
}

void receive_ack(const LegContext& at, const Dialog& dialog, const SipMessage& ack) {
  const auto& accepted = at.leg.accepted;
  const bool awaited =
      accepted && accepted->invite.dialog == dialog.id && accepted->invite.cseq == ack.cseq();
  if (!awaited) return;  // a repeat, or the ACK of an older 2xx
  at.out.record(AckReceived{at.call, dialog.id, ack.cseq()});
  if (at.leg.duties.contains(Duty::kByeOnAck)) {
    at.out.record(DutyDone{at.call, Duty::kByeOnAck});
    return send_bye(at, dialog);
  }
  // Whether it had to carry an answer is for the session to know.
  if (!at.leg.ending()) at.out.send(ToSession{PeerAnswered{at.call, sdp_of(ack), true}});
}

}  // namespace

void receive_outside(const DialogLayer::State& state, const RequestReceived& request,
                     const Context& context, Outbox& out) {
  const SipMessage& message = request.message;
  const bool invite = message.method() == Method::kInvite;
  // RFC 3261 8.2.2.2: the same INVITE on another path, or again long after, is no second call.
  const bool merged = invite && state.invites.contains(invite_key(
                                    message.call_id(), message.from_tag(), message.cseq()));
  Rejection why = inspect_outside(message, context.config, merged);
  if (!why && invite) why = inspect_extensions(message, context.config);
  if (why) return answer_stateless(request, why.status, std::move(why.lines), context, out);
  switch (message.method()) {
    case Method::kInvite: {
      Replaced replaced = replaced_by(state, message, context);
      if (!replaced.why) return start_leg(request, replaced.call, context, out);
      return answer_stateless(request, replaced.why.status, {}, context, out);
    }
    case Method::kOptions:
      return answer_options(request, context, out);
    case Method::kMessage:
      return answer_text(request, context, out);
    case Method::kRefer:      // RFC 3515 5.2: of nobody but the peer of a call
    case Method::kSubscribe:  // RFC 3515 2.4.4: only a REFER begins this subscription
      return answer_stateless(request, 403, {}, context, out);
    default:  // it has a meaning inside a dialog only
      return answer_stateless(request, 481, {}, context, out);
  }
}

void receive_request(const DialogLayer::State& state, const RequestReceived& request,
                     const Context& context, Outbox& out) {
  const SipMessage& message = request.message;
  const bool ack = message.method() == Method::kAck;
  if (message.to_tag().empty() && !ack) {
    // RFC 3261 8.2: first of all, who asks. Inside a dialog it is known: whoever began it has
    // proven it, or was called by us.
    if (!context.config.realm.empty()) return ask_who(request, context, out);
    return receive_outside(state, request, context, out);
  }

  const DialogId id = context.draws.dialog(message.call_id(), message.to_tag(), message.from_tag());
  const CallId call = context.directory.find(id).call;
  const Leg* leg = call ? state.legs.find(call) : nullptr;
  const Dialog* dialog = leg == nullptr ? nullptr : leg->find(id);
  if (dialog == nullptr) {
    // RFC 3261 12.2.2, 15.1.2: a request for an unknown dialog gets 481; an ACK gets nothing.
    if (ack || receive_hasty_bye(state, request, id, context, out)) return;
    Rejection why = inspect_method(message);
    if (!why) why.status = 481;
    return answer_stateless(request, why.status, std::move(why.lines), context, out);
  }
  const LegContext at{call, *leg, context, out};
  if (ack) return receive_ack(at, *dialog, message);
  receive_inside({at, *dialog, request});
}

// RFC 3261 9.2: it only has an effect while there is no final response. A re-INVITE has one on its
// way, because the session answers it at once: a 487 would leave the session changed all the same
// (RACES R-OA-23).
void receive_cancel(const LegContext& at, const CancelReceived& cancel) {
  const TransactionId invite = cancel.invite;
  if (invite != at.leg.invite || at.leg.phase >= InvitePhase::kAccepted) return;
  answer(at, invite, 487);
  at.out.record(InviteRefused{at.call, invite, 487});
  if (!at.leg.ending()) {
    at.out.send(ToSession{CallLost{at.call, Cause::kRemoteCancel, 487, cancel.reason}});
  }
}

std::string next_hop_of(const std::vector<std::string>& routes, const std::string& target) {
  if (routes.empty()) return target;
  const auto first = sip::parse_name_addr(routes.front());
  return first ? std::string{first->uri} : target;
}

Endpoint destination_of(const std::vector<std::string>& routes, const std::string& target,
                        const Endpoint& fallback) {
  const std::string hop = next_hop_of(routes, target);
  return sip::parse_uri(hop) ? numeric_endpoint(hop) : fallback;
}

std::string contact_uri(const SipMessage& message) {
  std::string uri;
  sip::for_each_value(message, Header::kContact, [&](std::string_view value) {
    const auto address = sip::parse_name_addr(value);
    if (uri.empty() && address) uri = request_uri_of(address->uri);
  });
  return uri;
}

std::string target_of_caller(const SipMessage& invite) {
  std::string contact = contact_uri(invite);
  if (!contact.empty() || invite.via().has_unique_branch()) return contact;
  return request_uri_of(invite.from_uri());
}

std::string request_uri_of(std::string_view text) {
  auto uri = sip::parse_uri(text);
  if (!uri) return {};
  uri->headers = {};
  const std::string params = sip::without_params(uri->params, {"method"});
  uri->params = params;
  return sip::to_text(*uri);
}

std::string invite_key(std::string_view sip_call_id, std::string_view from_tag,
                       std::uint32_t cseq) {
  std::string key{sip_call_id};
  return key.append("\n").append(from_tag).append("\n").append(std::to_string(cseq));
}

std::vector<std::string> record_routes(const SipMessage& message) {
  std::vector<std::string> routes;
  sip::for_each_value(message, Header::kRecordRoute, [&](std::string_view value) {
    if (routes.size() < limits::kViasMax) routes.emplace_back(value);
  });
  return routes;
}

std::string sdp_of(const SipMessage& message) {
  return std::string{sip::body_of_type(message, "application/sdp").value_or("")};
}

}  // namespace lastcall::core
