#include "engine/core/registration.hpp"

#include "engine/core/addresses.hpp"
#include "engine/core/registration_answer.hpp"

#include <utility>

namespace lastcall::core {
namespace {

using State = RegistrationLayer::State;

// What we ask for until a registrar wants it otherwise (RFC 3261 10.2.1.1 suggests one hour).
constexpr std::uint32_t kExpires = 3600;

void answer(const Operate& wanted, OpResult result, Outbox& out) {
  out.send(ToClient{OperationDone{wanted.call, wanted.command, wanted.op, result}});
}

// Whether a command of this kind gets its answer from the attempt that is under way.
bool joins(const Registration& registration, Op op) {
  return registration.attempt && registration.attempt->op == op && !registration.next;
}

void operate(const State& state, const Operate& wanted, const Context& context, Outbox& out) {
  const std::string registrar = registrar_of(context.config, wanted.target);
  if (registrar.empty()) return answer(wanted, OpResult::kRefused, out);  // no SIP URI
  const Registration* known = state.registrations.find(wanted.call);
  const Registration fresh{.aor = wanted.target, .expires = kExpires};
  const Registration& registration = known == nullptr ? fresh : *known;
  out.record(RegistrationWanted{wanted.call, wanted.target, wanted.op, wanted.command});
  if (registration.attempt) {
    // RFC 3261 10.2: not before the final response. Only the newest wish counts.
    if (joins(registration, wanted.op) || !registration.next) return;
    const RegistrationWish& passed = *registration.next;
    return answer({wanted.call, passed.command, passed.op, {}}, OpResult::kWrongState, out);
  }
  begin_register({wanted.call, registration, context, out},
                 {.op = wanted.op,
                  .target = registrar,
                  .expires = registration.expires,
                  .challenges = registration.challenges});
}

void decide_deadline(const RegistrationContext& at) {
  const Registration& registration = at.registration;
  // Whoever was asked for a signature died with it.
  if (registration.attempt) return fail_register(at, 401, std::nullopt);
  begin_register(at, {.op = Op::kRegister,
                      .target = registrar_of(at.context.config, registration.aor),
                      .expires = registration.expires,
                      .challenges = registration.challenges});
}

void receive_signature(const RegistrationContext& at, const RequestSigned& signature) {
  if (!at.registration.attempt->signing) return;
  if (signature.lines.empty()) return fail_register(at, 401, std::nullopt);
  send_signed(at, signature.lines);
}

// Whether a response or a signature is of the attempt that is under way.
bool is_awaited(const Registration& registration, TransactionId transaction) {
  return registration.attempt && registration.attempt->transaction == transaction;
}

}  // namespace

void RegistrationLayer::decide(const State& state, const Input& input, const Context& context,
                               Outbox& out) {
  if (const auto* wanted = std::get_if<Operate>(&input)) {
    return operate(state, *wanted, context, out);
  }
  const CallId call = std::visit([](const auto& mail) { return CallId{mail.call}; }, input);
  const Registration* registration = state.registrations.find(call);
  if (registration == nullptr) return;
  const RegistrationContext at{call, *registration, context, out};
  const auto is_ours = [&](const auto& m) { return is_awaited(*registration, m.transaction); };
  match(
      input, [&](const DeadlineDue&) { decide_deadline(at); },
      [&](const RequestSigned& m) {
        if (is_ours(m)) receive_signature(at, m);
      },
      [&](const ResponseReceived& m) {
        if (is_ours(m) && m.message.status() >= 200) receive_final(at, m);
      },
      [&](const RequestFailed& m) {
        if (is_ours(m)) fail_register(at, m.status, std::nullopt);
      },
      [](const Operate&) {});
}

namespace {

void set_due(State& state, CallId call, Registration& registration, std::optional<Instant> due) {
  const auto entry = [&] { return Deadline{*registration.due, Timer::kRegister, call.value}; };
  if (registration.due) state.deadlines.remove(entry(), call);
  registration.due = due;
  if (registration.due) state.deadlines.add(entry(), call);
}

void apply_wanted(State& state, const RegistrationWanted& e) {
  Registration* known = state.registrations.find(e.call);
  if (known == nullptr) {
    known = &state.registrations.put(e.call, {.aor = e.aor, .expires = kExpires});
  }
  if (joins(*known, e.op)) {
    known->attempt->commands.push_back(e.command);
  } else {
    known->next = RegistrationWish{e.op, e.command};
  }
}

void apply_begun(Registration& registration, const RegisterBegun& e) {
  RegisterAttempt attempt{.transaction = e.transaction,
                          .op = e.op,
                          .cseq = e.cseq,
                          .tries = e.tries,
                          .signing = e.sign_by.has_value()};
  if (registration.attempt) {  // the same one, mended
    attempt.targets = std::move(registration.attempt->targets);
    attempt.commands = std::move(registration.attempt->commands);
  } else if (registration.next) {
    attempt.commands.push_back(registration.next->command);
    registration.next.reset();
  }
  if (attempt.targets.empty() || attempt.targets.back() != e.target) {
    attempt.targets.push_back(e.target);
  }
  registration.attempt = std::move(attempt);
  registration.cseq = e.cseq;
  registration.expires = e.expires;
  registration.challenges = e.challenges;
}

}  // namespace

void RegistrationLayer::apply(State& state, const Event& event) {
  if (const auto* wanted = std::get_if<RegistrationWanted>(&event)) {
    return apply_wanted(state, *wanted);
  }
  const CallId call = std::visit([](const auto& e) { return CallId{e.call}; }, event);
  Registration* registration = state.registrations.find(call);
  if (registration == nullptr) return;
  match(
      event, [](const RegistrationWanted&) {},
      [&](const RegisterBegun& e) {
        apply_begun(*registration, e);
        set_due(state, call, *registration, e.sign_by);
      },
      [&](const RegisterSigned&) {
        if (registration->attempt) registration->attempt->signing = false;
        set_due(state, call, *registration, std::nullopt);
      },
      [&](const Registered& e) {
        registration->attempt.reset();
        registration->bound = true;
        registration->failures = 0;
        registration->challenges = e.challenges;
        set_due(state, call, *registration, e.refresh_at);
      },
      [&](const Unregistered&) {
        registration->attempt.reset();
        registration->bound = false;
        registration->failures = 0;
        set_due(state, call, *registration, std::nullopt);
      },
      [&](const RegistrationFailed& e) {
        registration->attempt.reset();
        registration->bound = false;
        ++registration->failures;
        registration->challenges.clear();
        set_due(state, call, *registration, e.retry_at);
      });
}

}  // namespace lastcall::core
