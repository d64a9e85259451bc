#include "sim/mutants/plan.hpp"

#include <variant>

namespace lastcall::sim {

void release_on_frame(const core::MediaLayer::State& state, const ToMedia& input,
                      const core::Context& context, core::Outbox& out) {
  const auto* cleanup = std::get_if<BeginCleanup>(&input);
  if (cleanup != nullptr) {
    const core::CallMedia* media = state.calls.find(cleanup->call);
    // The stream is left alone until the next frame comes by.
    if (media != nullptr && !media->released()) return;
  }
  core::MediaLayer::decide(state, input, context, out);
  const auto* frame = std::get_if<FrameRefused>(&input);
  if (frame == nullptr || frame->found != Found::kEnding) return;
  core::MediaLayer::decide(state, ToMedia{BeginCleanup{frame->call}}, context, out);
}

}  // namespace lastcall::sim
