#include "replay/recording.hpp"

#include "engine/base/settings_text.hpp"
#include "sim/mutants/mutants.hpp"

namespace lastcall::replay {

std::expected<Recording, log::LogError> load(const std::string& path) {
  const auto reader = log::SqliteReader::open(path);
  if (!reader) return std::unexpected(reader.error());
  if (const log::Done sound = reader->verify(); !sound) return std::unexpected(sound.error());
  Recording recording;
  auto runs = reader->runs();
  if (!runs) return std::unexpected(runs.error());
  recording.runs = *std::move(runs);
  const log::Done read = reader->read(1, [&](const Record& record) {
    recording.records.push_back(record);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return recording;
}

std::string setup_text(const sim::Setup& setup) {
  return to_text(Settings{{"rules", std::string{name(setup.rules)}},
                          {"mutant", setup.mutant},
                          {"turns", std::string{name(setup.turns)}},
                          {"faults", setup.faults ? "true" : "false"}});
}

std::expected<sim::Setup, std::string> parse_setup(std::string_view text) {
  const auto settings = parse_settings(text);
  if (!settings) return std::unexpected(settings.error());
  const auto value = [&](std::string_view name) -> std::string {
    const auto it = settings->find(name);
    return it == settings->end() ? std::string{} : it->second;
  };
  const auto rules = named<Rules>(value("rules"));
  const auto turns = named<core::Turns>(value("turns"));
  const std::string faults = value("faults");
  if (!rules) return std::unexpected("no rule set '" + value("rules") + "'");
  if (!turns) return std::unexpected("no way of turns '" + value("turns") + "'");
  if (faults != "true" && faults != "false") return std::unexpected("faults is true or false");
  const std::string mutant = value("mutant");
  if (!mutant.empty() && sim::find_mutant(mutant) == nullptr) {
    return std::unexpected("no mutant '" + mutant + "'");
  }
  return sim::Setup{.rules = *rules, .mutant = mutant, .turns = *turns, .faults = faults == "true"};
}

log::RunInfo run_info(const std::string& scenario, const sim::Setup& setup,
                      const std::string& token, const sim::RunResult& run) {
  return {.scenario = scenario,
          .choices = token,
          .config = setup_text(setup),
          .version = {},
          .result = run.findings.empty() ? "passed" : run.findings.front().invariant,
          .hash = run.hash};
}

bool is_simulated(const log::RunInfo& run) { return !run.choices.empty(); }

}  // namespace lastcall::replay
