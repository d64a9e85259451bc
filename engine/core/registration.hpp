#pragma once
// RegistrationLayer: binds addresses of record to our contact and keeps them bound (RFC 3261 10.2):
// one REGISTER at a time per address, refreshed before it lapses, mended and repeated as the
// registrar asks, tried again with growing pauses when it fails. Knows nothing of calls, and no
// call waits for it (RACES I-50): it holds nothing of a call and confirms no ending.

#include "engine/core/layer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lastcall::core {

// A REGISTER that has no final response yet.
struct RegisterAttempt {
  TransactionId transaction;
  Op op = Op::kRegister;
  std::uint32_t cseq = 0;
  std::uint32_t tries = 1;
  std::vector<std::string> targets;  // the newest last, the redirected ones before
  bool signing = false;              // it has not left yet
  std::vector<CommandId> commands;   // answered with its outcome
  bool operator==(const RegisterAttempt&) const = default;
  static constexpr auto kFields = std::tuple{field("transaction", &RegisterAttempt::transaction),
                                             field("op", &RegisterAttempt::op),
                                             field("cseq", &RegisterAttempt::cseq),
                                             field("tries", &RegisterAttempt::tries),
                                             field("targets", &RegisterAttempt::targets),
                                             field("signing", &RegisterAttempt::signing),
                                             field("commands", &RegisterAttempt::commands)};
};

// What is wanted next, while an attempt is under way (RFC 3261 10.2: one at a time).
struct RegistrationWish {
  Op op = Op::kRegister;
  CommandId command;
  bool operator==(const RegistrationWish&) const = default;
  static constexpr auto kFields =
      std::tuple{field("op", &RegistrationWish::op), field("command", &RegistrationWish::command)};
};

// One address of record. It stays when it is unregistered, for the sake of its CSeq (10.2).
struct Registration {
  std::string aor;
  std::uint32_t cseq = 0;
  std::uint32_t expires = 0;           // seconds that we ask for
  std::uint32_t failures = 0;          // in a row
  bool bound = false;                  // the registrar knows our contact
  std::vector<Challenged> challenges;  // the newest of each realm
  std::optional<RegisterAttempt> attempt;
  std::optional<RegistrationWish> next;
  std::optional<Instant> due;  // of the refresh, of the next try, or of a missing signature
  bool operator==(const Registration&) const = default;
  static constexpr auto kFields = std::tuple{
      field("aor", &Registration::aor),         field("cseq", &Registration::cseq),
      field("expires", &Registration::expires), field("failures", &Registration::failures),
      field("bound", &Registration::bound),     field("challenges", &Registration::challenges),
      field("attempt", &Registration::attempt), field("next", &Registration::next),
      field("due", &Registration::due)};
};

struct RegistrationLayer {
  using Input = ToRegistration;
  using Event = RegistrationEvent;
  struct State {
    Table<CallId, Registration> registrations;  // by the id drawn from the address
    DeadlineIndex deadlines;                    // owner: that id
    bool operator==(const State&) const = default;
    static constexpr auto kFields = std::tuple{field("registrations", &State::registrations),
                                               field("deadlines", &State::deadlines)};
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
};

}  // namespace lastcall::core
