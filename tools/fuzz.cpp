// lastcall fuzz: searches interleavings of the scenarios, shrinks and draws what fails. Without
// scenario, rules or mutant it first shows what a single-phase ending does: the reason to be here.

#include "sim/search.hpp"
#include "tools/campaign.hpp"
#include "tools/report.hpp"
#include "tools/search_options.hpp"
#include "tools/second_process.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <chrono>
#include <memory>

namespace lastcall::tools {
namespace {

struct FuzzArguments {
  SearchOptions search;
  sim::FuzzOptions fuzz;
  std::string strategy = "portfolio";
  CampaignOptions campaign;
};

Exit verdict_of(const sim::FuzzReport& report) {
  if (!report.repeatable) return Exit::kDiverged;
  if (!report.failures.empty()) return Exit::kFailed;
  const bool searched = report.runs > 0 && sim::never_met(report) == nullptr;
  return searched ? Exit::kPassed : Exit::kInconclusive;
}

// One search with its clock and its progress line.
sim::FuzzReport search(const std::vector<sim::Scenario>& scenarios, const sim::Setup& setup,
                       const FuzzArguments& arguments, double& seconds) {
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [begin] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  sim::FuzzOptions options = arguments.fuzz;
  const double limit = arguments.search.time_s;
  options.keep_going = [&] { return limit <= 0 || elapsed() < limit; };
  SecondProcess second(arguments.search.scenarios);
  if (second.works()) {
    options.again = [&second](const sim::Scenario& scenario, const sim::Setup& under,
                              const sim::ChoiceMap& choices, const sim::RunResult& first) {
      return second.difference(scenario, under, choices, first);
    };
  }
  ProgressLine progress;
  options.on_progress = [&](const sim::Progress& now) { progress.show(now); };
  sim::FuzzReport report = sim::fuzz(scenarios, setup, options);
  progress.clear();
  seconds = elapsed();
  return report;
}

// The old rules lose a call within the first schedules; if they do not, the harness is broken.
bool show_immediate(const std::vector<sim::Scenario>& scenarios, const FuzzArguments& arguments) {
  FuzzArguments first = arguments;
  first.search.rules = "immediate";
  first.fuzz.runs = 5'000;
  const sim::Setup setup = setup_of(first.search);
  double seconds = 0;
  const sim::FuzzReport report = search(scenarios, setup, first, seconds);
  fmt::print("Ending calls in one phase (--rules immediate): the ids are dropped at once.\n\n");
  if (report.failures.empty()) {
    fmt::print("No call was lost in {} runs: the harness did not catch what it must catch.\n",
               report.runs);
    return false;
  }
  tell_failures(report, setup, first.search, seconds);
  fmt::print(
      "\nEnding calls in two phases (--rules two-phase): every id stays until all have let "
      "go.\n\n");
  std::fflush(stdout);
  return true;
}

Exit run_fuzz(const FuzzArguments& arguments, bool with_story) {
  const auto scenarios = load_scenarios(arguments.search.scenarios);
  if (!scenarios) {
    fmt::print(stderr, "lastcall: {}\n", scenarios.error());
    return Exit::kUsage;
  }
  const bool text = arguments.search.format == "text";
  if (with_story && text && !arguments.search.quiet && !show_immediate(*scenarios, arguments)) {
    return Exit::kBug;
  }
  const sim::Setup setup = setup_of(arguments.search);
  double seconds = 0;
  const sim::FuzzReport report = search(*scenarios, setup, arguments, seconds);
  if (text) {
    tell_failures(report, setup, arguments.search, seconds);
    tell_verdict(report, setup, seconds);
  } else {
    fmt::print("{}\n", json_of(report, setup, seconds));
  }
  return verdict_of(report);
}

}  // namespace

void add_fuzz(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("fuzz", "Race-test: search interleavings, shrink what fails");
  const auto arguments = std::make_shared<FuzzArguments>();
  add_search_options(*verb, arguments->search);
  verb->add_option("--seed", arguments->fuzz.seed, "where chance begins")->capture_default_str();
  verb->add_option("--runs", arguments->fuzz.runs, "how many runs, over all scenarios")
      ->capture_default_str();
  verb->add_option("--strategy", arguments->strategy, "portfolio, or one of its arms alone")
      ->check(CLI::IsMember({"portfolio", "delay", "random", "exhaustive", "pct", "pos",
                             "starvation", "swarm", "novelty", "chance"}))
      ->capture_default_str();
  CampaignOptions& campaign = arguments->campaign;
  verb->add_option("--jobs", campaign.jobs, "a campaign with so many workers")
      ->check(CLI::Range(1U, 256U));
  verb->add_option("--campaign", campaign.file, "a campaign whose results are kept in this file");
  verb->add_option("--merge", campaign.merge, "other campaign files to take over")
      ->needs("--campaign");
  verb->add_option("--junit", campaign.junit, "a campaign told as JUnit XML in this file");
  verb->add_option("--regressions", campaign.regressions, "a campaign runs the files here first")
      ->capture_default_str();
  verb->callback([&exit, arguments, verb] {
    if (verb->count("--jobs") + verb->count("--campaign") + verb->count("--junit") > 0) {
      arguments->campaign.search = arguments->search;
      arguments->campaign.seed = arguments->fuzz.seed;
      arguments->campaign.runs = arguments->fuzz.runs;
      exit = run_campaign(arguments->campaign);
      return;
    }
    arguments->fuzz.strategy = *named<sim::Strategy>(arguments->strategy);
    const bool with_story = arguments->search.scenarios.empty() && verb->count("--rules") == 0 &&
                            verb->count("--mutant") == 0;
    exit = run_fuzz(*arguments, with_story);
  });
}

}  // namespace lastcall::tools
