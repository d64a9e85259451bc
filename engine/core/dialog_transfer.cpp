#include "engine/core/dialog_refer.hpp"
#include "engine/sip/delta.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/refer.hpp"
#include "engine/sip/subscription.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace lastcall::core {
namespace {

constexpr std::string_view kCallPrefix = "call:";

// RFC 5589 7: the peer of another call of ours, which it is to replace.
std::optional<sip::ReferTo> peer_of(const DialogLayer::State& state, std::string_view id) {
  const auto value = from_hex(id);
  const Leg* other = value ? state.legs.find(CallId{*value}) : nullptr;
  const Dialog* dialog = other == nullptr || other->ending() ? nullptr : other->confirmed();
  if (dialog == nullptr) return std::nullopt;
  return sip::ReferTo{.uri = dialog->remote_target,
                      .replaces = sip::Replaces{.call_id = other->sip_call_id,
                                                .to_tag = dialog->remote_tag,
                                                .from_tag = other->local_tag}};
}

std::optional<sip::ReferTo> target_of(const DialogLayer::State& state, std::string_view target) {
  if (target.starts_with(kCallPrefix)) return peer_of(state, target.substr(kCallPrefix.size()));
  const std::string uri = request_uri_of(target);
  if (uri.empty()) return std::nullopt;
  return sip::ReferTo{.uri = uri};
}

void tell_session(const LegContext& at, int status, std::string_view phrase, bool is_over) {
  if (at.leg.ending()) return;
  const std::string text = std::to_string(status) + " " + std::string{phrase};
  at.out.send(ToSession{TransferTold{at.call, status, status == 0 ? "" : text, is_over}});
}

// RFC 5057 5.1: the answers that say that the whole dialog is gone (RACES R-OA-26).
bool ends_dialog(int status) {
  constexpr std::array kEnding{404, 410, 416, 482, 483, 484, 485, 502, 604};
  return std::ranges::find(kEnding, status) != kEnding.end();
}

}  // namespace

void transfer(const DialogLayer::State& state, const LegContext& at, const Transfer& wish) {
  const Dialog* dialog = at.leg.confirmed();
  const auto target = target_of(state, wish.target);
  if (at.leg.ending()) return;
  if (dialog == nullptr || !target) return tell_session(at, 0, {}, true);
  const std::uint32_t cseq =
      at.context.draws.next_cseq(at.call, dialog->id, Method::kRefer, dialog->local_cseq);
  const TransactionId refer =
      send_in_dialog(at, *dialog,
                     {.method = Method::kRefer,
                      .lines = sip::header_line(Header::kReferTo, sip::write_refer_to(*target)) +
                               sip::header_line(Header::kReferredBy, at.leg.local_uri)});
  at.out.record(ReferSent{.call = at.call,
                          .dialog = dialog->id,
                          .refer = refer,
                          .cseq = cseq,
                          .target = target->uri,
                          .until = at.context.now + limits::k64T1});
}

void refer_finished(const LegContext& at, const Outcome& outcome) {
  if (outcome.status < 300) return;  // its NOTIFY tells the rest
  at.out.record(ReferEnded{at.call, outcome.request.transaction});
  tell_session(at, outcome.status, sip::reason_phrase(outcome.status), true);
  if (!at.leg.ending() && outcome.response != nullptr && ends_dialog(outcome.status)) {
    at.out.send(ToSession{CallLost{at.call, Cause::kDialogFailure, outcome.status}});
  }
}

void receive_notify(const InDialog& in) {
  const LegContext& at = in.at;
  const SipMessage& notify = in.request.message;
  const Refer* refer = refer_of(in, true);
  in.take(refer == nullptr ? Refresh::kNone : Refresh::kTarget);
  if (refer == nullptr) return in.reply(481);
  in.reply(200);
  const auto line = notify.header(Header::kSubscriptionState);
  const auto told = line ? sip::parse_subscription_state(*line) : sip::SubscriptionState{};
  const sip::SubscriptionState state = told.value_or(sip::SubscriptionState{});
  const auto frag = sip::parse_sipfrag(notify.body());
  const int status = frag ? frag->status : 0;
  const bool is_over = state.status == sip::SubscriptionStatus::kTerminated;
  if (is_over) {
    at.out.record(ReferEnded{at.call, refer->refer});
  } else {
    const sip::Seconds expires =
        std::min(state.expires.value_or(sip::Seconds{180}), sip::Seconds{std::chrono::hours{1}});
    at.out.record(ReferHeard{at.call, refer->refer, status, at.context.now + expires});
  }
  // RFC 3515 2.4.4: what it ends with is how the transfer went; without a final status it failed.
  tell_session(at, status, frag ? frag->reason : std::string_view{}, is_over || status >= 200);
}

}  // namespace lastcall::core
