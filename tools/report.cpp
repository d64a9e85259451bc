#include "tools/report.hpp"

#include "engine/host/version.hpp"
#include "engine/log/memory_log.hpp"
#include "engine/log/sqlite_log.hpp"
#include "replay/ladder.hpp"
#include "replay/recording.hpp"
#include "sim/choice_text.hpp"
#include "sim/story.hpp"
#include "tools/screen.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <unistd.h>

namespace lastcall::tools {
namespace {

constexpr std::chrono::milliseconds kProgressEvery{100};

// "--rules immediate", "--mutant plan-held": what must be said again to see the failure again.
std::string flags_of(const sim::Setup& setup) {
  std::string flags;
  if (setup.rules != Rules::kTwoPhase) flags += fmt::format(" --rules {}", name(setup.rules));
  if (!setup.mutant.empty()) flags += " --mutant " + setup.mutant;
  if (setup.turns != core::Turns::kInterleaved)
    flags += fmt::format(" --turns {}", name(setup.turns));
  return flags;
}

std::string under(const sim::Setup& setup) {
  return setup.mutant.empty() ? std::string{name(setup.rules)} : "mutant " + setup.mutant;
}

// The shrunk run as a log of its own; empty if it could not be written, which is said.
std::string write_repro(const sim::Failure& failure, const sim::Setup& setup,
                        const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string under_what =
      setup.mutant.empty() ? std::string{name(setup.rules)} : setup.mutant;
  const std::string path = fmt::format("{}/{}-{}-{}.db", folder, failure.scenario, under_what,
                                       failure.finding.invariant);
  std::filesystem::remove(path, error);
  log::MemoryLog records;
  for (const Record& record : failure.run.records) records.append(record);
  records.seal();
  log::RunInfo run =
      replay::run_info(failure.scenario, setup, sim::to_token(failure.choices), failure.run);
  run.seed = failure.seed;
  run.version = host::kVersion;
  run.result = failure.finding.invariant;
  const auto stored = log::store(run, records, path);
  if (stored) return path;
  fmt::print(stderr, "lastcall: no repro file: {}\n", stored.error().sentence);
  return {};
}

// What had to differ from the boring order, in words.
void tell_choices(const sim::Failure& failure) {
  if (failure.choices.empty()) {
    fmt::print("It fails in the default order: nothing had to be late, lost or postponed.\n");
    return;
  }
  fmt::print("What must hold ({} choice{} differ from the default order):\n",
             failure.choices.size(), failure.choices.size() == 1 ? "" : "s");
  if (failure.why.choices.empty()) {
    for (const auto& [key, value] : failure.choices)
      fmt::print("  {}\n", sim::to_sentence(key, value));
    return;
  }
  for (const sim::ChoiceNote& note : failure.why.choices) {
    fmt::print("  {}{}\n", sim::to_sentence(note.key, note.value),
               !note.must_hold ? "  (may be left out)"
               : note.is_free  ? "  (or by any other amount)"
                               : "");
  }
  fmt::print("depth {}", failure.why.depth);
  if (!failure.why.swap.empty()) fmt::print("; {}", failure.why.swap);
  fmt::print("\n");
}

// What to show first: a rule before an expectation of one scenario, few choices, whoever asked in
// vain (the more the better), a short story.
auto rank_of(const sim::Failure& failure) {
  return std::tuple{failure.finding.invariant == "expect", failure.choices.size(),
                    -static_cast<std::ptrdiff_t>(failure.finding.entries.size()),
                    failure.story_size};
}

}  // namespace

ProgressLine::ProgressLine()
    : terminal_(isatty(STDERR_FILENO) == 1), begin_(std::chrono::steady_clock::now()) {}

void ProgressLine::show(const sim::Progress& now) {
  if (!terminal_) return;
  const auto at = std::chrono::steady_clock::now();
  if (at - shown_ < kProgressEvery) return;
  shown_ = at;
  const double seconds = std::chrono::duration<double>(at - begin_).count();
  fmt::print(stderr, "\r\033[K{} of {} runs, {:.0f}/s, {} failed, {}", now.runs, now.runs_max,
             static_cast<double>(now.runs) / std::max(seconds, 1e-9), now.failures, now.scenario);
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (terminal_) fmt::print(stderr, "\r\033[K");
}

void tell_failure(const sim::Failure& failure, const sim::Setup& setup,
                  const SearchOptions& options) {
  fmt::print("{}: {}\n", failure.finding.invariant, failure.finding.sentence);
  fmt::print("scenario {}, {}, found after {} run{}, {} event{} after set-up, {}\n\n",
             failure.scenario, under(setup), failure.found_after,
             failure.found_after == 1 ? "" : "s", failure.story_size,
             failure.story_size == 1 ? "" : "s",
             failure.when_drained ? "also with drained turns" : "only with interleaved turns");
  const replay::LadderStyle style = style_of_screen(options.color);
  fmt::print("{}\n", replay::draw(failure.run, failure.finding, style));
  tell_choices(failure);
  const std::string token = sim::to_token(failure.choices);
  fmt::print("seed {}, token {}\n", failure.seed, token);
  fmt::print("  lastcall replay {} --scenario {}{}\n", token, failure.scenario, flags_of(setup));
  const std::string repro = write_repro(failure, setup, options.out);
  if (!repro.empty()) fmt::print("  lastcall ladder {0}\n  lastcall replay {0}\n", repro);
}

void tell_failures(const sim::FuzzReport& report, const sim::Setup& setup,
                   const SearchOptions& options, double seconds) {
  if (report.failures.empty() || options.quiet) return;
  const auto telling =
      std::min_element(report.failures.begin(), report.failures.end(),
                       [](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
  tell_failure(*telling, setup, options);
  fmt::print("\nfound in {:.2f} s; {} of {} scenarios fail:\n", seconds, report.failures.size(),
             report.scenarios.size());
  for (const sim::Failure& each : report.failures) {
    fmt::print("  {:<20} {:<6} {} events, token {}\n", each.scenario, each.finding.invariant,
               each.story_size, sim::to_token(each.choices));
  }
}

namespace {

void tell_meeting(const sim::Met& met) {
  if (met.after > 0) {
    fmt::print("  {:<20} met after {} runs: {}\n", "", met.after, met.text);
  } else {
    fmt::print("  {:<20} NEVER MET: {}\n", "", met.text);
  }
}

}  // namespace

void tell_verdict(const sim::FuzzReport& report, const sim::Setup& setup, double seconds) {
  fmt::print("{}: {} runs of {} scenarios in {:.1f} s, {:.0f} runs/s\n", under(setup), report.runs,
             report.scenarios.size(), seconds,
             static_cast<double>(report.runs) / std::max(seconds, 1e-9));
  for (const sim::ScenarioReport& each : report.scenarios) {
    fmt::print("  {:<20} {:>8} runs  {:<8}{}\n", each.name, each.runs, name(each.verdict),
               each.delays_exhausted ? "  every schedule with at most 2 postponed items" : "");
    for (const sim::Met& met : each.meetings) tell_meeting(met);
  }
  for (const sim::ArmReport& arm : report.arms) {
    fmt::print("  {:<20} {:>8} runs  first to find {}\n", name(arm.arm), arm.runs, arm.first_finds);
  }
  fmt::print("{} runs were made again\n", report.runs_again);
  if (!report.repeatable)
    fmt::print("NOT REPEATABLE: {}\n", report.difference.empty()
                                           ? "the same choices gave two different runs"
                                           : report.difference);
  else if (report.failures.empty() && report.runs > 0)
    fmt::print("every rule held in every run\n");
}

std::string json_of(const sim::FuzzReport& report, const sim::Setup& setup, double seconds) {
  boost::json::array scenarios;
  for (const sim::ScenarioReport& each : report.scenarios) {
    boost::json::array meetings;
    for (const sim::Met& met : each.meetings) {
      meetings.push_back({{"crossing", met.text}, {"met_after_runs", met.after}});
    }
    scenarios.push_back({{"name", each.name},
                         {"runs", each.runs},
                         {"verdict", name(each.verdict)},
                         {"meetings", std::move(meetings)}});
  }
  boost::json::array failures;
  for (const sim::Failure& each : report.failures) {
    failures.push_back({{"invariant", each.finding.invariant},
                        {"sentence", each.finding.sentence},
                        {"scenario", each.scenario},
                        {"seed", each.seed},
                        {"token", sim::to_token(each.choices)},
                        {"steps", each.run.steps},
                        {"choices_nonzero", each.choices.size()},
                        {"depth", each.why.depth},
                        {"swap", each.why.swap},
                        {"found_by", name(each.found_by)},
                        {"events", each.story_size},
                        {"ladder", replay::draw(each.run, each.finding, {})}});
  }
  boost::json::array arms;
  for (const sim::ArmReport& arm : report.arms) {
    arms.push_back(
        {{"strategy", name(arm.arm)}, {"runs", arm.runs}, {"first_finds", arm.first_finds}});
  }
  const std::string_view verdict = !report.repeatable         ? "not-repeatable"
                                   : !report.failures.empty() ? "failed"
                                   : report.runs == 0         ? "inconclusive"
                                                              : "passed";
  return boost::json::serialize(boost::json::object{{"verdict", verdict},
                                                    {"rules", name(setup.rules)},
                                                    {"mutant", setup.mutant},
                                                    {"scenarios", scenarios},
                                                    {"runs", report.runs},
                                                    {"seconds", seconds},
                                                    {"arms", arms},
                                                    {"failures", failures}});
}

}  // namespace lastcall::tools
