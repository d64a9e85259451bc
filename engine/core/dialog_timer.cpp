#include "engine/core/dialog_again.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/sip/delta.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/session_timer.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

using namespace std::chrono_literals;

sip::Seconds seconds(Duration length) { return std::chrono::ceil<sip::Seconds>(length); }

std::optional<sip::SessionExpires> session_expires_of(const SipMessage& message) {
  const auto line = message.header(Header::kSessionExpires);
  const auto read = line ? sip::parse_session_expires(*line) : std::unexpected(sip::ParseError{});
  return read ? std::optional{*read} : std::nullopt;
}

// RFC 4028 5: nobody may ask for less than 90 s, whatever it says.
Duration min_se_of(const SipMessage& message) {
  const auto line = message.header(Header::kMinSe);
  const auto read = line ? sip::parse_delta(*line) : std::unexpected(sip::ParseError{});
  return read ? std::max<Duration>(*read, limits::kMinSe) : limits::kMinSe;
}

// RFC 4028 10: without a refresh the other side gives up a little before the end; who refreshes
// guards the end itself.
Instant end_of(const SessionTerms& terms, Instant now) {
  if (terms.we_refresh) return now + terms.expires;
  return now + terms.expires - std::min<Duration>(32s, terms.expires / 3);
}

// How long, by a request and by what we can take (RFC 4028 9).
Duration expires_for(const SipMessage& request, const Config& config) {
  const auto asked = session_expires_of(request);
  const Duration ours = config.session_expires;
  const Duration least = std::max(min_se_of(request), config.min_se);
  if (!asked) return ours == Duration::zero() ? ours : std::max(ours, least);
  const Duration wished = ours == Duration::zero() ? Duration{asked->interval} : ours;
  return std::clamp<Duration>(wished, std::min<Duration>(least, asked->interval), asked->interval);
}

}  // namespace

std::string timer_lines(const SessionTimer& timer, const Config& config) {
  const bool runs = timer.terms.expires != Duration::zero();
  const Duration wished = runs ? timer.terms.expires : config.session_expires;
  if (wished == Duration::zero()) return {};
  const Duration least = std::max(timer.min_se, config.min_se);
  sip::SessionExpires session{.interval = seconds(std::max(wished, least))};
  // RFC 4028 7.4: who refreshes stays the same; this request's client are we.
  if (runs)
    session.refresher = timer.terms.we_refresh ? sip::Refresher::kUac : sip::Refresher::kUas;
  std::string lines =
      sip::header_line(Header::kSessionExpires, sip::write_session_expires(session));
  if (least > limits::kMinSe) {
    lines += sip::header_line(Header::kMinSe, sip::write_delta(seconds(least)));
  }
  return lines;
}

SessionTerms terms_for(const SipMessage& request, const SessionTimer& timer, const Config& config) {
  const auto asked = session_expires_of(request);
  const bool supports = abilities_of(request, {}).contains(Ability::kTimer);
  if (!asked && !supports) return {};
  SessionTerms terms{.expires = expires_for(request, config), .we_refresh = !supports};
  if (terms.expires == Duration::zero()) return {};
  if (!supports) return terms;  // a proxy asked: nobody else can refresh
  if (asked && asked->refresher) {
    terms.we_refresh = *asked->refresher == sip::Refresher::kUas;
  } else if (timer.terms.expires != Duration::zero()) {
    terms.we_refresh = timer.terms.we_refresh;
  }
  return terms;
}

std::string accepted_timer_lines(const SessionTerms& terms, Abilities peer_can) {
  if (terms.expires == Duration::zero()) return {};
  const sip::SessionExpires session{
      .interval = seconds(terms.expires),
      .refresher = terms.we_refresh ? sip::Refresher::kUas : sip::Refresher::kUac};
  std::string lines =
      sip::header_line(Header::kSessionExpires, sip::write_session_expires(session));
  if (peer_can.contains(Ability::kTimer)) lines += sip::header_line(Header::kRequire, "timer");
  return lines;
}

void offer_timer(const LegContext& at, const SipMessage& request) {
  const SessionTerms terms = terms_for(request, at.leg.timer, at.context.config);
  if (terms == at.leg.timer.offered) return;
  at.out.record(TimerOffered{at.call, terms.expires, terms.we_refresh});
}

void start_timer(const LegContext& at, const SessionTerms& terms) {
  const Instant now = at.context.now;
  if (terms.expires == Duration::zero()) {
    const bool runs = at.leg.timer.terms.expires != Duration::zero();
    if (runs) at.out.record(SessionTimerStopped{at.call});
    return;
  }
  SessionTimerSet set{.call = at.call,
                      .expires = terms.expires,
                      .we_refresh = terms.we_refresh,
                      .expires_at = end_of(terms, now)};
  if (terms.we_refresh) set.refresh_at = now + terms.expires / 2;
  at.out.record(set);
}

void timer_answered(const LegContext& at, const SipMessage& response) {
  const auto session = session_expires_of(response);
  if (!session) return start_timer(at, {});
  // RFC 4028 7.2: the client refreshes unless the server said that it does.
  start_timer(at, {.expires = std::max<Duration>(session->interval, limits::kMinSe),
                   .we_refresh = session->refresher != sip::Refresher::kUas});
}

void refresh_due(const LegContext& at) {
  // RFC 3261 14.1: whatever is under way now may be a refresh itself.
  if (!over(at) && at.leg.busy()) {
    return at.out.record(RefreshPostponed{at.call, at.context.now + limits::kT4});
  }
  at.out.record(RefreshStarted{at.call});
  const Dialog* dialog = at.leg.confirmed();
  if (over(at) || dialog == nullptr) return;
  if (at.leg.peer_can.contains(Ability::kUpdate)) {
    send_in_dialog(at, *dialog, {.method = Method::kUpdate});
    return;
  }
  at.out.send(ToSession{OfferDue{at.call, true}});
}

void session_expired(const LegContext& at) {
  at.out.record(SessionTimerStopped{at.call});
  if (!over(at)) at.out.send(ToSession{CallLost{at.call, Cause::kSessionExpired, 0}});
}

void refresh_refused(const LegContext& at) {
  const auto& end = at.leg.timer.expires_at;
  if (!end) return;
  // Once more after half of what is left, as long as that is not next to nothing: only a 2xx moves
  // the end (RFC 4028 10).
  const Duration half = (*end - at.context.now) / 2;
  if (half < 2 * limits::kT4) return;
  at.out.record(RefreshPostponed{at.call, at.context.now + half});
}

std::optional<Duration> wanted_min_se(const LegContext& at, const Outcome& outcome) {
  if (outcome.status != 422 || outcome.response == nullptr) return std::nullopt;
  const Duration wanted = min_se_of(*outcome.response);
  const Duration asked =
      std::max({at.leg.timer.min_se, at.context.config.min_se,
                at.leg.timer.terms.expires == Duration::zero() ? at.context.config.session_expires
                                                               : at.leg.timer.terms.expires});
  return wanted > asked ? std::optional{wanted} : std::nullopt;
}

bool retry_invite(const LegContext& at, const ResponseReceived& response) {
  if (over(at) || response.request.empty()) return false;
  const auto min_se = wanted_min_se(at, {{}, response.message.status(), &response.message});
  if (!min_se) return false;
  at.out.record(MinSeLearned{at.call, *min_se});
  const std::string lines = timer_lines({.min_se = *min_se}, at.context.config);
  return send_again(
      at, {.refused = response.transaction,
           .request = response.request,
           .changes = {.drop = {Header::kSessionExpires, Header::kMinSe}, .lines = lines}});
}

void apply_to(DialogLayer::State&, Leg& leg, const MinSeLearned& e) { leg.timer.min_se = e.min_se; }

void apply_to(DialogLayer::State&, Leg& leg, const TimerOffered& e) {
  leg.timer.offered = {e.expires, e.we_refresh};
}

void apply_to(DialogLayer::State& state, Leg& leg, const SessionTimerSet& e) {
  SessionTimer& timer = leg.timer;
  timer.terms = {e.expires, e.we_refresh};
  timer.offered = {};
  timer.refreshing = false;
  set_deadline(state, {{}, Timer::kRefresh, e.call.value}, timer.refresh_at, e.refresh_at);
  set_deadline(state, {{}, Timer::kExpiry, e.call.value}, timer.expires_at, e.expires_at);
}

void apply_to(DialogLayer::State& state, Leg& leg, const SessionTimerStopped& e) {
  SessionTimer& timer = leg.timer;
  timer.terms = {};
  timer.offered = {};
  timer.refreshing = false;
  set_deadline(state, {{}, Timer::kRefresh, e.call.value}, timer.refresh_at, std::nullopt);
  set_deadline(state, {{}, Timer::kExpiry, e.call.value}, timer.expires_at, std::nullopt);
}

void apply_to(DialogLayer::State& state, Leg& leg, const RefreshStarted& e) {
  leg.timer.refreshing = true;
  set_deadline(state, {{}, Timer::kRefresh, e.call.value}, leg.timer.refresh_at, std::nullopt);
}

void apply_to(DialogLayer::State& state, Leg& leg, const RefreshPostponed& e) {
  set_deadline(state, {{}, Timer::kRefresh, e.call.value}, leg.timer.refresh_at, e.refresh_at);
}

void set_deadline(DialogLayer::State& state, Deadline deadline, std::optional<Instant>& slot,
                  std::optional<Instant> at) {
  const CallId call{deadline.owner};
  if (slot) state.deadlines.remove({*slot, deadline.timer, deadline.owner}, call);
  slot = at;
  if (slot) state.deadlines.add({*slot, deadline.timer, deadline.owner}, call);
}

void stop_extensions(DialogLayer::State& state, CallId call, Leg& leg) {
  stop_provisional(state, call, leg);
  apply_to(state, leg, SessionTimerStopped{call});
  apply_to(state, leg, CollisionOver{call});
  set_deadline(state, {{}, Timer::kLinger, call.value}, leg.forks_until, std::nullopt);
}

bool over(const LegContext& at) {
  return at.leg.ending() || at.context.directory.find(at.call).found != Found::kLive;
}

}  // namespace lastcall::core
