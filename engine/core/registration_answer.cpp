#include "engine/core/registration_answer.hpp"

#include "engine/core/addresses.hpp"
#include "engine/core/challenges.hpp"
#include "engine/sip/binding.hpp"
#include "engine/sip/delta.hpp"

#include <algorithm>
#include <string>

namespace lastcall::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// RFC 5626 4.5: the pause after a failure, doubled with each further one.
constexpr Duration kRetryBase = seconds{30};
constexpr Duration kRetryMax = minutes{30};
// A registrar that asks for longer than a day is not believed.
constexpr Duration kRetryAfterMax = minutes{24 * 60};

// For how long our contact is bound (10.2.4). A registrar that does not name it as we wrote it, as
// behind a NAT, has bound it all the same: for as long as we asked.
Duration granted(const RegistrationContext& at, const SipMessage& response) {
  const std::string ours =
      binding_for(at.context.config, at.registration.aor, at.registration.attempt->targets.back());
  return sip::granted_to(ours, response).value_or(seconds{at.registration.expires});
}

void tell(const RegistrationContext& at, std::string text) {
  at.out.send(ToClient{News{.call = at.call,
                            .notice = NoticeKind::kRegistration,
                            .peer = at.registration.aor,
                            .text = std::move(text)}});
}

std::string in_seconds(Duration length) {
  return std::to_string(std::chrono::duration_cast<seconds>(length).count()) + " s";
}

// The commands of the attempt have their answer; what was wanted meanwhile begins.
void finish(const RegistrationContext& at, OpResult result,
            const std::vector<Challenged>& challenges) {
  const RegisterAttempt& attempt = *at.registration.attempt;
  for (const CommandId command : attempt.commands) {
    at.out.send(ToClient{OperationDone{at.call, command, attempt.op, result}});
  }
  if (!at.registration.next) return;
  begin_register(at, {.op = at.registration.next->op,
                      .target = registrar_of(at.context.config, at.registration.aor),
                      .expires = at.registration.expires,
                      .challenges = challenges});
}

void succeed(const RegistrationContext& at, const SipMessage& response) {
  const Registration& registration = at.registration;
  const std::vector<Challenged> challenges = renewed(registration.challenges, response);
  if (registration.attempt->op == Op::kUnregister) {
    at.out.record(Unregistered{at.call});
    tell(at, "no longer registered");
    return finish(at, OpResult::kOk, challenges);
  }
  const Duration length = granted(at, response);
  if (length <= Duration{}) return fail_register(at, response.status(), std::nullopt);
  const Instant now = at.context.now;
  at.out.record(Registered{at.call, now + length, now + refresh_after(length), challenges});
  if (!registration.bound) tell(at, "registered for " + in_seconds(length));
  finish(at, OpResult::kOk, challenges);
}

// The same REGISTER again, with what the answer has taught.
NextRegister mended(const RegisterAttempt& attempt, const Registration& registration) {
  return {.op = attempt.op,
          .target = attempt.targets.back(),
          .expires = registration.expires,
          .tries = attempt.tries + 1,
          .challenges = registration.challenges};
}

// The best contact of a redirection that was not tried yet (8.1.3.4); empty if there is none.
std::string redirected(const RegisterAttempt& attempt, const SipMessage& response) {
  for (std::string& target : sip::targets_of(response)) {
    if (std::ranges::find(attempt.targets, target) == attempt.targets.end()) return target;
  }
  return {};
}

// RFC 3261 10.2.8: the least that the registrar takes, if it is more than we asked for.
std::optional<std::uint32_t> raised(const SipMessage& response, std::uint32_t asked) {
  const auto value = response.header(Header::kMinExpires);
  const auto least = value ? sip::parse_delta(*value) : std::unexpected(sip::ParseError{});
  if (!least || *least <= seconds{asked}) return std::nullopt;
  return static_cast<std::uint32_t>(least->count());
}

std::optional<Duration> retry_after_of(const SipMessage& response) {
  const auto value = response.header(Header::kRetryAfter);
  const auto retry = value ? sip::parse_retry_after(*value) : std::unexpected(sip::ParseError{});
  if (!retry) return std::nullopt;
  return std::min<Duration>(retry->delay, kRetryAfterMax);
}

// What can be mended; nothing if the answer stands.
std::optional<NextRegister> mended_for(const RegistrationContext& at,
                                       const ResponseReceived& final) {
  const RegisterAttempt& attempt = *at.registration.attempt;
  const int status = final.message.status();
  NextRegister next = mended(attempt, at.registration);
  if (status == 401 || status == 407) {
    const Credence credence = attempt.tries == 1 ? Credence::kReused : Credence::kFresh;
    auto challenges =
        next_challenges(at.registration.challenges, final, credence, at.context.config);
    if (!challenges) return std::nullopt;
    next.challenges = *std::move(challenges);
    return next;
  }
  if (status == 423) {
    const auto least = raised(final.message, next.expires);
    if (!least || attempt.op != Op::kRegister) return std::nullopt;
    next.expires = *least;
    return next;
  }
  if (status >= 300 && status < 400) {
    next.target = redirected(attempt, final.message);
    if (next.target.empty()) return std::nullopt;
    return next;
  }
  return std::nullopt;
}

// 0.5 to 1 times the pause that doubles with each failure: many clients come back one by one.
Duration pause(const RegistrationContext& at) {
  const std::uint32_t doublings = std::min(at.registration.failures, 10U);
  const Duration longest = std::min<Duration>(kRetryBase * (1LL << doublings), kRetryMax);
  return longest / 2 + at.context.draws.jitter(at.call, at.registration.attempt->cseq, longest / 2);
}

}  // namespace

void receive_final(const RegistrationContext& at, const ResponseReceived& final) {
  const int status = final.message.status();
  if (status < 300) return succeed(at, final.message);
  if (at.registration.attempt->tries < kTriesMax) {
    if (const auto next = mended_for(at, final)) return begin_register(at, *next);
  }
  fail_register(at, status, retry_after_of(final.message));
}

void fail_register(const RegistrationContext& at, int status, std::optional<Duration> retry_after) {
  RegistrationFailed failed{.call = at.call, .status = status};
  std::string text = "not registered: " + std::to_string(status);
  const bool again = at.registration.attempt->op == Op::kRegister && !at.registration.next;
  if (again) {
    const Duration wait = retry_after.value_or(Duration{}) + pause(at);
    failed.retry_at = at.context.now + wait;
    text += ", again in " + in_seconds(wait);
  }
  at.out.record(failed);
  tell(at, std::move(text));
  finish(at, OpResult::kRefused, {});
}

Duration refresh_after(Duration granted) {
  if (granted <= seconds{60}) return granted / 2;
  return std::min<Duration>(granted / 10 * 9, granted - seconds{30});
}

}  // namespace lastcall::core
