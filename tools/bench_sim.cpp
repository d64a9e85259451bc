#include "tools/bench_sim.hpp"

#include "engine/base/hash.hpp"
#include "engine/core/state.hpp"
#include "engine/sip/parse.hpp"
#include "sim/oracle.hpp"
#include "sim/stage.hpp"
#include "tools/search_options.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string_view>
#include <vector>

namespace lastcall::tools {
namespace {

struct Arguments {
  std::string scenario = "normal-bye";
  std::string format = "text";
  double seconds = 5;
};

// Counted over whole calls, from INVITE to the end of the tombstone, or over the races of a call.
struct Speed {
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;
  double seconds = 0;
  double virtual_seconds = 0;

  [[nodiscard]] double runs_per_second() const { return static_cast<double>(runs) / seconds; }
  [[nodiscard]] double steps_per_second() const { return static_cast<double>(steps) / seconds; }
  [[nodiscard]] double speedup() const { return virtual_seconds / seconds; }
};

// Of this program, so that other programs on the same cores do not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Calls `one(n)` for n = 0, 1, ... until so much time has passed.
template <class One>
Speed measure(double seconds, One&& one) {
  const double begin = cpu_seconds();
  Speed speed;
  while (speed.seconds < seconds) {
    const sim::RunResult result = one(speed.runs);
    ++speed.runs;
    speed.steps += result.steps;
    if (!result.records.empty()) {
      speed.virtual_seconds += static_cast<double>(to_ns(result.records.back().at)) / 1e9;
    }
    speed.seconds = cpu_seconds() - begin;
  }
  return speed;
}

// What a part of a run costs alone, on the material of recorded runs.
struct Part {
  std::string_view name;
  double microseconds = 0;  // a run
};

template <class F>
double microseconds_of(std::size_t runs, F&& f) {
  constexpr double kLongEnough = 0.1;
  const double begin = cpu_seconds();
  double spent = 0;
  std::size_t rounds = 0;
  while (spent < kLongEnough) {
    f();
    ++rounds;
    spent = cpu_seconds() - begin;
  }
  return spent * 1e6 / static_cast<double>(rounds * runs);
}

std::vector<const std::string*> datagrams_of(const std::vector<sim::RunResult>& runs) {
  std::vector<const std::string*> all;
  for (const sim::RunResult& run : runs) {
    for (const sim::TraceEntry& entry : run.trace) {
      if (const auto* sent = std::get_if<sim::DatagramSent>(&entry.what)) {
        all.push_back(&sent->bytes);
      }
    }
  }
  return all;
}

void show_to_oracles(const sim::RunResult& run) {
  sim::Oracles oracles{{.timer_lateness_max = sim::delays::kTimerMax}};
  std::size_t seen = 0;
  const auto records = [&](Position upto) {
    while (seen < upto) oracles.see(run.records[seen++]);
  };
  for (const sim::TraceEntry& entry : run.trace) {
    records(entry.after);
    oracles.see(entry);
  }
  records(run.records.size());
  oracles.end(run.records.back().at);
}

std::vector<Part> profile(const sim::Scenario& scenario) {
  constexpr std::uint64_t kRuns = 32;
  std::vector<sim::RunResult> runs;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    sim::Random chance{seed};
    runs.push_back(sim::run(scenario, {}, chance));
  }
  const auto each = [&](auto&& f) {
    return microseconds_of(kRuns, [&] { std::ranges::for_each(runs, f); });
  };
  const double world = microseconds_of(kRuns, [&] {
    for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
      sim::Random chance{seed};
      sim::World alone{scenario, {}, {}, chance};
      while (alone.advance()) {
      }
    }
  });
  const double parsing = microseconds_of(kRuns, [&] {
    for (const std::string* bytes : datagrams_of(runs)) (void)sip::parse(*bytes);
  });
  const double folding = each([](const sim::RunResult& run) {
    core::State state;
    for (const Record& record : run.records) core::fold_event(state, {}, record.event);
  });
  const double hashing = each([](const sim::RunResult& run) {
    RollingHash hash;
    for (const Record& record : run.records) hash.add(record.event);
  });
  sim::Fifo happy;
  const sim::Stage stage{scenario, {}};
  const double copying = microseconds_of(1, [&] { (void)stage.play(happy); });
  return {{"engine, network, peers, media, client", world},
          {"  of it parsing each datagram once", parsing},
          {"oracles", each(show_to_oracles)},
          {"rolling hash", hashing},
          {"fold of the log", folding},
          {"copy of the snapshot (races only)", copying}};
}

struct Results {
  Speed fifo, random, races;
  std::vector<Part> parts;
};

Results run_all(const sim::Scenario& scenario, double seconds) {
  sim::Fifo happy;
  const sim::Stage stage{scenario, {}};
  return {.fifo = measure(seconds, [&](auto) { return sim::run(scenario, {}, happy); }),
          .random = measure(seconds,
                            [&](std::uint64_t run) {
                              sim::Random chance{run + 1};
                              return sim::run(scenario, {}, chance);
                            }),
          .races = measure(seconds,
                           [&](std::uint64_t run) {
                             sim::Random chance{run + 1};
                             return stage.run(chance);
                           }),
          .parts = profile(scenario)};
}

void tell(const char* order, const Speed& speed, const char* runs) {
  fmt::print("{:<14} {:>8.0f} {}/s   {:>9.0f} decisions/s   {:>5.1f} decisions each\n", order,
             speed.runs_per_second(), runs, speed.steps_per_second(),
             static_cast<double>(speed.steps) / static_cast<double>(speed.runs));
}

void tell(const sim::Scenario& scenario, const Results& results) {
  fmt::print("{}: on one core, real SIP bytes, all invariants on\n", scenario.name);
  tell("default order", results.fifo, "calls");
  tell("random order", results.random, "calls");
  tell("from snapshot", results.races, "races");
  fmt::print("a call takes {:.0f} times less than in real time\n", results.fifo.speedup());
  fmt::print("what the parts of a run cost alone:\n");
  for (const Part& part : results.parts) {
    fmt::print("  {:<40} {:>6.1f} us\n", part.name, part.microseconds);
  }
}

boost::json::object json_of(const sim::Scenario& scenario, const Results& results) {
  boost::json::object profile;
  for (const Part& part : results.parts) profile.emplace(part.name, part.microseconds);
  return {{"scenario", scenario.name},
          {"calls_per_second_per_core", results.random.runs_per_second()},
          {"calls_per_second_per_core_default_order", results.fifo.runs_per_second()},
          {"races_per_second_per_core", results.races.runs_per_second()},
          {"decisions_per_second", results.random.steps_per_second()},
          {"speedup_single_call", results.fifo.speedup()},
          {"microseconds_per_run", profile}};
}

Exit run_bench_sim(const Arguments& arguments) {
  const auto scenarios = load_scenarios({arguments.scenario});
  if (!scenarios) {
    fmt::print(stderr, "lastcall: {}\n", scenarios.error());
    return Exit::kUsage;
  }
  const sim::Scenario& scenario = scenarios->front();
  const Results results = run_all(scenario, arguments.seconds);
  if (arguments.format == "json")
    fmt::print("{}\n", boost::json::serialize(json_of(scenario, results)));
  else
    tell(scenario, results);
  return Exit::kPassed;
}

}  // namespace

void add_bench_sim(CLI::App& bench, Exit& exit) {
  CLI::App* sim = bench.add_subcommand(
      "sim", "complete simulated calls and races per second and core, and where the time goes");
  const auto arguments = std::make_shared<Arguments>();
  sim->add_option("scenario", arguments->scenario, "which scenario")->capture_default_str();
  sim->add_option("--seconds", arguments->seconds, "of CPU, for each figure")
      ->capture_default_str();
  sim->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  sim->callback([&exit, arguments] { exit = run_bench_sim(*arguments); });
}

}  // namespace lastcall::tools
