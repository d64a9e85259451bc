#include "sim/mutants/mutants.hpp"

#include "sim/mutants/plan.hpp"
#include "sim/mutants/wrap.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace lastcall::sim {

std::vector<Mutant> plan_mutants() {
  auto deadline = with_decide<SessionLayer>(look_at_deadline_on_confirmation);
  std::get<core::LayerFunctions<SessionLayer>>(deadline).apply = forget_deadline;
  return {
      {.name = "plan-circular",
       .sentence = "the client confirms only when it hears CallEnded, which waits for the client",
       .expected = {"PO-1"},
       .table = with_decide<core::ClientLayer>(confirm_on_call_ended)},
      {.name = "plan-held",
       .sentence = "media confirms only when a frame happens to be sent",
       .expected = {"PO-1"},
       .table = with_decide<MediaLayer>(release_on_frame)},
      {.name = "plan-deadline",
       .sentence = "the deadline is looked at only when a confirmation arrives",
       .expected = {"I-18"},
       .table = deadline},
      {.name = "plan-literal",
       .sentence = "the plan as first written: all three together",
       .expected = {"PO-1", "I-18"},
       .table = plan_literal()},
  };
}

std::span<const Mutant> all_mutants() {
  static const std::vector<Mutant> kAll = [] {
    std::vector<Mutant> all;
    for (auto part :
         {plan_mutants, twice_mutants, offer_mutants, collision_mutants, cancel_mutants,
          early_mutants, ack_mutants, timer_mutants, release_mutants, confirmation_mutants}) {
      std::ranges::move(part(), std::back_inserter(all));
    }
    return all;
  }();
  return kAll;
}

const Mutant* find_mutant(std::string_view name) {
  const auto all = all_mutants();
  const auto it = std::ranges::find_if(all, [&](const Mutant& each) {
    return each.name == name || (!each.id.empty() && each.id == name);
  });
  return it == all.end() ? nullptr : &*it;
}

const core::LayerTable* table_after_crash(std::string_view names) {
  while (!names.empty()) {
    const std::size_t end = names.find('+');
    const Mutant* mutant = find_mutant(names.substr(0, end));
    if (mutant != nullptr && mutant->after_crash) return &*mutant->after_crash;
    names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 1);
  }
  return nullptr;
}

std::optional<core::LayerTable> table_of(std::string_view names) {
  core::LayerTable table;
  while (!names.empty()) {
    const std::size_t end = names.find('+');
    const Mutant* mutant = find_mutant(names.substr(0, end));
    if (mutant == nullptr || !can_join(table, mutant->table)) return std::nullopt;
    table = joined(table, mutant->table);
    names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 1);
  }
  return table;
}

}  // namespace lastcall::sim
