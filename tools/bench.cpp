// lastcall bench: how fast we are on this machine, printed, not judged. Here: the simulation.

#include "sim/run.hpp"
#include "sim/strategies/choosers.hpp"
#include "tools/bench_parse.hpp"
#include "tools/search_options.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <chrono>
#include <memory>

namespace lastcall::tools {
namespace {

struct BenchArguments {
  std::string scenario = "normal-bye";
  std::string format = "text";
  double seconds = 5;
};

// Counted over whole calls, from INVITE to the end of the tombstone.
struct Speed {
  std::uint64_t calls = 0;
  std::uint64_t steps = 0;
  double seconds = 0;
  double virtual_seconds = 0;

  [[nodiscard]] double calls_per_second() const { return static_cast<double>(calls) / seconds; }
  [[nodiscard]] double steps_per_second() const { return static_cast<double>(steps) / seconds; }
};

template <class MakeChooser>
Speed measure(const sim::Scenario& scenario, double seconds, MakeChooser&& make_chooser) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const sim::Setup setup;
  Speed speed;
  while (speed.seconds < seconds) {
    auto chooser = make_chooser(speed.calls);
    const sim::RunResult result = sim::run(scenario, setup, chooser);
    ++speed.calls;
    speed.steps += result.steps;
    if (!result.records.empty()) {
      speed.virtual_seconds += static_cast<double>(to_ns(result.records.back().at)) / 1e9;
    }
    speed.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return speed;
}

void tell(const char* order, const Speed& speed) {
  fmt::print("{:<14} {:>8.0f} calls/s   {:>9.0f} decisions/s   {:>5.1f} decisions a call\n", order,
             speed.calls_per_second(), speed.steps_per_second(),
             static_cast<double>(speed.steps) / static_cast<double>(speed.calls));
}

Exit run_bench_sim(const BenchArguments& arguments) {
  const auto scenarios = load_scenarios({arguments.scenario});
  if (!scenarios) {
    fmt::print(stderr, "lastcall: {}\n", scenarios.error());
    return Exit::kUsage;
  }
  const sim::Scenario& scenario = scenarios->front();
  const Speed fifo =
      measure(scenario, arguments.seconds, [](std::uint64_t) { return sim::Fifo{}; });
  const Speed random =
      measure(scenario, arguments.seconds, [](std::uint64_t run) { return sim::Random{run + 1}; });
  const double speedup = fifo.virtual_seconds / fifo.seconds;
  if (arguments.format == "json") {
    fmt::print("{}\n", boost::json::serialize(boost::json::object{
                           {"scenario", scenario.name},
                           {"calls_per_second_per_core", random.calls_per_second()},
                           {"calls_per_second_per_core_default_order", fifo.calls_per_second()},
                           {"decisions_per_second", random.steps_per_second()},
                           {"speedup_single_call", speedup}}));
    return Exit::kPassed;
  }
  fmt::print("{}: whole calls on one core, real SIP bytes, all invariants on\n", scenario.name);
  tell("default order", fifo);
  tell("random order", random);
  fmt::print("a call takes {:.0f} times less than in real time\n", speedup);
  return Exit::kPassed;
}

}  // namespace

void add_bench(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("bench", "The project's own benchmarks");
  verb->require_subcommand(1);
  add_bench_parse(*verb, exit);
  CLI::App* sim = verb->add_subcommand("sim", "complete simulated calls per second and core");
  const auto arguments = std::make_shared<BenchArguments>();
  sim->add_option("scenario", arguments->scenario, "which scenario")->capture_default_str();
  sim->add_option("--seconds", arguments->seconds, "for each order")->capture_default_str();
  sim->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  sim->callback([&exit, arguments] { exit = run_bench_sim(*arguments); });
}

}  // namespace lastcall::tools
