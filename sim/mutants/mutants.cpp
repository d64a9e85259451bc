#include "sim/mutants/mutants.hpp"

#include "sim/mutants/plan.hpp"

#include <algorithm>
#include <array>

namespace lastcall::sim {
namespace {

constexpr std::array<std::string_view, 1> kForced{"PO-1"};
constexpr std::array<std::string_view, 1> kNeverEnds{"I-18"};
constexpr std::array<std::string_view, 2> kAny{"PO-1", "I-18"};

template <class L>
core::LayerTable with_decide(decltype(core::LayerFunctions<L>::decide) decide) {
  core::LayerTable table;
  std::get<core::LayerFunctions<L>>(table).decide = decide;
  return table;
}

core::LayerTable plan_deadline() {
  auto table = with_decide<core::SessionLayer>(look_at_deadline_on_confirmation);
  std::get<core::LayerFunctions<core::SessionLayer>>(table).apply = forget_deadline;
  return table;
}

}  // namespace

std::span<const Mutant> all_mutants() {
  static const std::array kAll{
      Mutant{"plan-circular",
             "the client confirms only when it hears CallEnded, which waits for the client",
             kForced, with_decide<core::ClientLayer>(confirm_on_call_ended)},
      Mutant{"plan-held", "media confirms only when a frame happens to be sent", kForced,
             with_decide<core::MediaLayer>(release_on_frame)},
      Mutant{"plan-deadline", "the deadline is looked at only when a confirmation arrives",
             kNeverEnds, plan_deadline()},
      Mutant{"plan-literal", "the plan as first written: all three together", kAny, plan_literal()},
  };
  return kAll;
}

const Mutant* find_mutant(std::string_view name) {
  const auto all = all_mutants();
  const auto it = std::ranges::find(all, name, &Mutant::name);
  return it == all.end() ? nullptr : &*it;
}

}  // namespace lastcall::sim
