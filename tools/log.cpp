// lastcall log: reads a log file, also while an engine writes it: its calls, one call with every
// event and its cause, the newest events, and whether the file can be trusted. The state at a
// position and the difference of two logs: tools/log_travel.cpp.

#include "engine/log/codec.hpp"
#include "engine/log/json_writer.hpp"
#include "replay/canvas.hpp"
#include "replay/rows.hpp"
#include "replay/words.hpp"
#include "tools/log_options.hpp"
#include "tools/log_travel.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <thread>

namespace lastcall::tools {
namespace {

struct LogArguments {
  std::string file;
  std::string id;
  std::string format = "text";
  std::size_t lines = 20;
  bool follow = false;
};

std::string json_text(std::string_view text) {
  std::string json;
  log::JsonWriter{json}.write(text);
  return json;
}

std::string json_text(const std::optional<Instant>& at, std::int64_t offset_ns) {
  return at ? json_text(utc(*at, offset_ns)) : "null";
}

// ---- calls

std::string json_of(const replay::CallLine& line, std::int64_t offset_ns) {
  std::string missing;
  log::JsonWriter{missing}.write(line.missing);
  return fmt::format(
      R"({{"call":{},"session":{},"sip_call_id":{},"state":{},"cause":{},"forced":{},)"
      R"("missing":{},"started":{},"answered":{},"ending":{},"ended":{}}})",
      json_text(to_hex(line.call)), json_text(to_hex(line.session)), json_text(line.sip_call_id),
      json_text(line.shown_state()), line.cause ? json_text(name(*line.cause)) : "null",
      line.forced, missing, json_text(line.started, offset_ns), json_text(line.answered, offset_ns),
      json_text(line.ending, offset_ns), json_text(line.ended, offset_ns));
}

// How long from one instant to the other; "-" while it has not come.
std::string length(Instant from, const std::optional<Instant>& to) {
  if (!to) return "-";
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*to - from).count();
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

void print_table(const replay::CallList& list, std::int64_t offset_ns) {
  fmt::print("{:<16}  {:<24}  {:<11}  {:<15}  {:>8}  {:>8}  {:>8}  {}\n", "CALL", "STARTED",
             "STATE", "CAUSE", "ANSWERED", "ENDING", "ENDED", "SIP CALL-ID");
  for (const replay::CallLine& line : list.calls()) {
    const std::string forced =
        line.forced ? fmt::format("  FORCED, missing {}", to_text(line.missing)) : "";
    fmt::print("{:<16}  {:<24}  {:<11}  {:<15}  {:>8}  {:>8}  {:>8}  {}{}\n", to_hex(line.call),
               utc(line.started, offset_ns), line.shown_state(),
               line.cause ? name(*line.cause) : "-", length(line.started, line.answered),
               length(line.started, line.ending), length(line.started, line.ended),
               replay::inert(line.sip_call_id), forced);
  }
  fmt::print("{} calls; answered, ending and ended are seconds since they started\n",
             list.calls().size());
}

Exit show_calls(const LogArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto recording = read_log(arguments.file, exit);
  if (!recording) return exit;
  const replay::CallList list = replay::calls_of(recording->records);
  const std::int64_t offset_ns = wall_offset_ns(*recording);
  if (arguments.format == "text") {
    print_table(list, offset_ns);
    return exit;
  }
  std::string json;
  for (const replay::CallLine& line : list.calls()) {
    json += json.empty() ? "" : ",";
    json += json_of(line, offset_ns);
  }
  fmt::print("[{}]\n", json);
  return exit;
}

// ---- events

std::string json_of(const Record& record) {
  log::Encoded encoded;
  log::encode(record.event, encoded);
  return fmt::format(
      R"({{"pos":{},"at_ns":{},"layer":{},"type":{},"call":{},"cause":{},"data":{},"wire":{}}})",
      record.pos, to_ns(record.at), json_text(encoded.layer), json_text(encoded.type),
      encoded.call ? json_text(to_hex(encoded.call)) : "null",
      record.cause == 0 ? "null" : std::to_string(record.cause), encoded.data,
      encoded.wire ? json_text(*encoded.wire) : "null");
}

// "    17  12.345678  Session      CallTerminating  because 12   remote-bye"
void print_line(const Record& record) {
  const std::string because =
      record.cause == 0 ? std::string{} : fmt::format("because {}", record.cause);
  std::string words = replay::words_of(record.event, record.at);
  if (const auto* datagram = get_event<DatagramReceived>(record.event)) {
    words = fmt::format("{} from {}, {}", replay::arrow_label(datagram->wire.bytes),
                        to_text(datagram->source), replay::message_words(datagram->wire.bytes));
  }
  const std::int64_t us = to_ns(record.at) / 1000;
  fmt::print("{:>8}  {:>6}.{:06}  {:<11}  {:<24}  {:<16}  {}\n", record.pos, us / 1'000'000,
             us % 1'000'000, name(layer_of(record.event)), type_of(record.event), because,
             replay::inert(words));
}

void print(std::span<const Record> records, const std::string& format) {
  if (format == "text") {
    for (const Record& record : records) print_line(record);
    return;
  }
  std::string json;
  for (const Record& record : records) {
    json += json.empty() ? "" : ",\n ";
    json += json_of(record);
  }
  fmt::print("[{}]\n", json);
}

Exit show_call(const LogArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto recording = read_log(arguments.file, exit);
  if (!recording) return exit;
  const replay::CallList list = replay::calls_of(recording->records);
  const replay::CallLine* line = find_call(list, arguments.id);
  if (line == nullptr) return Exit::kUsage;
  print(replay::records_of(recording->records, line->call), arguments.format);
  return exit;
}

// ---- tail

Exit tail(const LogArguments& arguments) {
  const auto reader = log::SqliteReader::open(arguments.file);
  if (!reader) return tell(reader.error());
  const auto last = reader->last();
  if (!last) return tell(last.error());
  Position from = *last > arguments.lines ? *last - arguments.lines + 1 : 1;
  while (true) {
    std::vector<Record> records;
    const log::Done read = reader->read(from, [&](const Record& record) {
      records.push_back(record);
      return true;
    });
    if (!records.empty()) from = records.back().pos + 1;
    if (!arguments.follow || !records.empty()) print(records, arguments.format);
    if (!read) return tell(read.error());
    if (!arguments.follow) return Exit::kPassed;
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}

// ---- verify

Exit verify(const LogArguments& arguments) {
  Exit exit = Exit::kPassed;
  const auto recording = read_log(arguments.file, exit);
  if (!recording) return exit;
  const core::State state = replay::fold(recording->records, replay::kNewest);
  const replay::CallList list = replay::calls_of(recording->records);
  const std::vector<std::string> improper = replay::improper_ends(list);
  for (const std::string& sentence : improper) fmt::print("{}\n", sentence);
  std::size_t ended = 0;
  std::size_t forced = 0;
  for (const replay::CallLine& line : list.calls()) {
    if (line.ended) ++ended;
    if (line.forced) ++forced;
  }
  fmt::print("{}: {} events, {} runs, {} calls: {} ended, {} of them forced, {} live\n",
             arguments.file, recording->records.size(), recording->runs.size(), list.calls().size(),
             ended, forced, state.directory.live_calls());
  return improper.empty() ? Exit::kPassed : Exit::kFailed;
}

}  // namespace

void add_log(CLI::App& app, Exit& exit) {
  CLI::App* verb =
      app.add_subcommand("log", "Read a log: calls, call ID, state, diff, tail, verify");
  verb->require_subcommand(1);
  const auto arguments = std::make_shared<LogArguments>();
  const auto add = [&](const char* word, const char* what, Exit (*run)(const LogArguments&)) {
    CLI::App* part = verb->add_subcommand(word, what);
    part->callback([&exit, arguments, run] { exit = run(*arguments); });
    return part;
  };
  const auto add_file = [&](CLI::App& part) {
    part.add_option("file", arguments->file, "the log")->required();
  };
  const auto add_format = [&](CLI::App& part) {
    part.add_option("--format", arguments->format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
  };
  CLI::App* calls = add("calls", "Every call in a line", show_calls);
  add_file(*calls);
  add_format(*calls);
  CLI::App* call = add("call", "One call: what happened, in order, and why", show_call);
  call->add_option("id", arguments->id, "its id, or its SIP Call-ID")->required();
  add_file(*call);
  add_format(*call);
  CLI::App* last = add("tail", "The newest events", tail);
  add_file(*last);
  add_format(*last);
  last->add_option("-n", arguments->lines, "how many")->capture_default_str();
  last->add_flag("-f", arguments->follow, "wait for more");
  add_log_travel(*verb, exit);
  add_file(*add("verify", "Whether the file is sound and every call ended properly", verify));
}

}  // namespace lastcall::tools
