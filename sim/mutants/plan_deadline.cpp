#include "engine/core/termination.hpp"
#include "sim/mutants/plan.hpp"

#include <variant>

namespace lastcall::sim {

void forget_deadline(core::SessionLayer::State& state, const SessionEvent& event) {
  core::SessionLayer::apply(state, event);
  const auto* ending = std::get_if<CallTerminating>(&event);
  if (ending == nullptr) return;
  const Deadline cleanup{ending->deadline, Timer::kCleanup, ending->call.value};
  state.deadlines.remove(cleanup, ending->call);
}

void look_at_deadline_on_confirmation(const core::SessionLayer::State& state,
                                      const ToSession& input, const core::Context& context,
                                      core::Outbox& out) {
  core::SessionLayer::decide(state, input, context, out);
  const auto* done = std::get_if<CleanupDone>(&input);
  if (done == nullptr) return;
  const core::Session* session = state.calls.find(done->call);
  if (session == nullptr || !session->cleanup) return;
  core::Session confirmed = *session;
  confirmed.cleanup->confirm(done->layer);
  if (confirmed.cleanup->complete() || context.now < confirmed.cleanup->deadline) return;
  core::force_termination({done->call, confirmed, context, out});
}

}  // namespace lastcall::sim
