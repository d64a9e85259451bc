#include "replay/around/delays.hpp"

#include "sim/agenda.hpp"
#include "sim/decisions.hpp"
#include "sim/strategies/choosers.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <span>
#include <variant>

namespace lastcall::replay::around {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// A gap that is longer is no race, and a call of many messages has many.
constexpr Duration kGapMax = 5s;
constexpr std::size_t kGapsMax = 40;

// When something reached the engine, or its user did something.
std::vector<Instant> instants_of(const sim::RunResult& run) {
  std::vector<Instant> instants;
  for (const sim::TraceEntry& each : run.trace) {
    const auto* arrived = std::get_if<sim::DatagramArrived>(&each.what);
    const bool is_act = std::holds_alternative<sim::CommandAsked>(each.what);
    if (is_act || (arrived != nullptr && arrived->to == sim::kEngineIndex)) {
      instants.push_back(each.at);
    }
  }
  return instants;
}

}  // namespace

Duration lateness(const sim::Scenario& scenario, std::uint32_t value) {
  return scenario.flights.at(value) - scenario.flights.front();
}

std::vector<Duration> delays_near(const sim::Scenario& scenario, const sim::RunResult& base) {
  const std::vector<Instant> instants = instants_of(base);
  std::set<Duration> gaps;
  for (std::size_t i = 0; i < instants.size(); ++i) {
    for (std::size_t j = i + 1; j < instants.size(); ++j) {
      const Duration gap = instants[j] - instants[i];
      if (gap == Duration::zero() || gap > kGapMax) continue;
      if (gaps.size() >= kGapsMax) break;
      gaps.insert(gap);
      gaps.insert(gap + 1ms);
    }
  }
  for (const Duration each : std::span{sim::delays::kFlight}.subspan(1)) gaps.insert(each);
  std::vector<Duration> delays{scenario.flights.front()};
  for (const Duration gap : gaps) delays.push_back(scenario.flights.front() + gap);
  return delays;
}

Rescaled::Rescaled(const sim::Scenario& scenario, const sim::ChoiceMap& choices)
    : scenario_(scenario), choices_(choices) {}

void Rescaled::put(const sim::ChoiceKey& key, Duration late) {
  if (late == Duration::zero()) {
    choices_.erase(key);
    return;
  }
  std::vector<Duration>& table = scenario_.flights;
  const Duration wanted = table.front() + late;
  auto it = std::ranges::find(table, wanted);
  if (it == table.end()) it = table.insert(it, wanted);
  choices_[key] = static_cast<std::uint32_t>(it - table.begin());
}

sim::RunResult Rescaled::run(const sim::Setup& setup) const {
  sim::Recorded chooser{choices_};
  return sim::run(scenario_, setup, chooser);
}

}  // namespace lastcall::replay::around
