#include "engine/core/dialog_extensions.hpp"
#include "engine/core/dialog_refer.hpp"
#include "engine/core/offer_answer.hpp"
#include "engine/sip/sdp.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::core {
namespace {

// A provisional response of one early dialog, new or known.
void progress(const LegContext& at, const Dialog& dialog, const SipMessage& response) {
  const Reliability reliability = reliability_of(dialog, response);
  if (reliability == Reliability::kDropped) return;
  learn_peer(at, response);
  const bool reliable = reliability == Reliability::kNext;
  // RFC 3261 13.2.1: the first description in any response is the answer. To an INVITE without an
  // offer only the 2xx makes one, for we do not ask for reliable responses then.
  std::string sdp = at.leg.offerless ? std::string{} : sdp_of(response);
  const bool settled = reliable && !sdp.empty();
  if (!dialog.remote_sdp.empty()) {
    sdp = settled ? dialog.remote_sdp : std::string{};
  } else if (!sdp.empty()) {
    at.out.record(PeerDescribed{at.call, dialog.id, sdp});
  }
  const bool alerting = response.status() == 180;
  at.out.send(ToSession{PeerRinging{at.call, std::move(sdp), settled, alerting}});
  if (reliable) acknowledge_provisional(at, dialog, response);
}

// A valid answer that takes nothing: every stream is switched off (RFC 6337 5.2.4). To what cannot
// be read there is none.
std::string refusal_of(const LegContext& at, std::string_view offer) {
  const auto read = sip::parse_sdp(offer);
  if (!read) return {};
  const std::string& host = at.context.config.contact.host;
  sip::Sdp answer;
  answer.origin = {.username = "lastcall",
                   .session_id = std::to_string(at.context.draws.sdp_session(at.call)),
                   .version = 1,
                   .address = host};
  answer.connection = host;
  for (const sip::SdpMedia& media : read->media) answer.media.push_back(sip::switched_off(media));
  return sip::write(answer);
}

}  // namespace

void receive_provisional(const LegContext& at, const SipMessage& response) {
  if (at.leg.phase == InvitePhase::kCalling) at.out.record(InviteProceeding{at.call});
  if (at.leg.duties.contains(Duty::kCancelOnProvisional)) {
    at.out.record(DutyDone{at.call, Duty::kCancelOnProvisional});
    at.out.send(ToTransaction{SendCancel{at.call, at.leg.invite}});
  }
  if (response.status() == 100) return;
  const Dialog* known = at.leg.find(dialog_of(at, response));
  const Dialog dialog = known != nullptr ? *known : described(at, response, nullptr);
  const bool room = at.leg.dialogs.size() < limits::kDialogsMax;
  const bool starts = known == nullptr && !response.to_tag().empty() && room;
  if (starts && response.status() != 199) start_dialog(at, dialog);
  if (at.leg.ending() || dialog.phase == DialogPhase::kMortal) return;
  if (response.status() == 199) {
    // RFC 6228: this one is over; no other is touched.
    if (known != nullptr) at.out.record(EarlyDialogEnded{at.call, dialog.id});
    return;
  }
  report(at, response.status());
  if (known != nullptr || starts) return progress(at, dialog, response);
  at.out.send(ToSession{PeerRinging{.call = at.call, .alerting = response.status() == 180}});
}

void settle_forks(const LegContext& at, DialogId kept) {
  const bool others = std::ranges::any_of(at.leg.dialogs, [&](const Dialog& dialog) {
    return dialog.id != kept && dialog.phase == DialogPhase::kEarly;
  });
  if (others) at.out.record(ForksSettling{at.call, at.context.now + limits::k64T1});
}

void forks_due(const LegContext& at) { at.out.record(ForksEnded{at.call}); }

void receive_offer(const LegContext& at, const Dialog& dialog, const SipMessage& response) {
  std::string sdp = sdp_of(response);
  at.out.record(OfferReceived{.call = at.call,
                              .dialog = dialog.id,
                              .remote_target = dialog.remote_target,
                              .routes = dialog.routes,
                              .destination = dialog.destination,
                              .sdp = sdp});
  at.out.send(ToSession{PeerAccepted{at.call, std::move(sdp)}});
}

void answer_offer_in_ack(const LegContext& at, const AnswerOffer& answer) {
  const auto dialog = std::ranges::find(at.leg.dialogs, true, &Dialog::owes_answer);
  if (dialog == at.leg.dialogs.end()) return;  // the call ended meanwhile, and declined it
  if (answer.sdp.empty()) return decline_offer(at, *dialog, dialog->remote_sdp);
  acknowledge(at, *dialog, {at.leg.invite_cseq, answer.sdp});
}

void decline_offer(const LegContext& at, const Dialog& dialog, std::string_view offer) {
  acknowledge(at, dialog, {at.leg.invite_cseq, refusal_of(at, offer)});
}

void apply_to(DialogLayer::State&, Leg& leg, const PeerDescribed& e) {
  if (Dialog* dialog = leg.find(e.dialog)) dialog->remote_sdp = e.sdp;
}

void apply_to(DialogLayer::State&, Leg& leg, const EarlyDialogEnded& e) {
  if (Dialog* dialog = leg.find(e.dialog)) dialog->phase = DialogPhase::kMortal;
}

void apply_to(DialogLayer::State& state, Leg& leg, const ForksSettling& e) {
  set_deadline(state, {e.until, Timer::kLinger, e.call.value}, leg.forks_until, e.until);
}

void apply_to(DialogLayer::State& state, Leg& leg, const ForksEnded& e) {
  set_deadline(state, {{}, Timer::kLinger, e.call.value}, leg.forks_until, std::nullopt);
  for (Dialog& dialog : leg.dialogs) {
    if (dialog.phase == DialogPhase::kEarly) dialog.phase = DialogPhase::kMortal;
  }
}

void apply_to(DialogLayer::State&, Leg& leg, const OfferReceived& e) {
  leg.phase = InvitePhase::kAccepted;
  Dialog* dialog = leg.find(e.dialog);
  if (dialog == nullptr) return;
  dialog->phase = DialogPhase::kMoratorium;
  dialog->remote_target = e.remote_target;
  dialog->routes = e.routes;
  dialog->destination = e.destination;
  dialog->remote_sdp = e.sdp;
  dialog->owes_answer = true;
}

}  // namespace lastcall::core
