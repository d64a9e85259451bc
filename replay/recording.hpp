#pragma once
// Recording: a whole log in memory, and how a simulated run is kept in one. Reading checks the file
// first (pages, dense positions, causes, events that decode), so that who holds a recording can
// trust it. For the verbs that read logs.

#include "engine/log/sqlite_log_reader.hpp"
#include "engine/model/event.hpp"
#include "sim/run.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay {

struct Recording {
  std::vector<log::StoredRun> runs;  // in order; each engine start is one
  std::vector<Record> records;       // from position 1, dense
};

[[nodiscard]] std::expected<Recording, log::LogError> load(const std::string& path);

// What stands in the run row's config for a simulated run: "faults=true mutant=plan-held
// rules=two-phase turns=interleaved".
[[nodiscard]] std::string setup_text(const sim::Setup& setup);
// The error is a sentence.
[[nodiscard]] std::expected<sim::Setup, std::string> parse_setup(std::string_view text);

// The run row of a simulated run; log::store() writes it with the records.
[[nodiscard]] log::RunInfo run_info(const std::string& scenario, const sim::Setup& setup,
                                    const std::string& token, const sim::RunResult& run);

// Whether this run was simulated, and is rerun from its token.
[[nodiscard]] bool is_simulated(const log::RunInfo& run);

}  // namespace lastcall::replay
