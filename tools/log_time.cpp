#include "tools/log_time.hpp"

#include "engine/log/json_writer.hpp"
#include "replay/at.hpp"
#include "replay/canvas.hpp"
#include "replay/fold.hpp"
#include "replay/words.hpp"
#include "tools/log_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>

namespace lastcall::tools {
namespace {

struct TimeArguments {
  std::string file, other;
  std::string id;
  Position position = 0;  // 0: the newest
  std::string format = "text";
};

// "position 17, 12.345678 s: Session CallTerminating, remote-bye"
std::string line_of(const Record& record) {
  const std::int64_t us = to_ns(record.at) / 1000;
  const std::string words = replay::inert(replay::words_of(record.event, record.at));
  return fmt::format("position {}, {}.{:06} s: {} {}{}{}", record.pos, us / 1'000'000,
                     us % 1'000'000, name(layer_of(record.event)), type_of(record.event),
                     words.empty() ? "" : ", ", words);
}

std::string json_of(const std::vector<replay::Knowledge>& told) {
  std::string json = "[";
  for (const replay::Knowledge& each : told) {
    if (json.size() > 1) json += ",";
    json += R"({"layer":)";
    log::JsonWriter{json}.write(each.who);
    json += R"(,"knows":)";
    log::JsonWriter{json}.write(each.lines);
    json += "}";
  }
  return json + "]";
}

Exit show_at(const TimeArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto recording = read_log(arguments.file, exit);
  if (!recording) return exit;
  const replay::CallList list = replay::calls_of(recording->records);
  const replay::CallLine* line = find_call(list, arguments.id);
  if (line == nullptr) return Exit::kUsage;
  const Position newest = recording->records.empty() ? 0 : recording->records.back().pos;
  if (arguments.position > newest) {
    fmt::print(stderr, "lastcall: {} ends at position {}\n", arguments.file, newest);
    return Exit::kUsage;
  }
  const Position upto = arguments.position == 0 ? newest : arguments.position;
  const auto told = replay::knowledge_of(recording->records, line->call, upto);
  if (arguments.format == "json") {
    fmt::print("{}\n", json_of(told));
    return exit;
  }
  // Positions are dense, from 1.
  if (upto > 0) fmt::print("{}\n", line_of(recording->records[upto - 1]));
  for (const replay::Knowledge& each : told) {
    fmt::print("\n{}{}\n", each.who, each.lines.empty() ? ": nothing" : "");
    for (const std::string& words : each.lines) fmt::print("  {}\n", replay::inert(words));
  }
  return exit;
}

void print_side(const std::string& file, const std::optional<Record>& record) {
  fmt::print("  {}: {}\n", file, record ? line_of(*record) : "nothing more");
}

Exit show_diff(const TimeArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto a = read_log(arguments.file, exit);
  const auto b = a ? read_log(arguments.other, exit) : std::nullopt;
  if (!b) return exit;
  const auto parting = replay::parting_of(a->records, b->records);
  if (!parting) {
    fmt::print("{} and {} say the same: {} events\n", arguments.file, arguments.other,
               a->records.size());
    return Exit::kPassed;
  }
  fmt::print("the same up to position {}, then:\n", parting->at - 1);
  print_side(arguments.file, parting->a);
  print_side(arguments.other, parting->b);
  if (!parting->field.empty()) fmt::print("  they differ in '{}'\n", parting->field);
  return Exit::kDiverged;
}

}  // namespace

void add_log_time(CLI::App& log, Exit& exit) {
  const auto arguments = std::make_shared<TimeArguments>();
  CLI::App* at = log.add_subcommand("at", "What every layer knows of a call at a position");
  at->add_option("id", arguments->id, "the call: its id, or its SIP Call-ID")->required();
  at->add_option("file", arguments->file, "the log")->required();
  at->add_option("position", arguments->position, "after this event; none: after the newest");
  at->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  at->callback([&exit, arguments] { exit = show_at(*arguments); });
  CLI::App* diff = log.add_subcommand("diff", "Where two logs part: exit code 4 if they do");
  diff->add_option("file", arguments->file, "a log")->required();
  diff->add_option("other", arguments->other, "another one")->required();
  diff->callback([&exit, arguments] { exit = show_diff(*arguments); });
}

}  // namespace lastcall::tools
