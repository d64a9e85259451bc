#pragma once
// REGISTER requests of ours, composed from the configuration and a registration (RFC 3261 10.2).
// Part of RegistrationLayer::decide and as pure.

#include "engine/core/registration.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::core {

// What a decision about one address of record needs at hand.
struct RegistrationContext {
  CallId call;
  const Registration& registration;
  const Context& context;
  Outbox& out;
};

// A REGISTER to be made: the first of a refresh, or a mended one.
struct NextRegister {
  Op op = Op::kRegister;
  std::string target;
  std::uint32_t expires = 0;
  std::uint32_t tries = 1;
  std::vector<Challenged> challenges = {};  // with the counts of their earlier uses
};

// Takes the next CSeq for it. It leaves at once, or when it is signed.
void begin_register(const RegistrationContext& at, const NextRegister& next);
// Lets the signed one leave. REQUIRES: an attempt that waits for these lines.
void send_signed(const RegistrationContext& at, std::string_view lines);

}  // namespace lastcall::core
