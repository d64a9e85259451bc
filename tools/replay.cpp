// lastcall replay: a log is rerun, input by input, and must lead to the same events; a token is run
// again and shows the failure that it stands for; a capture is rebuilt into calls and judged
// (tools/replay_capture.cpp).

#include "replay/canvas.hpp"
#include "replay/rerun.hpp"
#include "replay/rows.hpp"
#include "sim/failure.hpp"
#include "sim/strategies/choosers.hpp"
#include "tools/captured_calls.hpp"
#include "tools/log_options.hpp"
#include "tools/replay_capture.hpp"
#include "tools/screen.hpp"
#include "tools/search_options.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace lastcall::tools {
namespace {

struct ReplayArguments {
  std::string what;
  CaptureArguments capture;
  std::string scenario;
  SearchOptions setup;  // its rules, mutant and turns are used
  std::string format = "text";
  std::string color = "auto";
  bool ascii = false;
};

// ---- a log

std::string_view verdict_of(const replay::RerunResult& result) {
  if (result.divergence) return "diverged";
  return result.findings.empty() ? "same" : "failed";
}

Exit exit_of(const replay::RerunResult& result) {
  if (result.divergence) return Exit::kDiverged;
  return result.findings.empty() ? Exit::kPassed : Exit::kFailed;
}

boost::json::object json_of(const sim::Finding& finding) {
  return {{"rule", finding.invariant},
          {"sentence", finding.sentence},
          {"at", finding.at},
          {"packets", boost::json::array(finding.records.begin(), finding.records.end())}};
}

boost::json::object json_of(const replay::RerunResult& result, const replay::CallList& list) {
  boost::json::array calls;
  for (const replay::CallLine& line : list.calls()) {
    boost::json::array findings;
    for (const sim::Finding& each : result.findings) {
      if (each.call == line.call) findings.push_back(json_of(each));
    }
    const std::string_view verdict = findings.empty() ? "passed" : "failed";
    calls.push_back({{"call", to_hex(line.call)},
                     {"sip_call_id", replay::inert(line.sip_call_id)},
                     {"verdict", verdict},
                     {"findings", std::move(findings)}});
  }
  boost::json::object document{{"verdict", verdict_of(result)},
                               {"calls", std::move(calls)},
                               {"events", result.events},
                               {"diverged_at", nullptr}};
  if (result.divergence) document["diverged_at"] = result.divergence->at;
  return document;
}

void tell(const replay::RerunResult& result, const replay::CallList& list,
          const std::string& file) {
  for (const sim::Finding& finding : result.findings) {
    fmt::print("{} at {}, call {}: {}\n", finding.invariant, finding.at, to_hex(finding.call),
               finding.sentence);
  }
  if (result.divergence) fmt::print("{}", replay::to_text(*result.divergence));
  fmt::print("{}: {} inputs rerun, {} events the same, {} calls{}\n", file, result.inputs,
             result.events, list.calls().size(), result.divergence ? ", then DIVERGED" : "");
}

Exit replay_log(const ReplayArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto recording = read_log(arguments.what, exit);
  if (!recording) return exit;
  const auto result = replay::rerun(*recording, find_scenario);
  if (!result) {
    fmt::print(stderr, "lastcall: {}: {}\n", arguments.what, result.error());
    return Exit::kUsage;
  }
  const replay::CallList list = replay::calls_of(recording->records);
  if (arguments.format == "json")
    fmt::print("{}\n", boost::json::serialize(json_of(*result, list)));
  else
    tell(*result, list, arguments.what);
  return exit_of(*result);
}

// ---- a token

void tell(const sim::RunResult& run, const sim::Finding* main, const ReplayArguments& arguments) {
  if (main == nullptr) {
    fmt::print("every rule held in {} steps\n", run.steps);
    return;
  }
  fmt::print("{}: {}\n\n", main->invariant, main->sentence);
  replay::LadderStyle style = style_of_screen(arguments.color);
  style.ascii = arguments.ascii;
  fmt::print("{}", replay::draw(run, *main, style));
  for (const sim::Finding& each : run.findings) {
    if (&each != main) fmt::print("also {}: {}\n", each.invariant, each.sentence);
  }
}

boost::json::object json_of(const sim::RunResult& run) {
  boost::json::array findings;
  for (const sim::Finding& each : run.findings) findings.push_back(json_of(each));
  return {{"verdict", run.findings.empty() ? "passed" : "failed"},
          {"calls", boost::json::array{}},
          {"findings", std::move(findings)},
          {"events", run.records.size()},
          {"diverged_at", nullptr},
          {"hash", run.hash}};
}

Exit replay_token(const ReplayArguments& arguments) {
  const auto choices = sim::parse_token(arguments.what);
  if (!choices) {
    fmt::print(stderr, "lastcall: '{}' is no file and no token: {}\n", arguments.what,
               choices.error());
    return Exit::kUsage;
  }
  if (arguments.scenario.empty()) {
    fmt::print(stderr, "lastcall: a token needs --scenario NAME\n");
    return Exit::kUsage;
  }
  const auto scenarios = load_scenarios({arguments.scenario});
  if (!scenarios) {
    fmt::print(stderr, "lastcall: {}\n", scenarios.error());
    return Exit::kUsage;
  }
  sim::Recorded chooser{*choices};
  const sim::Setup setup = setup_of(arguments.setup);
  const sim::RunResult run = sim::run(scenarios->front(), setup, chooser);
  const sim::Runner runner = sim::run;
  const sim::Finding* main =
      run.findings.empty() ? nullptr : &sim::main_finding({scenarios->front(), setup, runner}, run);
  if (arguments.format == "json")
    fmt::print("{}\n", boost::json::serialize(json_of(run)));
  else
    tell(run, main, arguments);
  return run.findings.empty() ? Exit::kPassed : Exit::kFailed;
}

Exit run_replay(ReplayArguments& arguments) {
  std::error_code none;
  if (!std::filesystem::exists(arguments.what, none)) return replay_token(arguments);
  if (is_log(arguments.what)) return replay_log(arguments);
  arguments.capture.file = arguments.what;
  arguments.capture.json = arguments.format == "json";
  arguments.capture.style = style_of_screen(arguments.color);
  arguments.capture.style.ascii = arguments.ascii;
  arguments.capture.around.setup = setup_of(arguments.setup);
  return replay_capture(arguments.capture);
}

}  // namespace

void add_replay(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand(
      "replay", "Rerun a log, or the run behind a token; judge the calls of a capture");
  const auto arguments = std::make_shared<ReplayArguments>();
  verb->add_option("what", arguments->what, "a log, a capture, or the token of a failure")
      ->required();
  verb->add_option("--scenario", arguments->scenario, "of the token: a name or a file");
  add_setup_options(*verb, arguments->setup);
  add_capture_options(*verb, arguments->capture);
  verb->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb->add_option("--color", arguments->color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  verb->add_flag("--ascii", arguments->ascii, "no box drawing");
  verb->callback([&exit, arguments] { exit = run_replay(*arguments); });
}

}  // namespace lastcall::tools
