#include "tools/log_options.hpp"

#include "sim/nearest.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <ctime>
#include <utility>
#include <vector>

namespace lastcall::tools {

std::optional<replay::Recording> read_log(const std::string& path, Exit& exit) {
  auto recording = replay::load(path);
  if (recording) return *std::move(recording);
  exit = tell(recording.error());
  return std::nullopt;
}

Exit tell(const log::LogError& error) {
  fmt::print(stderr, "lastcall: {}\n", error.sentence);
  return error.fault == log::LogFault::kDamaged ? Exit::kDamagedLog : Exit::kEnvironment;
}

const replay::CallLine* find_call(const replay::CallList& list, const std::string& id) {
  std::vector<std::string> ids;
  for (const replay::CallLine& line : list.calls()) {
    if (to_hex(line.call) == id || line.sip_call_id == id) return &line;
    ids.push_back(to_hex(line.call));
  }
  const std::vector<std::string_view> words{ids.begin(), ids.end()};
  fmt::print(stderr, "lastcall: {}\n", sim::unknown_word(id, "call", words));
  return nullptr;
}

std::string utc(Instant at, std::int64_t wall_offset_ns) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  const std::int64_t ns = to_ns(at) + wall_offset_ns;
  const auto seconds = static_cast<std::time_t>(ns / kNsPerSecond);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds),
                     ns % kNsPerSecond / 1'000'000);
}

std::int64_t wall_offset_ns(const replay::Recording& recording) {
  return recording.runs.empty() ? 0 : recording.runs.front().run.wall_offset_ns;
}

}  // namespace lastcall::tools
