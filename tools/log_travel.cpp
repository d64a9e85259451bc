#include "tools/log_travel.hpp"

#include "replay/canvas.hpp"
#include "replay/compare.hpp"
#include "replay/state_text.hpp"
#include "tools/log_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>

namespace lastcall::tools {
namespace {

struct TravelArguments {
  std::string file, other;
  std::string id;
  Position at = replay::kNewest;
};

constexpr std::size_t kContext = 5;  // records that both have, before they part

Exit show_state(const TravelArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto recording = read_log(arguments.file, exit);
  if (!recording) return exit;
  const auto& records = recording->records;
  const replay::CallList list = replay::calls_of(records);
  const replay::CallLine* line = find_call(list, arguments.id);
  if (line == nullptr) return Exit::kUsage;
  const CallId call = line->call;
  const Position at = std::min<Position>(arguments.at, records.size());
  if (at == 0) {
    fmt::print(stderr, "lastcall: positions begin with 1\n");
    return Exit::kUsage;
  }
  fmt::print("after {}: {}\n{}", at, replay::inert(replay::saying_of(records[at - 1])),
             replay::state_text(records, at, call));
  return Exit::kPassed;
}

void print(const char* mark, std::span<const Record> records, std::size_t index) {
  if (index >= records.size()) {
    fmt::print("{} nothing: it has ended\n", mark);
    return;
  }
  fmt::print("{} {:>6}  {}\n", mark, records[index].pos,
             replay::inert(replay::saying_of(records[index])));
}

Exit show_difference(const TravelArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto one = read_log(arguments.file, exit);
  const auto other = one ? read_log(arguments.other, exit) : std::nullopt;
  if (!other) return exit;
  const auto at = replay::first_difference(one->records, other->records);
  if (!at) {
    fmt::print("{} events, the same in both\n", one->records.size());
    return Exit::kPassed;
  }
  fmt::print("the same for {} event{}, then:\n", *at, *at == 1 ? "" : "s");
  for (std::size_t i = *at - std::min(*at, kContext); i < *at; ++i) print(" ", one->records, i);
  print("<", one->records, *at);
  print(">", other->records, *at);
  return Exit::kDiverged;
}

}  // namespace

void add_log_travel(CLI::App& log, Exit& exit) {
  const auto arguments = std::make_shared<TravelArguments>();
  CLI::App* state = log.add_subcommand("state", "What every layer knows of a call at a position");
  state->add_option("id", arguments->id, "its id, or its SIP Call-ID")->required();
  state->add_option("file", arguments->file, "the log")->required();
  state->add_option("--at", arguments->at, "after the event at this position; else the newest");
  state->callback([&exit, arguments] { exit = show_state(*arguments); });
  CLI::App* diff = log.add_subcommand("diff", "Where one run goes on otherwise than another");
  diff->add_option("file", arguments->file, "a log")->required();
  diff->add_option("other", arguments->other, "another log")->required();
  diff->callback([&exit, arguments] { exit = show_difference(*arguments); });
}

}  // namespace lastcall::tools
