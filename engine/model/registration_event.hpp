#pragma once
// Facts of the registration layer: which addresses of record are to be bound to us, and how their
// REGISTER requests went (RFC 3261 10). Each registration has an id of its own in `call`, drawn
// from its address: log, mailboxes and recovery follow it like a call. It is none.

#include "engine/base/fields.hpp"
#include "engine/base/time.hpp"
#include "engine/model/call.hpp"
#include "engine/model/challenged.hpp"
#include "engine/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace lastcall {
inline namespace model {

// A user wants an address of record bound to us, or no longer.
struct RegistrationWanted {
  static constexpr std::string_view kName = "RegistrationWanted";
  CallId call;
  std::string aor;
  Op op = Op::kRegister;
  CommandId command;
  bool operator==(const RegistrationWanted&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &RegistrationWanted::call), field("aor", &RegistrationWanted::aor),
      field("op", &RegistrationWanted::op), field("command", &RegistrationWanted::command)};
};

// A REGISTER is made, and its CSeq is taken for good. If it has to be signed first, it leaves with
// RegisterSigned.
struct RegisterBegun {
  static constexpr std::string_view kName = "RegisterBegun";
  CallId call;
  TransactionId transaction;
  Op op = Op::kRegister;
  std::uint32_t cseq = 0;
  std::string target;         // its request URI
  std::uint32_t expires = 0;  // seconds asked for
  std::uint32_t tries = 1;    // of this refresh: 1, then one more for each answer that was mended
  std::vector<Challenged> challenges = {};
  std::optional<Instant> sign_by = std::nullopt;  // later it has failed
  bool operator==(const RegisterBegun&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &RegisterBegun::call),      field("transaction", &RegisterBegun::transaction),
      field("op", &RegisterBegun::op),          field("cseq", &RegisterBegun::cseq),
      field("target", &RegisterBegun::target),  field("expires", &RegisterBegun::expires),
      field("tries", &RegisterBegun::tries),    field("challenges", &RegisterBegun::challenges),
      field("sign_by", &RegisterBegun::sign_by)};
};

// Its credentials have come.
struct RegisterSigned {
  static constexpr std::string_view kName = "RegisterSigned";
  CallId call;
  TransactionId transaction;
  bool operator==(const RegisterSigned&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RegisterSigned::call),
                                             field("transaction", &RegisterSigned::transaction)};
};

// The registrar has bound our contact to the address.
struct Registered {
  static constexpr std::string_view kName = "Registered";
  CallId call;
  Instant until;                            // then the binding lapses
  Instant refresh_at;                       // before that, RFC 3261 10.2.4
  std::vector<Challenged> challenges = {};  // what the next REGISTER answers beforehand
  bool operator==(const Registered&) const = default;
  static constexpr auto kFields = std::tuple{
      field("call", &Registered::call), field("until", &Registered::until),
      field("refresh_at", &Registered::refresh_at), field("challenges", &Registered::challenges)};
};

// The binding is removed, as we asked.
struct Unregistered {
  static constexpr std::string_view kName = "Unregistered";
  CallId call;
  bool operator==(const Unregistered&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &Unregistered::call)};
};

// A REGISTER came to nothing: its final response, 408 for none, 503 for a transport failure.
struct RegistrationFailed {
  static constexpr std::string_view kName = "RegistrationFailed";
  CallId call;
  int status = 0;
  std::optional<Instant> retry_at = std::nullopt;  // its jitter is drawn
  bool operator==(const RegistrationFailed&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &RegistrationFailed::call),
                                             field("status", &RegistrationFailed::status),
                                             field("retry_at", &RegistrationFailed::retry_at)};
};

using RegistrationEvent = std::variant<RegistrationWanted, RegisterBegun, RegisterSigned,
                                       Registered, Unregistered, RegistrationFailed>;

}  // namespace model
}  // namespace lastcall
