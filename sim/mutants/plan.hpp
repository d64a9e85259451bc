#pragma once
// The two-phase plan as it was first written, mistake by mistake (RACES 4). Each function stands in
// for one function of a layer and calls the real one. Only sim/mutants uses them.

#include "engine/core/layers.hpp"

namespace lastcall::sim {

// S-01: the client confirms only when it hears CallEnded, which waits for the client.
void confirm_on_call_ended(const core::ClientLayer::State& state, const ToClient& input,
                           const core::Context& context, core::Outbox& out);

// S-04: media begins to release its stream only when a frame happens to be submitted.
void release_on_frame(const core::MediaLayer::State& state, const ToMedia& input,
                      const core::Context& context, core::Outbox& out);

// S-03: nothing fires the deadline; it is looked at only when a confirmation arrives.
void forget_deadline(core::SessionLayer::State& state, const SessionEvent& event);
void look_at_deadline_on_confirmation(const core::SessionLayer::State& state,
                                      const ToSession& input, const core::Context& context,
                                      core::Outbox& out);

// All of them.
[[nodiscard]] core::LayerTable plan_literal();

}  // namespace lastcall::sim
