#include "tools/search_options.hpp"

#include "engine/base/enum_names.hpp"
#include "sim/library.hpp"
#include "sim/mutants/mutants.hpp"
#include "sim/nearest.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <fstream>
#include <iterator>
#include <string_view>

namespace lastcall::tools {
namespace {

// A check for CLI11: empty if `word` is one of `words`, else a sentence with the nearest.
CLI::Validator one_of(std::string kind, std::vector<std::string_view> words) {
  return CLI::Validator(
      [kind, words](std::string& word) -> std::string {
        for (const std::string_view each : words) {
          if (each == word) return {};
        }
        return sim::unknown_word(word, kind, words);
      },
      "", kind);
}

std::vector<std::string_view> mutant_names() {
  std::vector<std::string_view> names;
  for (const sim::Mutant& mutant : sim::all_mutants()) {
    names.push_back(mutant.name);
    if (!mutant.id.empty()) names.push_back(mutant.id);
  }
  return names;
}

std::expected<sim::Scenario, std::string> load_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(fmt::format("{}: cannot be read", path));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".txt")) name.resize(name.size() - 4);
  auto scenario = sim::parse_scenario(name, text);
  if (scenario) return std::move(*scenario);
  return std::unexpected(
      fmt::format("{}:{}: {}", path, scenario.error().line, scenario.error().sentence));
}

std::expected<sim::Scenario, std::string> load_one(const std::string& name,
                                                   const std::vector<sim::Scenario>& built_in) {
  if (name.find('/') != std::string::npos || name.ends_with(".txt")) return load_file(name);
  std::vector<std::string_view> names;
  for (const sim::Scenario& each : built_in) {
    if (each.name == name) return each;
    names.push_back(each.name);
  }
  return std::unexpected(sim::unknown_word(name, "scenario", names));
}

}  // namespace

void add_setup_options(CLI::App& verb, SearchOptions& options) {
  verb.add_option("--rules", options.rules, "two-phase or immediate")
      ->check(one_of("rule set", {"two-phase", "immediate"}))
      ->capture_default_str();
  verb.add_option("--mutant", options.mutant,
                  "a planted bug: plan-circular, Z-67, ... ('lastcall zoo' lists them)")
      ->check(one_of("mutant", mutant_names()));
  verb.add_option("--turns", options.turns, "interleaved or drained")
      ->check(one_of("way", {"interleaved", "drained"}))
      ->capture_default_str();
}

void add_search_options(CLI::App& verb, SearchOptions& options) {
  verb.add_option("scenario", options.scenarios,
                  "names of scenarios, or files; none: all that are built in");
  add_setup_options(verb, options);
  verb.add_option("--format", options.format, "text or json")
      ->check(one_of("format", {"text", "json"}))
      ->capture_default_str();
  verb.add_option("--color", options.color, "auto, always or never")
      ->check(one_of("word", {"auto", "always", "never"}))
      ->capture_default_str();
  verb.add_option("--out", options.out, "folder for the repro files of failures")
      ->capture_default_str();
  verb.add_option("--time", options.time_s, "stop searching after so long: 30s, 5m")
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                CLI::AsNumberWithUnit::CASE_SENSITIVE, "TIME"));
  verb.add_flag("-q,--quiet", options.quiet, "only the verdict");
}

sim::Setup setup_of(const SearchOptions& options) {
  return {.rules = *named<Rules>(options.rules),
          .mutant = options.mutant,
          .turns = *named<core::Turns>(options.turns)};
}

std::expected<std::vector<sim::Scenario>, std::string> load_scenarios(
    const std::vector<std::string>& names) {
  std::vector<sim::Scenario> built_in = sim::all_scenarios();
  if (names.empty()) return built_in;
  std::vector<sim::Scenario> chosen;
  for (const std::string& name : names) {
    auto scenario = load_one(name, built_in);
    if (!scenario) return std::unexpected(scenario.error());
    chosen.push_back(std::move(*scenario));
  }
  return chosen;
}

std::optional<sim::Scenario> find_scenario(const std::string& name) {
  auto found = load_scenarios({name});
  if (!found) return std::nullopt;
  return std::move(found->front());
}

}  // namespace lastcall::tools
