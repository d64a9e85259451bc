// lastcall ladder: draws one call of a log, or the story of a log that fuzz has written: messages
// on the wire at the left, the engine's layers in the middle, what it was at the right.

#include "replay/rerun.hpp"
#include "replay/rows.hpp"
#include "tools/log_options.hpp"
#include "tools/screen.hpp"
#include "tools/search_options.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace lastcall::tools {
namespace {

struct LadderArguments {
  std::string file;
  std::string call;
  std::string color = "auto";
  bool ascii = false;
  bool all = false;
};

// The rule that a simulated run was kept for. A served log tells its rules by `replay`.
std::vector<sim::Finding> findings_of(const replay::Recording& recording) {
  if (recording.runs.empty() || !replay::is_simulated(recording.runs.front().run)) return {};
  auto result = replay::rerun(recording, find_scenario);
  if (!result || result->divergence) return {};
  std::erase_if(result->findings, [&](const sim::Finding& finding) {
    return finding.invariant != recording.runs.front().run.result;
  });
  return std::move(result->findings);
}

Exit draw_ladder(const LadderArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto recording = read_log(arguments.file, exit);
  if (!recording) return exit;
  const replay::CallList list = replay::calls_of(recording->records);
  std::vector<Record> records = recording->records;
  if (!arguments.call.empty()) {
    const replay::CallLine* line = find_call(list, arguments.call);
    if (line == nullptr) return Exit::kUsage;
    records = replay::records_of(records, line->call);
  } else if (list.calls().size() > 1) {
    fmt::print(stderr,
               "lastcall: {} holds {} calls: name one with --call; see: lastcall log calls\n",
               arguments.file, list.calls().size());
    return Exit::kUsage;
  }
  if (records.empty()) {
    fmt::print("{}: no events\n", arguments.file);
    return Exit::kPassed;
  }
  replay::LadderStyle style = style_of_screen(arguments.color);
  style.ascii = arguments.ascii;
  const auto detail = arguments.all ? replay::Detail::kAll : replay::Detail::kStory;
  const std::vector<sim::Finding> findings = findings_of(*recording);
  const replay::Ladder ladder =
      replay::ladder_of(records, findings, replay::cast_of(records), detail);
  fmt::print("{}", replay::draw(ladder, style));
  return Exit::kPassed;
}

}  // namespace

void add_ladder(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("ladder", "Draw a call of a log");
  const auto arguments = std::make_shared<LadderArguments>();
  verb->add_option("file", arguments->file, "the log")->required();
  verb->add_option("--call", arguments->call, "which call: its id, or its SIP Call-ID");
  verb->add_option("--color", arguments->color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  verb->add_flag("--ascii", arguments->ascii, "no box drawing");
  verb->add_flag("-v,--verbose", arguments->all, "every event, the bookkeeping of layers too");
  verb->callback([&exit, arguments] { exit = draw_ladder(*arguments); });
}

}  // namespace lastcall::tools
