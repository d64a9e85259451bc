#include "tools/bench_import.hpp"

#include "replay/capture/import.hpp"
#include "replay/capture/tally.hpp"
#include "tools/bench_material.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <optional>
#include <spawn.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lastcall::tools {
namespace {

namespace capture = replay::capture;

struct Arguments {
  std::uint64_t megabytes = 1'000;
  std::uint32_t audio = 50;
  std::string format = "text";
  bool alone = false;
};

// What reading the file took.
struct Cost {
  double seconds = 0;      // as a clock on the wall has it
  double cpu_seconds = 0;  // of all cores
  std::uint64_t peak_bytes = 0;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

// The most memory that this process has had since forget_peak() (proc(5): VmHWM).
std::uint64_t peak_bytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1'024;
  }
  return 0;
}
void forget_peak() { std::ofstream{"/proc/self/clear_refs"} << "5"; }

class Watch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Exactly what `lastcall import` does; nothing if it does not find what was written.
std::optional<Cost> import_cost(const Material& material) {
  forget_peak();
  const Watch watch;
  const double before = cpu_seconds(RUSAGE_SELF);
  capture::Tally tally;
  const auto report = capture::import_file(
      material.path(), {[&](const capture::Captured& each) { tally.add(each); }});
  Cost cost{watch.seconds(), cpu_seconds(RUSAGE_SELF) - before, peak_bytes()};
  const bool is_whole = report && report->packets == material.packets() &&
                        report->messages == material.messages() && report->problem_count == 0;
  return is_whole ? std::optional{cost} : std::nullopt;
}

// Nothing if there is no tshark, or it fails.
std::optional<Cost> tshark_cost(const Material& material) {
  std::string path = material.path();
  std::array<std::string, 7> words{"tshark", "-r", path, "-q", "-z", "sip,stat", ""};
  std::array<char*, 7> arguments{};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) arguments[i] = words[i].data();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const Watch watch;
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "tshark", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) return std::nullopt;
  return Cost{watch.seconds(), seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
              static_cast<std::uint64_t>(usage.ru_maxrss) * 1'024};
}

double rate(const Material& material, double seconds) {
  return static_cast<double>(material.bytes()) / 1e6 / seconds;
}

void tell(const char* who, const Material& material, const Cost& cost) {
  fmt::print("{:<24} {:>8.1f} s {:>8.0f} MB/s {:>8.0f} MB/s of CPU {:>8.0f} MB of memory\n", who,
             cost.seconds, rate(material, cost.seconds), rate(material, cost.cpu_seconds),
             static_cast<double>(cost.peak_bytes) / 1e6);
}

boost::json::object json_of(const Material& material, const Cost& cost) {
  return {{"seconds", cost.seconds},
          {"cpu_seconds", cost.cpu_seconds},
          {"megabytes_per_second", rate(material, cost.seconds)},
          {"megabytes_per_cpu_second", rate(material, cost.cpu_seconds)},
          {"peak_bytes", cost.peak_bytes}};
}

void tell_json(const Material& material, const Cost& ours, const std::optional<Cost>& theirs) {
  boost::json::object document{{"bytes", material.bytes()},
                               {"packets", material.packets()},
                               {"messages", material.messages()},
                               {"import", json_of(material, ours)}};
  if (theirs) document.emplace("tshark", json_of(material, *theirs));
  fmt::print("{}\n", boost::json::serialize(document));
}

Exit run(const Arguments& arguments) {
  const auto material = Material::make({arguments.megabytes * 1'000'000, arguments.audio});
  if (!material) {
    fmt::print(stderr, "lastcall: {}\n", material.error());
    return Exit::kEnvironment;
  }
  const auto ours = import_cost(*material);
  if (!ours) {
    fmt::print(stderr, "lastcall: what was written was not read whole\n");
    return Exit::kFailed;
  }
  const bool is_text = arguments.format == "text";
  if (is_text) {
    fmt::print("{} MB, {} packets, {} of them SIP\n", material->bytes() / 1'000'000,
               material->packets(), material->messages());
    tell("lastcall import", *material, *ours);
    std::fflush(stdout);  // tshark takes its time
  }
  const auto theirs = arguments.alone ? std::nullopt : tshark_cost(*material);
  if (is_text && theirs) tell("tshark -q -z sip,stat", *material, *theirs);
  if (!is_text) tell_json(*material, *ours, theirs);
  if (!theirs && !arguments.alone) {
    fmt::print(stderr, "lastcall: not compared with tshark, which is not here or fails\n");
  }
  return Exit::kPassed;
}

}  // namespace

void add_bench_import(CLI::App& bench, Exit& exit) {
  CLI::App* verb =
      bench.add_subcommand("import", "reading a large capture, on one core, beside tshark");
  const auto arguments = std::make_shared<Arguments>();
  verb->add_option("--size", arguments->megabytes, "of the capture, in MB")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  verb->add_option("--audio", arguments->audio, "packets of audio in each call; 0: SIP only")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  verb->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb->add_flag("--alone", arguments->alone, "without tshark");
  verb->callback([&exit, arguments] { exit = run(*arguments); });
}

}  // namespace lastcall::tools
