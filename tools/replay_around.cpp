#include "tools/replay_around.hpp"

#include "replay/around/around.hpp"
#include "replay/around/heat.hpp"
#include "replay/canvas.hpp"
#include "tools/report.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/core.h>

#include <chrono>
#include <fstream>
#include <optional>

namespace lastcall::tools {
namespace {

namespace around = replay::around;
using replay::inert;

// Cells of a heat map per axis.
constexpr std::size_t kHeatCells = 60;

struct Subject {
  const replay::wire::Call& call;
  replay::wire::Seat seat;
  around::CapturedScenario captured;
};

std::string text_of(const around::Window& window) {
  std::string text;
  for (const around::Interval& each : window.intervals) {
    const std::string from = around::ms_text(each.from);
    const std::string until = around::ms_text(each.until);
    text += text.empty() ? "" : ", ";
    if (each.until == window.tried) {
      text += fmt::format("{} later and beyond (tried up to {})", from, until);
    } else {
      text += from == until ? from + " later" : fmt::format("{} to {} later", from, until);
    }
  }
  return text;
}

void tell_failure(const around::AroundReport& report, const Telling& telling) {
  const sim::Failure& failure = *report.failure;
  fmt::print("{} {}: {}\n\n", around::distance_of(failure), failure.finding.invariant,
             failure.finding.sentence);
  fmt::print("{}\n", replay::draw(failure.run, failure.finding, telling.style));
  for (const std::string& each : report.changes) fmt::print("  {}\n", each);
  for (const around::Window& each : report.windows) {
    fmt::print("  window of {}: {}\n", each.subject, text_of(each));
  }
  fmt::print("depth {}", failure.why.depth);
  if (!failure.why.swap.empty()) fmt::print("; {}", failure.why.swap);
  fmt::print("\n{}\n", failure.when_drained ? "It happens with drained turns too: in production."
                                            : "It happens with interleaved turns only.");
}

void tell(const Subject& subject, const around::AroundReport& report, const Telling& telling) {
  fmt::print("{}: lastcall as the {} at {}; {} of {} messages come as captured\n",
             inert(subject.call.sip_call_id), name(subject.seat.side), to_text(subject.seat.at),
             report.alike, report.captured);
  fmt::print("{}", around::to_text(report.scenario));
  for (const std::string& each : subject.captured.left_out) fmt::print("  left out: {}\n", each);
  fmt::print("\n");
  if (report.failure) {
    tell_failure(report, telling);
    fmt::print("found after {} runs\n", report.runs);
  } else if (report.singles_done) {
    fmt::print("Every rule held in {} runs: each single change of the call, then pairs of them.\n",
               report.runs);
  } else {
    fmt::print("Every rule held in {} runs, but some single changes are left: see --runs.\n",
               report.runs);
  }
}

std::int64_t us_of(Duration length) {
  return std::chrono::duration_cast<std::chrono::microseconds>(length).count();
}

boost::json::array json_of(const std::vector<around::Window>& windows) {
  boost::json::array array;
  for (const around::Window& window : windows) {
    boost::json::array intervals;
    for (const around::Interval& each : window.intervals) {
      intervals.push_back({{"from_us", us_of(each.from)}, {"until_us", us_of(each.until)}});
    }
    array.push_back({{"of", window.subject},
                     {"found_us", us_of(window.found)},
                     {"tried_us", us_of(window.tried)},
                     {"intervals", std::move(intervals)}});
  }
  return array;
}

Exit exit_of(const around::AroundReport& report) {
  if (report.failure) return Exit::kFailed;
  return report.singles_done ? Exit::kPassed : Exit::kInconclusive;
}

void print_json(const Subject& subject, const around::AroundReport& report,
                const Telling& telling) {
  boost::json::object document{{"verdict", report.failure        ? "failed"
                                           : report.singles_done ? "passed"
                                                                 : "inconclusive"},
                               {"sip_call_id", inert(subject.call.sip_call_id)},
                               {"seat", to_text(subject.seat.at)},
                               {"captured", report.captured},
                               {"alike", report.alike},
                               {"runs", report.runs},
                               {"singles_done", report.singles_done}};
  if (report.failure) {
    const sim::Failure& failure = *report.failure;
    document["rule"] = failure.finding.invariant;
    document["sentence"] = failure.finding.sentence;
    document["distance"] = around::distance_of(failure);
    document["depth"] = failure.why.depth;
    document["swap"] = failure.why.swap;
    document["changes"] = boost::json::array(report.changes.begin(), report.changes.end());
    document["windows"] = json_of(report.windows);
    document["token"] = sim::to_token(failure.choices);
    document["ladder"] = replay::draw(failure.run, failure.finding, {.ascii = telling.style.ascii});
  }
  fmt::print("{}\n", boost::json::serialize(document));
}

// False if there is nothing to draw or nowhere to write.
bool write_heat(const around::AroundReport& report, const Subject& subject,
                const AroundArguments& arguments) {
  const auto heat = around::heat_of(report, arguments.setup, kHeatCells);
  if (!heat) {
    fmt::print(stderr, "lastcall: no map: the call has no two things that can be late\n");
    return false;
  }
  std::ofstream file{arguments.heat, std::ios::binary};
  file << around::to_svg(*heat, fmt::format("{}: how it ends when two of its messages are late",
                                            inert(subject.call.sip_call_id)));
  file.close();
  if (file) return true;
  fmt::print(stderr, "lastcall: {} cannot be written\n", arguments.heat);
  return false;
}

std::optional<Subject> subject_of(const replay::wire::Call& call, const std::string& as) {
  const auto seat = replay::wire::find_seat(call, as);
  const auto captured = seat ? around::scenario_of(call, *seat) : std::unexpected(seat.error());
  if (captured) return Subject{call, *seat, *captured};
  fmt::print(stderr, "lastcall: {} cannot be searched around: {}\n", inert(call.sip_call_id),
             inert(captured.error()));
  return std::nullopt;
}

}  // namespace

void add_around_options(CLI::App& verb, AroundArguments& arguments) {
  verb.add_flag("--around", arguments.wanted,
                "of a capture, with --as: search next to the call for broken rules");
  verb.add_option("--runs", arguments.runs, "with --around: runs at most")->capture_default_str();
  verb.add_option("--heat", arguments.heat, "with --around: draw the timer windows, as SVG");
}

Exit replay_around(const replay::wire::Call& call, const AroundArguments& arguments,
                   const Telling& telling) {
  const auto subject = subject_of(call, telling.as);
  if (!subject) return Exit::kUsage;
  ProgressLine progress;
  around::AroundOptions options{.runs = arguments.runs};
  options.on_progress = [&](const sim::Progress& now) { progress.show(now); };
  const around::AroundReport report = around::search_around(
      subject->captured, around::labels_of(call, subject->seat), arguments.setup, options);
  progress.clear();
  telling.json ? print_json(*subject, report, telling) : tell(*subject, report, telling);
  if (!arguments.heat.empty() && !write_heat(report, *subject, arguments)) {
    return Exit::kEnvironment;
  }
  return exit_of(report);
}

}  // namespace lastcall::tools
