#include "engine/core/dialog_extensions.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/reliability.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

// The RSeq of a response that requires its acknowledgement; 0 if it does not.
std::uint32_t rseq_of(const SipMessage& response) {
  const auto required = sip::option_tags_of(response, Header::kRequire).known;
  const auto line = response.header(Header::kRseq);
  if (!line || !required.contains(sip::OptionTag::k100rel)) return 0;
  return sip::parse_rseq(*line).value_or(0);
}

// RFC 3262 3: with a caller that can, unless its INVITE had no offer: then the first reliable
// response would have to make one, before there is a port to offer.
bool must_be_reliable(const LegContext& at) {
  return at.context.config.reliable != Reliable::kOff && !at.leg.offerless &&
         at.leg.peer_can.contains(Ability::kReliable);
}

}  // namespace

Reliability reliability_of(const Dialog& dialog, const SipMessage& response) {
  const std::uint32_t rseq = rseq_of(response);
  if (rseq == 0) return Reliability::kNone;
  // RFC 3262 4: the first one begins anywhere, each next one is one higher.
  const bool first = dialog.reliable_of != response.cseq();
  return first || rseq == dialog.rseq + 1 ? Reliability::kNext : Reliability::kDropped;
}

void acknowledge_provisional(const LegContext& at, const Dialog& dialog,
                             const SipMessage& response) {
  const std::string target = contact_uri(response);
  const std::uint32_t rseq = rseq_of(response);
  at.out.record(ReliableReceived{at.call, dialog.id, response.cseq(), rseq, target});
  Dialog moved = dialog;
  move_target(moved, target);
  const std::string rack = sip::write_rack({rseq, response.cseq(), "INVITE"});
  send_in_dialog(at, moved,
                 {.method = Method::kPrack, .lines = sip::header_line(Header::kRack, rack)});
}

void receive_reprovisional(const LegContext& at, const SipMessage& response) {
  const Dialog* dialog = at.leg.find(dialog_of(at, response));
  if (dialog == nullptr || at.leg.ending() || dialog->phase == DialogPhase::kMortal) return;
  if (reliability_of(*dialog, response) != Reliability::kNext) return;
  acknowledge_provisional(at, *dialog, response);
  std::string sdp = sdp_of(response);
  if (!sdp.empty()) at.out.send(ToSession{PeerAnswered{at.call, std::move(sdp), false}});
}

void send_provisional(const LegContext& at) {
  const Instant now = at.context.now;
  ProvisionalSent sent{.call = at.call, .again_at = now + limits::kRingAgain};
  if (must_be_reliable(at)) {
    const std::uint32_t last = at.leg.provisional.rseq;
    sent.rseq = last == 0 ? at.context.draws.first_rseq(at.leg.invite) : last + 1;
    sent.resend_at = now + limits::kT1;
    sent.gives_up_at = now + limits::k64T1;
  }
  const std::uint32_t rseq = sent.rseq;
  at.out.record(std::move(sent));
  // Where nothing unreliable is wanted and nothing reliable possible, only a 100 is left.
  const bool only_trying = rseq == 0 && at.leg.peer_can.contains(Ability::kOnlyReliable);
  if (only_trying) return answer(at, at.leg.invite, 100);
  std::string lines;
  if (rseq != 0) {
    lines = sip::header_line(Header::kRequire, "100rel") +
            sip::header_line(Header::kRseq, std::to_string(rseq));
  }
  answer_forming_dialog(at, at.leg.invite, {.status = 180, .lines = std::move(lines)});
}

void provisional_due(const LegContext& at) {
  // RFC 3262 3: one at a time; what is repeated keeps the caller patient as well.
  if (!at.leg.provisional.repeated()) return send_provisional(at);
  at.out.record(ProvisionalPostponed{at.call, at.context.now + limits::kRingAgain});
}

void resend_provisional(const LegContext& at) {
  const Provisional& last = at.leg.provisional;
  if (!last.resend_at) return;
  const Instant next = std::max(*last.resend_at + 2 * last.interval, at.context.now + limits::kT1);
  at.out.record(ProvisionalResent{at.call, next});
  at.out.send(ToTransaction{RepeatResponse{at.call, at.leg.invite}});
}

// RFC 3262 3: the INVITE is rejected with a 5xx.
void provisional_unacknowledged(const LegContext& at) {
  constexpr int kTimeout = 504;
  at.out.record(InviteRefused{at.call, at.leg.invite, kTimeout});
  answer(at, at.leg.invite, kTimeout);
  if (!at.leg.ending()) {
    at.out.send(ToSession{CallLost{at.call, Cause::kDialogFailure, kTimeout}});
  }
}

void receive_prack(const InDialog& in) {
  const LegContext& at = in.at;
  if (Rejection why = inspect_inside(in.request.message)) return in.refuse(std::move(why));
  const Provisional& last = at.leg.provisional;
  const auto line = in.request.message.header(Header::kRack);
  const auto rack = line ? sip::parse_rack(*line) : std::unexpected(sip::ParseError{});
  const bool matches = rack && last.rseq != 0 && !last.acknowledged && rack->rseq == last.rseq &&
                       rack->cseq == at.leg.peer_cseq && rack->method == "INVITE";
  if (!matches) return in.refuse({481});
  in.take(Refresh::kNone);
  at.out.record(ProvisionalAcknowledged{at.call, rack->rseq});
  in.reply(200);
}

void apply_to(DialogLayer::State&, Leg& leg, const ReliableReceived& e) {
  Dialog* dialog = leg.find(e.dialog);
  if (dialog == nullptr) return;
  dialog->reliable_of = e.cseq;
  dialog->rseq = e.rseq;
  move_target(*dialog, e.remote_target);
}

void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalSent& e) {
  stop_provisional(state, e.call, leg);
  Provisional& sent = leg.provisional;
  if (e.rseq != 0) sent.rseq = e.rseq;
  sent.acknowledged = e.rseq == 0;
  sent.interval = limits::kT1;
  const auto wait = [&](Timer timer, std::optional<Instant>& slot, std::optional<Instant> at) {
    set_deadline(state, {{}, timer, e.call.value}, slot, at);
  };
  wait(Timer::kTrying, sent.again_at, e.again_at);
  wait(Timer::kReliableResend, sent.resend_at, e.resend_at);
  wait(Timer::kReliableGiveUp, sent.gives_up_at, e.gives_up_at);
}

void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalPostponed& e) {
  set_deadline(state, {{}, Timer::kTrying, e.call.value}, leg.provisional.again_at, e.again_at);
}

void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalResent& e) {
  leg.provisional.interval *= 2;
  set_deadline(state, {{}, Timer::kReliableResend, e.call.value}, leg.provisional.resend_at,
               e.resend_at);
}

void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalAcknowledged& e) {
  Provisional& last = leg.provisional;
  last.acknowledged = true;
  set_deadline(state, {{}, Timer::kReliableResend, e.call.value}, last.resend_at, std::nullopt);
  set_deadline(state, {{}, Timer::kReliableGiveUp, e.call.value}, last.gives_up_at, std::nullopt);
}

// The final response has left: nothing provisional is sent any more. Its PRACK may still come.
void stop_provisional(DialogLayer::State& state, CallId call, Leg& leg) {
  Provisional& last = leg.provisional;
  set_deadline(state, {{}, Timer::kTrying, call.value}, last.again_at, std::nullopt);
  set_deadline(state, {{}, Timer::kReliableResend, call.value}, last.resend_at, std::nullopt);
  set_deadline(state, {{}, Timer::kReliableGiveUp, call.value}, last.gives_up_at, std::nullopt);
}

}  // namespace lastcall::core
