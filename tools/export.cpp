// lastcall export: one call of a capture in the form that somebody else needs: a ladder (text, SVG,
// HTML, Mermaid), data (JSON, JUnit), a pair of sipp scenarios, a pcapng file.

#include "replay/canvas.hpp"
#include "replay/capture/import.hpp"
#include "replay/exports/captured_report.hpp"
#include "replay/exports/pcapng.hpp"
#include "replay/exports/scrub.hpp"
#include "replay/exports/sipp.hpp"
#include "replay/wire/ladder.hpp"
#include "tools/captured_calls.hpp"
#include "tools/screen.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <unistd.h>

namespace lastcall::tools {
namespace {

namespace wire = replay::wire;
namespace exports = replay::exports;
namespace capture = replay::capture;

struct ExportArguments {
  std::string format;
  std::string file;
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
  if (arguments.format == "pcapng" && isatty(STDOUT_FILENO) == 1) {
    fmt::print(stderr, "lastcall: a pcapng file is not for a terminal: name one with -o\n");
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
  if (arguments.format == "pcapng") {
    const auto media = media_of(arguments.file, chosen.call);
    return put(arguments, exports::to_pcapng(chosen.call, chosen.findings, media));
  }
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
    if (scrub) call = scrubber.scrub(call);
    if (call.messages.empty()) continue;
    wire::Findings findings = wire::judge(call, captured.scope);
    judged.push_back({std::move(call), std::move(findings)});
  }
  return judged;
}

Exit run_export(const ExportArguments& arguments) {
  if (is_log(arguments.file)) {
    fmt::print(stderr, "lastcall: {} is a log: draw its calls with lastcall ladder\n",
               arguments.file);
    return Exit::kUsage;
  }
  Exit exit = Exit::kPassed;
  auto captured = read_capture(arguments.file, exit);
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
      "export", "A call of a capture as sipp scenarios, pcapng, a picture or data");
  const auto arguments = std::make_shared<ExportArguments>();
  verb->add_option("format", arguments->format,
                   "sipp, pcapng, svg, html, mermaid, text, json or junit")
      ->required()
      ->check(CLI::IsMember({"sipp", "pcapng", "svg", "html", "mermaid", "text", "json", "junit"}));
  verb->add_option("file", arguments->file, "the capture")->required();
  verb->add_option("--call", arguments->call, "its number, its Call-ID or a part of it");
  verb->add_option("-o,--out", arguments->out, "the file to write; of sipp: the folder");
  verb->add_flag("--scrub", arguments->scrub,
                 "replace numbers, names, hosts and addresses, and drop media");
  verb->callback([&exit, arguments] { exit = run_export(*arguments); });
}

}  // namespace lastcall::tools
