#include "sim/agenda.hpp"

#include "engine/base/match.hpp"

#include <algorithm>

namespace lastcall::sim {

void Agenda::put(Instant at, Entry entry) {
  lines_.push_back({at, ++written_, std::move(entry)});
  std::ranges::push_heap(lines_, later);
}

Entry Agenda::take() {
  std::ranges::pop_heap(lines_, later);
  Entry entry = std::move(lines_.back().entry);
  lines_.pop_back();
  return entry;
}

void Agenda::lose_process() {
  std::erase_if(lines_, [](const Line& line) {
    return match(
        line.entry, [](const DatagramLands&) { return false; },
        [](const ActionBegins&) { return false; }, [](const RaceHasBegun&) { return false; },
        [](const auto&) { return true; });
  });
  std::ranges::make_heap(lines_, later);
}

bool Agenda::is_quiet() const {
  return std::ranges::all_of(
      lines_, [](const Line& line) { return std::holds_alternative<PumpTicks>(line.entry); });
}

}  // namespace lastcall::sim
