#include "tools/captured_calls.hpp"

#include "replay/capture/collector.hpp"
#include "replay/capture/import.hpp"
#include "replay/capture/start_line.hpp"
#include "replay/fold.hpp"
#include "replay/rerun.hpp"
#include "tools/log_options.hpp"
#include "tools/search_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <string_view>
#include <unistd.h>

namespace lastcall::tools {

namespace capture = replay::capture;

ImportProgress::ImportProgress() : is_watched_(isatty(STDERR_FILENO) != 0) {}

ImportProgress::~ImportProgress() {
  if (has_shown_) fmt::print(stderr, "\r\x1b[K");
}

void ImportProgress::show(const capture::Progress& progress) {
  const std::uint64_t total = std::max<std::uint64_t>(progress.bytes_total, 1);
  fmt::print(stderr, "\r{} packets, {} %", progress.packets, progress.bytes * 100 / total);
  std::fflush(stderr);
  has_shown_ = true;
}

bool is_log(const std::string& path) {
  std::array<char, 15> magic{};
  std::ifstream file{path, std::ios::binary};
  file.read(magic.data(), magic.size());
  return std::string_view{magic.data(), magic.size()} == "SQLite format 3";
}

std::optional<CapturedCalls> read_capture(const std::string& path, Exit& exit) {
  replay::wire::Traffic traffic;
  ImportProgress line;
  capture::Listener listener;
  listener.on_message = [&](const capture::Captured& each) { traffic.add(each); };
  listener.on_media = [&](const capture::MediaPacket& each) { traffic.add(each); };
  if (line.is_watched()) {
    listener.on_progress = [&](const capture::Progress& each) { line.show(each); };
  }
  auto report = capture::import_file(path, listener);
  if (!report) {
    fmt::print(stderr, "lastcall: {}: {}\n", path, report.error().sentence);
    exit = report.error().is_missing ? Exit::kEnvironment : Exit::kDamagedLog;
    return std::nullopt;
  }
  const replay::wire::Scope scope{report->last.at_ns};
  return CapturedCalls{*std::move(report), traffic.take(), scope};
}

namespace {

// Takes what passed the engine's ports for what a capture would hold.
class EngineTap {
 public:
  explicit EngineTap(std::int64_t wall_offset_ns) : wall_offset_ns_(wall_offset_ns) {}
  EngineTap(const EngineTap&) = delete;
  EngineTap& operator=(const EngineTap&) = delete;

  void add(const replay::Passed& passed) {
    const capture::PacketMark mark{++collector_.report().packets,
                                   to_ns(passed.at) + wall_offset_ns_};
    if (!capture::start_line(passed.bytes)) return;  // a keep-alive
    collector_.message({.mark = mark,
                        .first_packet = mark.packet,
                        .source = passed.is_sent ? passed.engine : passed.peer,
                        .destination = passed.is_sent ? passed.peer : passed.engine,
                        .bytes = passed.bytes});
  }
  // The findings are those of the run that this was, with these records.
  CapturedCalls take(std::span<const Record> records, const std::vector<sim::Finding>& findings) {
    const std::int64_t end = records.empty() ? 0 : to_ns(records.back().at);
    CapturedCalls taken{collector_.report(), traffic_.take(), {end + wall_offset_ns_}};
    const replay::CallList list = replay::calls_of(records);
    for (const sim::Finding& each : findings) {
      const auto call = std::ranges::find(list.calls(), each.call, &replay::CallLine::call);
      if (call == list.calls().end()) continue;
      taken.known[call->sip_call_id].push_back({.rule = each.invariant,
                                                .cites = "inside the engine",
                                                .sentence = each.sentence,
                                                .at_ns = to_ns(each.when) + wall_offset_ns_});
    }
    return taken;
  }

 private:
  std::int64_t wall_offset_ns_;
  replay::wire::Traffic traffic_{replay::wire::Taps::kOne};
  capture::Listener listener_{[this](const capture::Captured& each) { traffic_.add(each); }};
  capture::Collector collector_{listener_};
};

}  // namespace

std::optional<CapturedCalls> read_logged(const std::string& path, Exit& exit) {
  const auto recording = read_log(path, exit);
  if (!recording) return std::nullopt;
  EngineTap tap{wall_offset_ns(*recording)};
  const auto result = replay::rerun(*recording, find_scenario,
                                    [&](const replay::Passed& passed) { tap.add(passed); });
  if (!result || result->divergence) {
    fmt::print(stderr, "lastcall: {} cannot be rerun: {}\n", path,
               result ? replay::to_text(*result->divergence) : result.error());
    exit = result ? Exit::kDiverged : Exit::kUsage;
    return std::nullopt;
  }
  return tap.take(recording->records, result->findings);
}

CapturedCalls calls_of(const sim::RunResult& run) {
  EngineTap tap{0};
  replay::tell_passed(run, [&](const replay::Passed& passed) { tap.add(passed); });
  return tap.take(run.records, run.findings);
}

std::expected<std::vector<std::size_t>, std::string> choose_calls(
    const replay::wire::Calls& traffic, const std::string& which) {
  std::vector<std::size_t> chosen(traffic.calls.size());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  if (which.empty()) return chosen;
  std::size_t number = 0;
  const auto read = std::from_chars(which.data(), which.data() + which.size(), number);
  if (read.ec == std::errc{} && read.ptr == which.data() + which.size() && number >= 1 &&
      number <= chosen.size()) {
    return std::vector{number - 1};
  }
  const auto id = [&](std::size_t each) -> const std::string& {
    return traffic.calls[each].sip_call_id;
  };
  const auto exact = std::ranges::find_if(chosen, [&](std::size_t i) { return id(i) == which; });
  if (exact != chosen.end()) return std::vector{*exact};
  std::erase_if(chosen, [&](std::size_t i) { return id(i).find(which) == std::string::npos; });
  if (chosen.size() == 1) return chosen;
  return std::unexpected(
      chosen.empty()
          ? fmt::format("no call '{}'; there are {}", which, traffic.calls.size())
          : fmt::format("'{}' stands in the Call-IDs of {} calls", which, chosen.size()));
}

}  // namespace lastcall::tools
