// lastcall import: reads a capture of any SIP system, or listens for HEP, and says what is in it:
// packets, messages, Call-IDs, requests and responses, and everything that is broken, with its
// packet number.

#include "replay/capture/import.hpp"

#include "engine/log/json_writer.hpp"
#include "replay/canvas.hpp"
#include "replay/capture/tally.hpp"
#include "tools/captured_calls.hpp"
#include "tools/listen_hep.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace lastcall::tools {
namespace {

namespace capture = replay::capture;

struct ImportArguments {
  std::string file;
  HepListening hep;
  std::string format = "text";
  bool json = false;
};

template <class Key>
std::string counts_text(const std::map<Key, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [key, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, count);
  }
  return text.empty() ? "none" : text;
}

template <class Key>
std::string counts_json(const std::map<Key, std::uint64_t>& counts) {
  std::string json;
  for (const auto& [key, count] : counts) {
    // No character of a token (RFC 3261 25.1) need be escaped.
    json += fmt::format(R"({}"{}":{})", json.empty() ? "" : ",", key, count);
  }
  return "{" + json + "}";
}

// "1 problem", "2 problems".
std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void print_text(const std::string& file, const capture::Report& report,
                const capture::Tally& tally) {
  fmt::print("{}: {}, {}, {}{}\n", file, counted(report.packets, "packet"),
             counted(report.messages, "SIP message"), tally.has_more_call_ids() ? "at least " : "",
             counted(tally.call_ids(), "Call-ID"));
  fmt::print("  requests   {}\n", counts_text(tally.methods()));
  fmt::print("  responses  {}\n", counts_text(tally.answers()));
  if (report.cut_packets != 0) {
    fmt::print("  {} not captured to the end\n", counted(report.cut_packets, "packet"));
  }
  if (report.problem_count == 0) return;
  fmt::print("  {}{}\n", counted(report.problem_count, "problem"),
             report.problem_count > report.problems.size() ? ", the first of them:" : "");
  for (const capture::Problem& problem : report.problems) {
    fmt::print("    packet {}: {}\n", problem.packet, replay::inert(problem.sentence));
  }
}

void print_json(const capture::Report& report, const capture::Tally& tally) {
  std::string findings;
  for (const capture::Problem& problem : report.problems) {
    std::string sentence;
    log::JsonWriter{sentence}.write(std::string_view{problem.sentence});
    findings += fmt::format(R"({}{{"packet":{},"sentence":{}}})", findings.empty() ? "" : ",",
                            problem.packet, sentence);
  }
  fmt::print(R"({{"packets":{},"cut_packets":{},"sip_messages":{},"call_ids":{},"methods":{},)"
             R"("answers":{},"findings_total":{},"findings":[{}]}})"
             "\n",
             report.packets, report.cut_packets, report.messages, tally.call_ids(),
             counts_json(tally.methods()), counts_json(tally.answers()), report.problem_count,
             findings);
}

void print(const ImportArguments& arguments, const capture::Report& report,
           const capture::Tally& tally) {
  if (arguments.json || arguments.format == "json") {
    print_json(report, tally);
  } else {
    print_text(arguments.file.empty() ? "HEP" : arguments.file, report, tally);
  }
}

Exit import_hep(const ImportArguments& arguments) {
  capture::Tally tally;
  const auto report =
      listen_hep(arguments.hep, {[&](const capture::Captured& message) { tally.add(message); }});
  if (!report) {
    fmt::print(stderr, "lastcall: {}\n", report.error());
    return Exit::kEnvironment;
  }
  print(arguments, *report, tally);
  return Exit::kPassed;
}

Exit import_capture(const ImportArguments& arguments) {
  capture::Tally tally;
  std::optional<ImportProgress> line{std::in_place};
  capture::Listener listener{[&](const capture::Captured& message) { tally.add(message); }};
  if (line->is_watched()) {
    listener.on_progress = [&](const capture::Progress& progress) { line->show(progress); };
  }
  const auto report = capture::import_file(arguments.file, listener);
  line.reset();
  if (!report) {
    fmt::print(stderr, "lastcall: {}: {}\n", arguments.file, report.error().sentence);
    return report.error().is_missing ? Exit::kEnvironment : Exit::kDamagedLog;
  }
  print(arguments, *report, tally);
  return Exit::kPassed;
}

}  // namespace

void add_import(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("import", "Read a capture, or listen for HEP: what is in it");
  const auto arguments = std::make_shared<ImportArguments>();
  CLI::Option* file = verb->add_option(
      "file", arguments->file,
      "pcap, pcapng, HEP3, a log of sipp, Kamailio (sipdump), Asterisk, FreeSWITCH, sofia or "
      "pjsua; plain or packed with gzip");
  CLI::Option* hep = verb->add_option("--listen-hep", arguments->hep.at,
                                      "listen for HEP3 over UDP instead, until SIGINT")
                         ->type_name("[HOST:]PORT")
                         ->excludes(file);
  verb->add_option("--count", arguments->hep.count, "end after so many packets")->needs(hep);
  verb->add_option("--seconds", arguments->hep.seconds, "end after so many seconds")->needs(hep);
  verb->add_option("-o,--out", arguments->hep.keep, "keep the packets in this file")->needs(hep);
  verb->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb->add_flag("--json", arguments->json, "the same as --format json");
  verb->callback([&exit, arguments] {
    if (!arguments->hep.at.empty()) {
      exit = import_hep(*arguments);
    } else if (!arguments->file.empty()) {
      exit = import_capture(*arguments);
    } else {
      throw CLI::RequiredError("file");
    }
  });
}

}  // namespace lastcall::tools
