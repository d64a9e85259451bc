#include "sim/mutants/plan.hpp"

#include <variant>

namespace lastcall::sim {
namespace {

bool is_confirmation(const Mail& mail) {
  const auto* to_session = std::get_if<ToSession>(&mail);
  return to_session != nullptr && std::holds_alternative<CleanupDone>(*to_session);
}

}  // namespace

void confirm_on_call_ended(const core::ClientLayer::State& state, const ToClient& input,
                           const core::Context& context, core::Outbox& out) {
  core::ClientLayer::decide(state, input, context, out);
  std::erase_if(out.mail, is_confirmation);
  if (const auto* ended = std::get_if<CallEnded>(&input)) {
    out.send(ToSession{CleanupDone{ended->call, CleanupLayer::kClient}});
  }
}

}  // namespace lastcall::sim
