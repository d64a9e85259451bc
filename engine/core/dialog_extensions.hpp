#pragma once
// The parts of the dialog layer that extensions of SIP bring, each in a file of its own: decisions
// as in dialog_steps.hpp, and the apply_to() of its events, which dialog.cpp dispatches to.

#include "engine/core/dialog_inside.hpp"
#include "engine/core/dialog_steps.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::core {

// ---- dialog_abilities.cpp: what the peer can do, and what an INVITE needs of us.

// What a message says of its sender; what it does not mention is as before.
[[nodiscard]] Abilities abilities_of(const SipMessage& message, Abilities known);
void learn_peer(const LegContext& at, const SipMessage& message);
// 420 for reliability that we do not do, 421 for a caller without it if we insist, 422 for a
// session timer below our minimum (RFC 3262 3, RFC 4028 9).
[[nodiscard]] Rejection inspect_extensions(const SipMessage& request, const Config& config);

// ---- dialog_early.cpp: provisional responses to our first INVITE, and forks.

void receive_provisional(const LegContext& at, const SipMessage& response);
// The first 2xx came while other dialogs are early.
void settle_forks(const LegContext& at, DialogId kept);
void forks_due(const LegContext& at);
// A 2xx with the offer: asks the session for the answer. And that answer, in the ACK.
void receive_offer(const LegContext& at, const Dialog& dialog, const SipMessage& response);
void answer_offer_in_ack(const LegContext& at, const AnswerOffer& answer);
// Acknowledges an offer with a description that takes nothing (RFC 3261 13.2.2.4).
void decline_offer(const LegContext& at, const Dialog& dialog, std::string_view offer);

// ---- dialog_reliable.cpp: RFC 3262.

// Whether a provisional response must be acknowledged, or is one to be dropped: a repeat, or one
// that overtook another.
enum class Reliability : std::uint8_t { kNone, kNext, kDropped };
[[nodiscard]] Reliability reliability_of(const Dialog& dialog, const SipMessage& response);
// Sends the PRACK of a response that is kNext.
void acknowledge_provisional(const LegContext& at, const Dialog& dialog,
                             const SipMessage& response);
// A provisional response to our re-INVITE.
void receive_reprovisional(const LegContext& at, const SipMessage& response);
// Callee: tells the caller that it rings, and does so again.
void send_provisional(const LegContext& at);
void provisional_due(const LegContext& at);
void resend_provisional(const LegContext& at);
void provisional_unacknowledged(const LegContext& at);
void receive_prack(const InDialog& in);

// ---- dialog_update.cpp: RFC 3311.

void receive_update(const InDialog& in);
void answer_update(const LegContext& at, const AnswerUpdate& answer);
void update_finished(const LegContext& at, const Outcome& outcome);

// ---- dialog_collision.cpp: RFC 3261 14.1.

// Our offer has to wait: the peer refused it with 491, or it was never `sent`.
void meet_collision(const LegContext& at, const Dialog& dialog, bool sent);
void collision_due(const LegContext& at);

// ---- dialog_timer.cpp: RFC 4028.

// What our INVITEs and UPDATEs say of the session timer, as header lines.
[[nodiscard]] std::string timer_lines(const SessionTimer& timer, const Config& config);
// What a 2xx of ours to this request says of it.
[[nodiscard]] SessionTerms terms_for(const SipMessage& request, const SessionTimer& timer,
                                     const Config& config);
[[nodiscard]] std::string accepted_timer_lines(const SessionTerms& terms, Abilities peer_can);
// Keeps these terms until the pending request is answered.
void offer_timer(const LegContext& at, const SipMessage& request);
// A 2xx sets or stops the timer: one that we send, or one of the peer.
void start_timer(const LegContext& at, const SessionTerms& terms);
void timer_answered(const LegContext& at, const SipMessage& response);
void refresh_due(const LegContext& at);
void session_expired(const LegContext& at);
// Our refresh was refused, but the session goes on.
void refresh_refused(const LegContext& at);
// 422: what the peer asks for at least, if that is news.
[[nodiscard]] std::optional<Duration> wanted_min_se(const LegContext& at, const Outcome& outcome);
// 422 to our first INVITE: it goes again. False: that would not help.
[[nodiscard]] bool retry_invite(const LegContext& at, const ResponseReceived& response);

// Whether the call is ending, though this layer may not have heard of it yet.
[[nodiscard]] bool over(const LegContext& at);

// ---- applying their events

// A deadline of a call that an optional instant stands for.
void set_deadline(DialogLayer::State& state, Deadline deadline, std::optional<Instant>& slot,
                  std::optional<Instant> at);
// Everything here that waits belongs to the living call (RACES TP-02).
void stop_extensions(DialogLayer::State& state, CallId call, Leg& leg);
void stop_provisional(DialogLayer::State& state, CallId call, Leg& leg);
// An accepted request or response moved the peer's target (RFC 3261 12.2).
void move_target(Dialog& dialog, const std::string& target);
// The same by a request that we accept: it counts for more than any response under way.
void accept_target(Leg& leg, const PendingRequest& request);

void apply_to(DialogLayer::State& state, Leg& leg, const PeerLearned& e);
void apply_to(DialogLayer::State& state, Leg& leg, const PeerDescribed& e);
void apply_to(DialogLayer::State& state, Leg& leg, const EarlyDialogEnded& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ForksSettling& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ForksEnded& e);
void apply_to(DialogLayer::State& state, Leg& leg, const OfferReceived& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ReliableReceived& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalSent& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalPostponed& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalResent& e);
void apply_to(DialogLayer::State& state, Leg& leg, const ProvisionalAcknowledged& e);
void apply_to(DialogLayer::State& state, Leg& leg, const RequestRefused& e);
void apply_to(DialogLayer::State& state, Leg& leg, const UpdateAnswered& e);
void apply_to(DialogLayer::State& state, Leg& leg, const TargetRefreshed& e);
void apply_to(DialogLayer::State& state, Leg& leg, const CollisionMet& e);
void apply_to(DialogLayer::State& state, Leg& leg, const CollisionOver& e);
void apply_to(DialogLayer::State& state, Leg& leg, const MinSeLearned& e);
void apply_to(DialogLayer::State& state, Leg& leg, const TimerOffered& e);
void apply_to(DialogLayer::State& state, Leg& leg, const SessionTimerSet& e);
void apply_to(DialogLayer::State& state, Leg& leg, const SessionTimerStopped& e);
void apply_to(DialogLayer::State& state, Leg& leg, const RefreshStarted& e);
void apply_to(DialogLayer::State& state, Leg& leg, const RefreshPostponed& e);

}  // namespace lastcall::core
