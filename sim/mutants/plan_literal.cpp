#include "sim/mutants/plan.hpp"

namespace lastcall::sim {

core::LayerTable plan_literal() {
  core::LayerTable table;
  std::get<core::LayerFunctions<core::ClientLayer>>(table).decide = confirm_on_call_ended;
  std::get<core::LayerFunctions<core::MediaLayer>>(table).decide = release_on_frame;
  std::get<core::LayerFunctions<core::SessionLayer>>(table).apply = forget_deadline;
  std::get<core::LayerFunctions<core::SessionLayer>>(table).decide =
      look_at_deadline_on_confirmation;
  return table;
}

}  // namespace lastcall::sim
