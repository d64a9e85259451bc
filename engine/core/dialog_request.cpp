#include "engine/core/dialog_steps.hpp"
#include "engine/core/inspection.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

// A From or To value without its parameters, so that our own tag can be added.
std::string name_addr_of(const SipMessage& message, Header kind) {
  const auto value = message.header(kind);
  const auto address = value ? sip::parse_name_addr(*value) : std::unexpected(sip::ParseError{});
  return address ? "<" + std::string{address->uri} + ">" : std::string{"<sip:unknown@invalid>"};
}

// Where requests to the caller go. RFC 2543 knows INVITEs without a Contact (RFC 4475 3.4.1).
std::string target_of(const SipMessage& invite) {
  std::string contact = contact_uri(invite);
  if (!contact.empty() || invite.via().has_unique_branch()) return contact;
  const auto from = sip::parse_name_addr(invite.header(Header::kFrom).value_or(""));
  return from ? request_uri_of(from->uri) : std::string{};
}

// RFC 3261 8.2: the checks before an INVITE may become a call, in their order.
Rejection inspect_invite(const DialogLayer::State& state, const SipMessage& invite) {
  // 8.2.2.2: the same INVITE came on another path, or again long after: no second call.
  if (state.invites.contains(invite_key(invite.call_id(), invite.from_tag(), invite.cseq()))) {
    return {482};
  }
  if (Rejection offer = inspect_offer(invite); offer.status != 0) return offer;
  if (target_of(invite).empty()) return {400};
  return {};
}

// The methods that are ours; without their dialog most of them find nothing.
bool is_supported(Method method) {
  switch (method) {
    case Method::kInvite:
    case Method::kOptions:
    case Method::kBye:
    case Method::kPrack:
    case Method::kUpdate:
    case Method::kInfo:
    case Method::kNotify:
      return true;
    default:
      return false;
  }
}

// The checks for every request outside a dialog, in the order of RFC 3261 8.2.
Rejection inspect_outside(const DialogLayer::State& state, const SipMessage& request) {
  if (request.method() == Method::kOther) return {501, capability_lines()};
  if (!is_supported(request.method())) return {405, capability_lines()};
  if (Rejection scheme = inspect_scheme(request); scheme.status != 0) return scheme;
  if (request.method() == Method::kInvite) return inspect_invite(state, request);
  return inspect_options(request);
}

void start_leg(const RequestReceived& request, const Context& context, Outbox& out) {
  const SipMessage& invite = request.message;
  const std::string tag = context.draws.local_tag(request.call);
  const std::string target = target_of(invite);
  std::vector<std::string> routes = record_routes(invite);
  out.record(LegStarted{.call = request.call,
                        .role = CallRole::kCallee,
                        .invite = request.transaction,
                        .sip_call_id = std::string{invite.call_id()},
                        .local_tag = tag,
                        .local_uri = name_addr_of(invite, Header::kTo),
                        .remote_uri = name_addr_of(invite, Header::kFrom),
                        .local = request.local,
                        .remote = request.source});
  const Endpoint destination = destination_of(routes, target, request.source);
  out.record(DialogStarted{.call = request.call,
                           .dialog = context.draws.dialog(invite.call_id(), tag, invite.from_tag()),
                           .remote_tag = std::string{invite.from_tag()},
                           .remote_target = target,
                           .routes = std::move(routes),
                           .remote_cseq = invite.cseq(),
                           .destination = destination});
  out.send(
      ToSession{CallOffered{request.call, name_addr_of(invite, Header::kFrom), sdp_of(invite)}});
}

void receive_outside(const DialogLayer::State& state, const RequestReceived& request,
                     const Context& context, Outbox& out) {
  Rejection why = inspect_outside(state, request.message);
  if (why.status != 0) {
    return answer_stateless(request, why.status, std::move(why.lines), context, out);
  }
  switch (request.message.method()) {
    case Method::kInvite:
      return start_leg(request, context, out);
    case Method::kOptions:
      return answer_stateless(request, 200, capability_lines(), context, out);
    default:
      return answer_stateless(request, 481, {}, context, out);
  }
}

// Whether a request moves the peer's target (RFC 3261 12.2.2).
enum class Refresh : std::uint8_t { kTarget, kNone };

// One request inside a dialog of a call.
struct InDialog {
  const LegContext& at;
  const Dialog& dialog;
  const RequestReceived& request;

  [[nodiscard]] bool mortal() const {
    return at.leg.ending() || dialog.phase == DialogPhase::kMortal;
  }
  void take(Refresh refresh = Refresh::kTarget) const {
    at.out.record(RequestAccepted{.call = at.call,
                                  .dialog = dialog.id,
                                  .transaction = request.transaction,
                                  .method = request.message.method(),
                                  .cseq = request.message.cseq(),
                                  .remote_target = refresh == Refresh::kTarget
                                                       ? contact_uri(request.message)
                                                       : std::string{}});
  }
  void reply(int status) const { answer(at, request.transaction, status); }
  void reject(Rejection why) const {
    at.out.send(ToTransaction{Respond{
        at.call, request.transaction, why.status, at.leg.local_tag, std::move(why.lines), {}}});
  }
};

void receive_bye(const InDialog& in) {
  const LegContext& at = in.at;
  // RFC 3261 12.2.2 wants 500 for a late one; the peer's call is over all the same (RACES C-09).
  const bool late = in.request.message.cseq() < in.dialog.remote_cseq;
  in.take();
  in.reply(late ? 500 : 200);
  // RFC 3261 15.1.2: what is still pending at us gets a 487.
  if (at.leg.peer_invite && at.leg.peer_invite->dialog == in.dialog.id) {
    answer(at, at.leg.peer_invite->transaction, 487);
    at.out.record(InviteRefused{at.call, at.leg.peer_invite->transaction, 487});
  }
  if (at.leg.duties.contains(Duty::kByeOnAck)) at.out.record(DutyDone{at.call, Duty::kByeOnAck});
  if (in.mortal()) return;
  // A BYE for one fork leaves the others alone.
  const Dialog* carrier = at.leg.confirmed();
  if (carrier == nullptr || carrier->id == in.dialog.id) {
    const Cause cause = late ? Cause::kRemoteByeOutOfOrder : Cause::kRemoteBye;
    at.out.send(ToSession{CallLost{at.call, cause, late ? 500 : 0}});
  }
}

void receive_reinvite(const InDialog& in) {
  const LegContext& at = in.at;
  const bool calling = at.leg.phase < InvitePhase::kAccepted;
  // RFC 3261 14.2: one INVITE at a time; 491 for glare, 500 while the peer's own one is pending.
  if (at.leg.own_request(Method::kInvite) || (calling && at.leg.role == CallRole::kCaller)) {
    // Refused, so it refreshes no target; but in order, so its CSeq counts (RFC 3261 12.2.2).
    in.take(Refresh::kNone);
    at.out.record(InviteRefused{at.call, in.request.transaction, 491});
    return in.reply(491);
  }
  if (at.leg.peer_invite || calling) return in.reply(500);
  if (Rejection why = inspect_offer(in.request.message); why.status != 0) return in.reject(why);
  in.take();
  at.out.send(ToSession{PeerReoffered{at.call, sdp_of(in.request.message)}});
}

void receive_inside(const InDialog& in) {
  const SipMessage& message = in.request.message;
  if (message.method() == Method::kBye) return receive_bye(in);
  if (in.mortal()) return in.reply(481);  // RFC 5407 2, RACES I-32
  if (message.cseq() < in.dialog.remote_cseq) return in.reply(500);
  switch (message.method()) {
    case Method::kInvite:
      return receive_reinvite(in);
    case Method::kOptions:
      in.take();
      return answer_forming_dialog(in.at, in.request.transaction, 200, {});
    default:
      in.take();
      return in.reply(message.method() == Method::kOther ? 501 : 405);
  }
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
  if (!at.leg.ending()) at.out.send(ToSession{PeerAnswered{at.call, sdp_of(ack)}});
}

}  // namespace

void receive_request(const DialogLayer::State& state, const RequestReceived& request,
                     const Context& context, Outbox& out) {
  const SipMessage& message = request.message;
  const bool ack = message.method() == Method::kAck;
  if (message.to_tag().empty() && !ack) return receive_outside(state, request, context, out);

  const DialogId id = context.draws.dialog(message.call_id(), message.to_tag(), message.from_tag());
  const CallId call = context.directory.find(id).call;
  const Leg* leg = call ? state.legs.find(call) : nullptr;
  const Dialog* dialog = leg == nullptr ? nullptr : leg->find(id);
  if (dialog == nullptr) {
    // RFC 3261 12.2.2, 15.1.2: a request for an unknown dialog gets 481; an ACK gets nothing.
    if (!ack) answer_stateless(request, 481, {}, context, out);
    return;
  }
  const LegContext at{call, *leg, context, out};
  if (ack) return receive_ack(at, *dialog, message);
  receive_inside({at, *dialog, request});
}

// RFC 3261 9.2: it only has an effect while there is no final response.
void receive_cancel(const LegContext& at, TransactionId invite) {
  const bool first = invite == at.leg.invite && at.leg.phase < InvitePhase::kAccepted;
  const bool second = at.leg.peer_invite && at.leg.peer_invite->transaction == invite;
  if (!first && !second) return;
  answer(at, invite, 487);
  at.out.record(InviteRefused{at.call, invite, 487});
  if (first && !at.leg.ending()) {
    at.out.send(ToSession{CallLost{at.call, Cause::kRemoteCancel, 487}});
  }
}

Endpoint destination_of(const std::vector<std::string>& routes, const std::string& target,
                        const Endpoint& fallback) {
  std::string text = target;
  if (!routes.empty()) {
    if (const auto route = sip::parse_name_addr(routes.front())) text = route->uri;
  }
  const auto uri = sip::parse_uri(text);
  const auto endpoint = uri ? sip::endpoint_of(*uri) : std::nullopt;
  return endpoint.value_or(fallback);
}

std::string contact_uri(const SipMessage& message) {
  std::string uri;
  sip::for_each_value(message, Header::kContact, [&](std::string_view value) {
    const auto address = sip::parse_name_addr(value);
    if (uri.empty() && address) uri = request_uri_of(address->uri);
  });
  return uri;
}

std::string request_uri_of(std::string_view text) {
  auto uri = sip::parse_uri(text);
  if (!uri) return {};
  uri->headers = {};
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
  const auto type = message.header(Header::kContentType);
  if (message.body().empty() || !type) return {};
  constexpr std::string_view kSdp = "application/sdp";
  const bool is_sdp = type->size() >= kSdp.size() &&
                      std::equal(kSdp.begin(), kSdp.end(), type->begin(), [](char a, char b) {
                        return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
                      });
  return is_sdp ? std::string{message.body()} : std::string{};
}

}  // namespace lastcall::core
