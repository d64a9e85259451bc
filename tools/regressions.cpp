#include "tools/regressions.hpp"

#include "engine/base/hash.hpp"
#include "replay/recording.hpp"
#include "sim/strategies/choosers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

namespace lastcall::tools {
namespace {

namespace fs = std::filesystem;

std::expected<Regression, std::string> load(const fs::path& path) {
  std::ifstream file(path);
  std::map<std::string, std::string> lines;
  for (std::string word; file >> word;) {
    std::string rest;
    std::getline(file >> std::ws, rest);
    lines[word] = rest;
  }
  for (const char* needed : {"scenario", "setup", "token", "broke"}) {
    if (!lines.contains(needed)) {
      return std::unexpected(fmt::format("{}: the line '{}' is missing", path.string(), needed));
    }
  }
  return Regression{lines["scenario"], lines["setup"], lines["token"], lines["broke"]};
}

}  // namespace

std::string write_regression(const Regression& regression, const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const std::string name =
      fmt::format("{}-{}-{:08x}.run", regression.scenario, regression.broke,
                  hash_of(0, regression.setup, regression.token) & 0xffffffffU);
  const std::string path = (fs::path(folder) / name).string();
  std::ofstream file(path);
  file << "scenario  " << regression.scenario << "\nsetup     " << regression.setup
       << "\ntoken     " << regression.token << "\nbroke     " << regression.broke << '\n';
  file.flush();
  if (file) return path;
  fmt::print(stderr, "lastcall: {}: cannot be written\n", path);
  return {};
}

std::expected<std::vector<Regression>, std::string> load_regressions(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".run") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<Regression> regressions;
  for (const fs::path& path : paths) {
    auto regression = load(path);
    if (!regression) return std::unexpected(regression.error());
    regressions.push_back(std::move(*regression));
  }
  return regressions;
}

std::vector<std::string> rerun_regressions(const std::vector<Regression>& regressions,
                                           const std::vector<sim::Scenario>& scenarios,
                                           const sim::Setup& setup) {
  std::vector<std::string> failures;
  for (const Regression& each : regressions) {
    const auto scenario = std::ranges::find(scenarios, each.scenario, &sim::Scenario::name);
    const auto choices = sim::parse_token(each.token);
    if (scenario == scenarios.end() || each.setup != replay::setup_text(setup)) continue;
    if (!choices) {
      failures.push_back(fmt::format("regression of {}: {}", each.scenario, choices.error()));
      continue;
    }
    sim::Recorded recorded(*choices);
    const sim::RunResult run = sim::run(*scenario, setup, recorded);
    for (const sim::Finding& finding : run.findings) {
      failures.push_back(fmt::format("regression of {}: {}: {} [token {}]", each.scenario,
                                     finding.invariant, finding.sentence, each.token));
    }
  }
  return failures;
}

}  // namespace lastcall::tools
