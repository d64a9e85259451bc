#include "tools/captured_calls.hpp"

#include "replay/capture/import.hpp"

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
