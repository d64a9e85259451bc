#pragma once
// The options that `fuzz` and `check` share: which scenarios, under which rules, told how.

#include "sim/run.hpp"
#include "sim/scenario.hpp"

#include <CLI/App.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::tools {

// As written on the command line.
struct SearchOptions {
  std::vector<std::string> scenarios;  // names or files; none: all that are built in
  std::string rules = "two-phase";
  std::string mutant;
  std::string turns = "interleaved";
  std::string format = "text";
  std::string color = "auto";
  std::string out = "lastcall-out";  // where repro files go
  double time_s = 0;                 // 0: no limit
  bool quiet = false;
};

// Adds SCENARIO…, --rules, --mutant, --turns, --format, --color, --out, --time, -q. Words that are
// not valid are usage errors that name the nearest one.
void add_search_options(CLI::App& verb, SearchOptions& options);

// Only --rules, --mutant and --turns: for whoever makes one run.
void add_setup_options(CLI::App& verb, SearchOptions& options);

[[nodiscard]] sim::Setup setup_of(const SearchOptions& options);

// The scenarios named, or all; the error is a sentence with file and line, or with the nearest
// name.
[[nodiscard]] std::expected<std::vector<sim::Scenario>, std::string> load_scenarios(
    const std::vector<std::string>& names);
// The one of this name, or in this file; nothing if there is none.
[[nodiscard]] std::optional<sim::Scenario> find_scenario(const std::string& name);

}  // namespace lastcall::tools
