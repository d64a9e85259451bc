// lastcall export: one call of a capture, of a log or of a simulated run in the form that somebody
// else needs: a ladder (text, SVG, HTML, Mermaid), data (JSON, JUnit), a pair of sipp scenarios, a
// pcapng file, or all of it in one file.

#include "engine/host/version.hpp"
#include "replay/canvas.hpp"
#include "replay/capture/import.hpp"
#include "replay/exports/bundle.hpp"
#include "replay/exports/captured_report.hpp"
#include "replay/exports/pcapng.hpp"
#include "replay/exports/scrub.hpp"
#include "replay/exports/sipp.hpp"
#include "replay/wire/ladder.hpp"
#include "sim/strategies/choosers.hpp"
#include "tools/captured_calls.hpp"
#include "tools/screen.hpp"
#include "tools/search_options.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <unistd.h>

namespace lastcall::tools {
namespace {

namespace wire = replay::wire;
namespace exports = replay::exports;
namespace capture = replay::capture;

struct ExportArguments {
  std::string format;
  std::string file;  // or a token
  std::string scenario;
  SearchOptions setup;  // of a token: its rules, mutant and turns are used
  std::string call;
  std::string out;
  bool scrub = false;
};

// What an exporter works on.
struct Chosen {
  wire::Call call;
  wire::Findings findings;
};

Exit write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file{path, std::ios::binary};
  file << bytes;
  file.close();
  if (file) return Exit::kPassed;
  fmt::print(stderr, "lastcall: cannot write {}\n", path.string());
  return Exit::kEnvironment;
}

Exit put(const ExportArguments& arguments, const std::string& bytes) {
  if (!arguments.out.empty()) return write_file(arguments.out, bytes);
  const bool is_binary = arguments.format == "pcapng" || arguments.format == "repro";
  if (is_binary && isatty(STDOUT_FILENO) == 1) {
    fmt::print(stderr, "lastcall: {} is not for a terminal: name a file with -o\n",
               arguments.format);
    return Exit::kUsage;
  }
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  return Exit::kPassed;
}

// The datagrams of the call's streams: the file is read a second time for them.
std::vector<exports::MediaDatagram> media_of(const std::string& path, const wire::Call& call) {
  std::vector<exports::MediaDatagram> media;
  if (call.streams.empty()) return media;
  const auto is_its = [&](const capture::MediaPacket& packet) {
    return std::ranges::any_of(call.streams, [&](const wire::Stream& each) {
      return each.flow == packet.flow && each.ssrc == packet.ssrc &&
             each.is_rtcp == packet.is_rtcp && each.first.packet <= packet.mark.packet &&
             packet.mark.packet <= each.last.packet;
    });
  };
  capture::Listener listener;
  listener.on_media = [&](const capture::MediaPacket& packet) {
    if (is_its(packet)) media.push_back({packet.mark, packet.flow, std::string{packet.payload}});
  };
  (void)capture::import_file(path, listener);
  std::ranges::stable_sort(media, {}, [](const auto& each) { return each.mark.at_ns; });
  return media;
}

Exit export_sipp(const ExportArguments& arguments, const Chosen& chosen) {
  const auto pair = exports::to_sipp(chosen.call);
  if (!pair) {
    fmt::print(stderr, "lastcall: this call is no pair of scenarios: {}\n", pair.error());
    return Exit::kUsage;
  }
  const std::filesystem::path folder = arguments.out.empty() ? "." : arguments.out;
  std::error_code none;
  std::filesystem::create_directories(folder, none);
  for (const auto& [file, text] :
       {std::pair{"caller.xml", &pair->caller}, std::pair{"callee.xml", &pair->callee}}) {
    if (const Exit exit = write_file(folder / file, *text); exit != Exit::kPassed) return exit;
  }
  fmt::print(
      "{0}/caller.xml and {0}/callee.xml. Run them with\n"
      "  sipp -sf {0}/callee.xml -i 127.0.0.1 -p 5070 -m 1 127.0.0.1:5071\n"
      "  sipp -sf {0}/caller.xml -i 127.0.0.1 -p 5071 -m 1 127.0.0.1:5070\n",
      folder.string());
  return Exit::kPassed;
}

std::string pcapng_of(const ExportArguments& arguments, const Chosen& chosen) {
  return exports::to_pcapng(chosen.call, chosen.findings, media_of(arguments.file, chosen.call));
}

// How whoever gets the file sees it happen again.
std::string repro_readme(const ExportArguments& arguments, const Chosen& chosen, bool has_log) {
  std::string text = "A call, made by lastcall " + std::string{host::kVersion} + ".\n\n";
  for (const wire::Finding& each : chosen.findings) {
    text += fmt::format("{} {}: {}\n", name(each.kind), each.rule, replay::inert(each.sentence));
  }
  text +=
      "\nreport.html   the call with its findings, for any browser\n"
      "ladder.svg    the same as a picture, ladder.txt as text, call.json as data\n"
      "call.pcapng   for Wireshark; each packet says why it was sent\n"
      "callee.xml, caller.xml   for sipp, if they are here:\n"
      "  sipp -sf callee.xml -i 127.0.0.1 -p 5070 -m 1 127.0.0.1:5071\n"
      "  sipp -sf caller.xml -i 127.0.0.1 -p 5071 -m 1 127.0.0.1:5070\n";
  if (has_log) text += "run.db        the engine's log: lastcall replay run.db\n";
  if (!arguments.scenario.empty()) {
    const SearchOptions& setup = arguments.setup;
    text += fmt::format("lastcall replay {} --scenario {} --rules {} --turns {}{}{}\n",
                        arguments.file, arguments.scenario, setup.rules, setup.turns,
                        setup.mutant.empty() ? "" : " --mutant ", setup.mutant);
  }
  return text;
}

std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

Exit export_repro(const ExportArguments& arguments, const Chosen& chosen) {
  const exports::JudgedCall judged{chosen.call, chosen.findings};
  const replay::Ladder ladder = wire::ladder_of(chosen.call, chosen.findings);
  const bool has_log = !arguments.scrub && is_log(arguments.file);
  std::vector<exports::BundledFile> files{
      {"README.txt", repro_readme(arguments, chosen, has_log)},
      {"report.html", exports::to_html(exports::report_of(judged))},
      {"ladder.svg", exports::to_svg(ladder)},
      {"ladder.txt", replay::draw(ladder, {})},
      {"call.json", exports::to_json(judged)},
      {"call.pcapng", pcapng_of(arguments, chosen)}};
  if (const auto pair = exports::to_sipp(chosen.call)) {
    files.push_back({"caller.xml", pair->caller});
    files.push_back({"callee.xml", pair->callee});
  }
  if (has_log) files.push_back({"run.db", content_of(arguments.file)});
  return put(arguments, exports::to_tar(files));
}

Exit export_call(const ExportArguments& arguments, const Chosen& chosen) {
  const exports::JudgedCall judged{chosen.call, chosen.findings};
  const auto ladder = [&] { return wire::ladder_of(chosen.call, chosen.findings); };
  if (arguments.format == "sipp") return export_sipp(arguments, chosen);
  if (arguments.format == "svg") return put(arguments, exports::to_svg(ladder()));
  if (arguments.format == "mermaid") return put(arguments, exports::to_mermaid(ladder()));
  if (arguments.format == "html") {
    return put(arguments, exports::to_html(exports::report_of(judged)));
  }
  if (arguments.format == "json") return put(arguments, exports::to_json(judged));
  if (arguments.format == "pcapng") return put(arguments, pcapng_of(arguments, chosen));
  if (arguments.format == "repro") return export_repro(arguments, chosen);
  return put(arguments, replay::draw(ladder(), style_of_screen("auto")));
}

Exit export_junit(const ExportArguments& arguments, const std::vector<Chosen>& calls) {
  std::vector<exports::JudgedCall> judged;
  for (const Chosen& each : calls) judged.push_back({each.call, each.findings});
  const std::string suite =
      arguments.scrub ? "capture" : std::filesystem::path{arguments.file}.filename().string();
  return put(arguments, exports::to_junit(suite, judged));
}

std::vector<Chosen> judge_chosen(CapturedCalls& captured, const std::vector<std::size_t>& chosen,
                                 bool scrub) {
  exports::Scrubber scrubber;
  std::vector<Chosen> judged;
  for (const std::size_t each : chosen) {
    wire::Call call = std::move(captured.traffic.calls[each]);
    const wire::Findings& known = captured.known[call.sip_call_id];
    if (scrub) call = scrubber.scrub(call);
    if (call.messages.empty()) continue;
    wire::Findings findings = wire::judge(call, captured.scope);
    findings.insert(findings.end(), known.begin(), known.end());
    std::ranges::stable_sort(findings, {}, &wire::Finding::at_ns);
    judged.push_back({std::move(call), std::move(findings)});
  }
  return judged;
}

// The run behind a token.
std::optional<CapturedCalls> read_token(const ExportArguments& arguments, Exit& exit) {
  exit = Exit::kUsage;
  const auto choices = sim::parse_token(arguments.file);
  const auto scenarios = load_scenarios({arguments.scenario});
  if (!choices || !scenarios) {
    fmt::print(stderr, "lastcall: {}\n", choices ? scenarios.error() : choices.error());
    return std::nullopt;
  }
  exit = Exit::kPassed;
  sim::Recorded chooser{*choices};
  return calls_of(sim::run(scenarios->front(), setup_of(arguments.setup), chooser));
}

std::optional<CapturedCalls> read_calls(const ExportArguments& arguments, Exit& exit) {
  if (!arguments.scenario.empty()) return read_token(arguments, exit);
  if (is_log(arguments.file)) return read_logged(arguments.file, exit);
  return read_capture(arguments.file, exit);
}

Exit run_export(const ExportArguments& arguments) {
  Exit exit = Exit::kPassed;
  auto captured = read_calls(arguments, exit);
  if (!captured) return exit;
  const auto chosen = choose_calls(captured->traffic, arguments.call);
  if (!chosen) {
    fmt::print(stderr, "lastcall: {}: {}\n", arguments.file, replay::inert(chosen.error()));
    return Exit::kUsage;
  }
  if (chosen->empty()) {
    fmt::print(stderr, "lastcall: {}: no call is in it\n", arguments.file);
    return Exit::kInconclusive;
  }
  if (chosen->size() > 1 && arguments.format != "junit") {
    fmt::print(stderr, "lastcall: {} holds {} calls: name one with --call; see: lastcall replay\n",
               arguments.file, chosen->size());
    return Exit::kUsage;
  }
  const std::vector<Chosen> judged = judge_chosen(*captured, *chosen, arguments.scrub);
  if (arguments.format == "junit") return export_junit(arguments, judged);
  if (!judged.empty()) return export_call(arguments, judged.front());
  fmt::print(stderr, "lastcall: nothing of this call can be scrubbed\n");
  return Exit::kInconclusive;
}

}  // namespace

void add_export(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand(
      "export", "A call of a capture, log or run as sipp scenarios, pcapng, a picture or data");
  const auto arguments = std::make_shared<ExportArguments>();
  verb->add_option("format", arguments->format,
                   "sipp, pcapng, svg, html, mermaid, text, json, junit, or repro: all in a tar")
      ->required()
      ->check(CLI::IsMember(
          {"sipp", "pcapng", "svg", "html", "mermaid", "text", "json", "junit", "repro"}));
  verb->add_option("file", arguments->file, "a capture, a log, or a token with --scenario")
      ->required();
  verb->add_option("--scenario", arguments->scenario, "of the token: a name or a file");
  add_setup_options(*verb, arguments->setup);
  verb->add_option("--call", arguments->call, "its number, its Call-ID or a part of it");
  verb->add_option("-o,--out", arguments->out, "the file to write; of sipp: the folder");
  verb->add_flag("--scrub", arguments->scrub,
                 "replace numbers, names, hosts and addresses, and drop media");
  verb->callback([&exit, arguments] { exit = run_export(*arguments); });
}

}  // namespace lastcall::tools
