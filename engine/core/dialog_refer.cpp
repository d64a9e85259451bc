#include "engine/core/dialog_refer.hpp"

#include "engine/sip/delta.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/refer.hpp"
#include "engine/sip/subscription.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <chrono>

namespace lastcall::core {
namespace {

// Long enough for a call that rings to its limit.
Instant expiry_of(const Context& context) {
  return context.now + context.config.ring_timeout + 2 * limits::k64T1;
}

std::string event_line(const Refer& refer) {
  const std::string id = refer.is_named ? std::to_string(refer.cseq) : std::string{};
  return sip::header_line(Header::kEvent, sip::write_event({.name = "refer", .id = id}));
}

std::string state_line(const LegContext& at, const Refer& refer, std::string_view over) {
  sip::SubscriptionState state;
  if (over.empty()) {
    state.expires = std::chrono::ceil<sip::Seconds>(refer.until - at.context.now);
  } else {
    state.status = sip::SubscriptionStatus::kTerminated;
    state.reason = over;
  }
  return sip::header_line(Header::kSubscriptionState, sip::write_subscription_state(state));
}

// Sends the NOTIFY that says how the call stands. `over` is why it is the last one, if it is.
void tell(const LegContext& at, const Refer& refer, std::string_view over) {
  const Dialog* dialog = at.leg.find(refer.dialog);
  if (dialog == nullptr) return at.out.record(ReferEnded{at.call, refer.refer});
  const TransactionId notify =
      send_in_dialog(at, *dialog,
                     {.method = Method::kNotify,
                      .lines = event_line(refer) + state_line(at, refer, over),
                      .body = sip::write_sipfrag(refer.status),
                      .content_type = sip::kSipfrag});
  at.out.record(ReferTold{at.call, refer.refer, notify, refer.status, !over.empty()});
}

// A final response is the end of it (RFC 3515 2.4.4).
void tell(const LegContext& at, const Refer& refer) {
  tell(at, refer, refer.status >= 200 ? "noresource" : "");
}

Refer begun_by(const ReferTaken& e, const Leg& leg) {
  const bool again = std::ranges::any_of(
      leg.refers, [&](const Refer& each) { return each.dialog == e.dialog && !each.ours; });
  return {.refer = e.refer,
          .dialog = e.dialog,
          .cseq = e.cseq,
          .is_named = again || leg.referred > 0,
          .ours = false,
          .placed = e.placed,
          .status = 100,
          .until = e.until};
}

// RFC 3515 2.4.2, 5.2: what we do for nobody.
Rejection judge(const std::expected<sip::ReferTo, sip::ParseError>& target, const LegContext& at) {
  if (!target) return {400};
  if (!at.context.config.follows_refers || target->method != Method::kInvite) return {403};
  if (at.leg.referred >= limits::kRefersMax) return {403};
  if (!sip::is_sip_scheme(sip::scheme_of(target->uri))) return {416};
  return {};
}

bool wants_no_report(const SipMessage& refer) {
  const auto line = refer.header(Header::kReferSub);
  return line && same_ignoring_case(sip::media_type(*line), "false");
}

// RFC 3892 2.2, RFC 3891: what the INVITE says of where it comes from and whom it replaces.
std::string lines_of(const SipMessage& refer, const sip::ReferTo& target) {
  std::string lines;
  if (target.replaces) {
    lines += sip::header_line(Header::kReplaces, sip::write_replaces(*target.replaces));
    lines += sip::header_line(Header::kRequire, "replaces");
  }
  if (const auto by = refer.header(Header::kReferredBy)) {
    lines += sip::header_line(Header::kReferredBy, *by);
  }
  return lines;
}

}  // namespace

void receive_refer(const InDialog& in) {
  const LegContext& at = in.at;
  const SipMessage& message = in.request.message;
  const auto target = sip::refer_to_of(message);
  if (Rejection why = judge(target, at)) {
    in.take(Refresh::kNone);
    return in.reject(std::move(why));
  }
  in.take(Refresh::kTarget);
  const bool silent = wants_no_report(message);
  const ReferTaken taken{.call = at.call,
                         .dialog = in.dialog.id,
                         .refer = in.request.transaction,
                         .cseq = message.cseq(),
                         .placed = at.context.draws.referred_call(at.call, in.request.transaction),
                         .target = target->uri,
                         .lines = lines_of(message, *target),
                         .reported = !silent,
                         .until = expiry_of(at.context)};
  at.out.record(taken);
  const std::string contact = sip::header_line(Header::kContact, contact_in(at, in.dialog));
  in.reject({202, silent ? contact + sip::header_line(Header::kReferSub, "false") : contact});
  at.out.send(ToSession{PlaceReferred{taken.placed, taken.target}});
  if (!silent) tell(at, begun_by(taken, at.leg));
}

void receive_subscribe(const InDialog& in) {
  const LegContext& at = in.at;
  const Refer* refer = refer_of(in, false);
  in.take(refer == nullptr ? Refresh::kNone : Refresh::kTarget);
  if (refer == nullptr) return in.reply(481);
  const auto line = in.request.message.header(Header::kExpires);
  const auto wanted = line ? sip::parse_delta(*line) : std::unexpected(sip::ParseError{});
  const bool unsubscribes = wanted && *wanted == sip::Seconds{0};
  const auto left = std::chrono::ceil<sip::Seconds>(refer->until - at.context.now);
  in.reject({200, sip::header_line(Header::kExpires,
                                   sip::write_delta(unsubscribes ? sip::Seconds{0} : left)) +
                      sip::header_line(Header::kContact, contact_in(at, in.dialog))});
  // RFC 3515 2.4.4: to give up the subscription does not cancel the call.
  tell(at, *refer, unsubscribes ? "timeout" : "");
}

void refer_reported(const LegContext& at, const ReferReport& report) {
  const auto refer = std::ranges::find(at.leg.refers, report.placed, &Refer::placed);
  if (refer == at.leg.refers.end() || refer->status >= 200 || refer->status == report.status) {
    return;
  }
  at.out.record(ReferProgressed{at.call, refer->refer, report.status});
  // One NOTIFY at a time: UDP keeps no order, and only the newest state counts.
  if (refer->notify) return;
  Refer next = *refer;
  next.status = report.status;
  tell(at, next);
}

void notify_finished(const LegContext& at, const Outcome& outcome) {
  const auto refer = std::ranges::find(at.leg.refers, outcome.request.transaction, &Refer::notify);
  if (refer == at.leg.refers.end()) return;
  // RFC 6665 4.2.2: who does not take it, or knows of no subscription, gets no more.
  if (outcome.status >= 300) return at.out.record(ReferEnded{at.call, refer->refer});
  if (refer->status == refer->told) return;
  Refer next = *refer;
  tell(at, next);
}

void report(const LegContext& at, int status) {
  if (at.leg.referrer) at.out.send(ToDialog{ReferReport{at.leg.referrer, at.call, status}});
}

void report_ending(const LegContext& at, Cause cause) {
  if (cause == Cause::kNoAnswer) return report(at, 408);
  report(at, cause == Cause::kTransportFailure || cause == Cause::kMediaFailure ? 503 : 487);
}

void refer_due(const LegContext& at, TransactionId id) {
  const auto refer = std::ranges::find(at.leg.refers, id, &Refer::refer);
  if (refer == at.leg.refers.end()) return;
  if (!refer->ours && !refer->notify) return tell(at, *refer, "timeout");
  at.out.record(ReferEnded{at.call, id});
  if (refer->ours) at.out.send(ToSession{TransferTold{.call = at.call, .is_over = true}});
}

bool is_about_refer(const Leg& leg, const SipMessage& request) {
  if (leg.refers.empty()) return false;
  return request.method() == Method::kNotify || request.method() == Method::kSubscribe;
}

const Refer* refer_of(const InDialog& in, bool ours) {
  const auto event = sip::parse_event(in.request.message.header(Header::kEvent).value_or(""));
  if (!event) return nullptr;
  for (const Refer& refer : in.at.leg.refers) {
    if (refer.dialog != in.dialog.id || refer.ours != ours) continue;
    const bool is_meant =
        event->id.empty() ? !refer.is_named : event->id == std::to_string(refer.cseq);
    if (is_meant) return &refer;
  }
  return nullptr;
}

namespace {

Refer* find(Leg& leg, TransactionId id) {
  const auto it = std::ranges::find(leg.refers, id, &Refer::refer);
  return it == leg.refers.end() ? nullptr : &*it;
}

Deadline deadline_of(const Refer& refer) {
  return {refer.until, Timer::kSubscription, refer.refer.value};
}

void add(DialogLayer::State& state, CallId call, Leg& leg, const Refer& refer) {
  state.deadlines.add(deadline_of(refer), call);
  leg.refers.push_back(refer);
}

void drop(DialogLayer::State& state, CallId call, Leg& leg, TransactionId id) {
  const Refer* refer = find(leg, id);
  if (refer == nullptr) return;
  state.deadlines.remove(deadline_of(*refer), call);
  std::erase_if(leg.refers, [&](const Refer& each) { return each.refer == id; });
}

}  // namespace

void apply_to(DialogLayer::State& state, Leg& leg, const ReferTaken& e) {
  if (e.reported) add(state, e.call, leg, begun_by(e, leg));
  ++leg.referred;
  state.referrals.put(e.placed, {.by = e.reported ? e.call : CallId{}, .lines = e.lines});
}

void apply_to(DialogLayer::State&, Leg& leg, const ReferProgressed& e) {
  if (Refer* refer = find(leg, e.refer)) refer->status = e.status;
}

void apply_to(DialogLayer::State& state, Leg& leg, const ReferTold& e) {
  if (e.last) return drop(state, e.call, leg, e.refer);
  Refer* refer = find(leg, e.refer);
  if (refer == nullptr) return;
  refer->told = e.status;
  refer->notify = e.notify;
}

void apply_to(DialogLayer::State& state, Leg& leg, const ReferSent& e) {
  const bool again = std::ranges::any_of(
      leg.refers, [&](const Refer& each) { return each.dialog == e.dialog && each.ours; });
  add(state, e.call, leg,
      {.refer = e.refer,
       .dialog = e.dialog,
       .cseq = e.cseq,
       .is_named = again,
       .ours = true,
       .until = e.until});
}

void apply_to(DialogLayer::State& state, Leg& leg, const ReferHeard& e) {
  Refer* refer = find(leg, e.refer);
  if (refer == nullptr) return;
  state.deadlines.remove(deadline_of(*refer), e.call);
  refer->until = e.until;
  if (e.status != 0) refer->status = e.status;
  state.deadlines.add(deadline_of(*refer), e.call);
}

void apply_to(DialogLayer::State& state, Leg& leg, const ReferEnded& e) {
  drop(state, e.call, leg, e.refer);
}

void follow_mended(DialogLayer::State& state, Leg& leg, const RequestMended& e) {
  for (Refer& refer : leg.refers) {
    if (refer.notify == e.refused) refer.notify = e.transaction;
    if (refer.refer != e.refused) continue;
    state.deadlines.remove(deadline_of(refer), e.call);
    refer.refer = e.transaction;
    refer.cseq = e.cseq;
    state.deadlines.add(deadline_of(refer), e.call);
  }
}

void apply_to(DialogLayer::State& state, Leg& leg, const TombstoneKept& e) {
  if (leg.until) state.deadlines.remove({*leg.until, Timer::kTombstone, e.call.value}, e.call);
  leg.until = e.until;
  state.deadlines.add({e.until, Timer::kTombstone, e.call.value}, e.call);
}

}  // namespace lastcall::core
