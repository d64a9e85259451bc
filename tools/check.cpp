// lastcall check: runs every interleaving of a scenario's races, and says what that held.

#include "sim/check.hpp"

#include "tools/report.hpp"
#include "tools/search_options.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <vector>

namespace lastcall::tools {
namespace {

struct CheckArguments {
  SearchOptions search;
  sim::CheckOptions check;
  bool all_delays = false;
  bool both_turns = true;
};

struct Checked {
  sim::CheckReport report;
  sim::Setup setup;
  double seconds = 0;
};

Checked exhaust(const sim::Scenario& scenario, const sim::Setup& setup,
                const CheckArguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [begin] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const double limit = arguments.search.time_s;
  sim::CheckOptions options = arguments.check;
  if (arguments.all_delays) options.delays_max = sim::kAnyValue;
  options.keep_going = [&] { return limit <= 0 || elapsed() < limit; };
  ProgressLine progress;
  options.on_progress = [&](const sim::Progress& now) { progress.show(now); };
  sim::CheckReport report = sim::check(scenario, setup, options);
  progress.clear();
  return {std::move(report), setup, elapsed()};
}

std::string_view verdict_of(const sim::CheckReport& report) {
  if (!report.failures.empty()) return "failed";
  return report.exhausted ? "passed" : "inconclusive";
}

// Exact while a double is, then rounded.
std::string count_of(double interleavings) {
  constexpr double kExact = 1e6;
  return interleavings < kExact ? fmt::format("{:.0f}", interleavings)
                                : fmt::format("{:.3g}", interleavings);
}

void tell(const Checked& checked, const CheckArguments& arguments) {
  const sim::CheckReport& report = checked.report;
  fmt::print("{}: {}; {}\n  {}{} interleavings, {} distinct states, {} decisions deep, {:.2f} s\n",
             report.scenario, report.abstraction, verdict_of(report),
             report.exhausted ? "exhausted: " : "NOT exhausted, so far: ",
             count_of(report.interleavings), report.states, report.depth, checked.seconds);
  if (arguments.search.quiet) return;
  for (const sim::Failure& failure : report.failures) {
    tell_failure(failure, checked.setup, arguments.search);
  }
}

boost::json::object json_of(const Checked& checked) {
  const sim::CheckReport& report = checked.report;
  boost::json::array failures;
  for (const sim::Failure& each : report.failures) {
    failures.push_back({{"invariant", each.finding.invariant},
                        {"sentence", each.finding.sentence},
                        {"token", sim::to_token(each.choices)}});
  }
  return {{"scenario", report.scenario}, {"turns", name(checked.setup.turns)},
          {"bound", report.abstraction}, {"interleavings", report.interleavings},
          {"states", report.states},     {"exhausted", report.exhausted},
          {"seconds", checked.seconds},  {"verdict", verdict_of(report)},
          {"failures", failures}};
}

std::vector<sim::Setup> setups_of(const CheckArguments& arguments) {
  sim::Setup setup = setup_of(arguments.search);
  if (!arguments.both_turns) return {setup};
  setup.turns = core::Turns::kDrained;
  std::vector<sim::Setup> both{setup};
  setup.turns = core::Turns::kInterleaved;
  both.push_back(setup);
  return both;
}

Exit run_check(const CheckArguments& arguments) {
  const auto scenarios = load_scenarios(arguments.search.scenarios);
  if (!scenarios) {
    fmt::print(stderr, "lastcall: {}\n", scenarios.error());
    return Exit::kUsage;
  }
  boost::json::array documents;
  Exit exit = Exit::kPassed;
  for (const sim::Scenario& scenario : *scenarios) {
    for (const sim::Setup& setup : setups_of(arguments)) {
      const Checked checked = exhaust(scenario, setup, arguments);
      if (arguments.search.format == "json")
        documents.push_back(json_of(checked));
      else
        tell(checked, arguments);
      if (!checked.report.failures.empty())
        exit = Exit::kFailed;
      else if (!checked.report.exhausted && exit == Exit::kPassed)
        exit = Exit::kInconclusive;
    }
  }
  if (arguments.search.format == "json") {
    const bool single = documents.size() == 1;
    fmt::print("{}\n",
               single ? boost::json::serialize(documents[0]) : boost::json::serialize(documents));
  }
  return exit;
}

}  // namespace

void add_check(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("check", "Exhaust all interleavings of a scenario's races");
  const auto arguments = std::make_shared<CheckArguments>();
  add_search_options(*verb, arguments->search);
  verb->add_option("--losses", arguments->check.losses_max, "at most so many lost datagrams")
      ->capture_default_str();
  verb->add_option("--delays", arguments->check.delays_max,
                   "at most so many delays past the next timer, others none")
      ->capture_default_str();
  verb->add_flag("--all-delays", arguments->all_delays,
                 "every delay either none or past the next timer");
  verb->add_option("--late-commits", arguments->check.late_commits_max,
                   "at most so many of these delays are of commits; otherwise as many as may be");
  verb->add_option("--states", arguments->check.states_max, "give up after so many distinct states")
      ->capture_default_str();
  verb->callback([&exit, arguments, verb] {
    arguments->both_turns = verb->count("--turns") == 0;
    exit = run_check(*arguments);
  });
}

}  // namespace lastcall::tools
