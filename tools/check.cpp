// lastcall check: runs every interleaving of a scenario up to a bound, and says what was exhausted.

#include "sim/search.hpp"
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

namespace lastcall::tools {
namespace {

struct CheckArguments {
  SearchOptions search;
  std::uint32_t depth = 2;
  std::uint64_t runs = 1'000'000;
};

sim::CheckReport exhaust(const sim::Scenario& scenario, const CheckArguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const double limit = arguments.search.time_s;
  sim::CheckOptions options{.bound = sim::default_bound(arguments.depth),
                            .runs_max = arguments.runs};
  options.keep_going = [&] {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    return limit <= 0 || elapsed.count() < limit;
  };
  ProgressLine progress;
  options.on_progress = [&](const sim::Progress& now) { progress.show(now); };
  return sim::check(scenario, setup_of(arguments.search), options);
}

std::string_view verdict_of(const sim::CheckReport& report) {
  if (!report.failures.empty()) return "failed";
  return report.exhausted ? "passed" : "inconclusive";
}

void tell(const sim::CheckReport& report, const CheckArguments& arguments) {
  fmt::print("{}: {} interleavings, {}; {}\n  bound: {}\n", report.scenario, report.interleavings,
             report.exhausted ? "exhausted" : "NOT exhausted", verdict_of(report), report.bound);
  for (const sim::Failure& failure : report.failures) {
    tell_failure(failure, setup_of(arguments.search), arguments.search);
  }
}

boost::json::object json_of(const sim::CheckReport& report) {
  return {{"scenario", report.scenario},
          {"interleavings", report.interleavings},
          {"exhausted", report.exhausted},
          {"bound", report.bound},
          {"verdict", verdict_of(report)}};
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
    const sim::CheckReport report = exhaust(scenario, arguments);
    if (arguments.search.format == "json")
      documents.push_back(json_of(report));
    else
      tell(report, arguments);
    if (!report.failures.empty())
      exit = Exit::kFailed;
    else if (!report.exhausted && exit == Exit::kPassed)
      exit = Exit::kInconclusive;
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
  CLI::App* verb =
      app.add_subcommand("check", "Exhaust all interleavings of a scenario up to a bound");
  const auto arguments = std::make_shared<CheckArguments>();
  add_search_options(*verb, arguments->search);
  verb->add_option("--depth", arguments->depth, "at most so many deviations from the default order")
      ->capture_default_str();
  verb->add_option("--runs", arguments->runs, "give up after so many runs of a scenario")
      ->capture_default_str();
  verb->callback([&exit, arguments] { exit = run_check(*arguments); });
}

}  // namespace lastcall::tools
