#include "sim/run.hpp"

#include "engine/base/check.hpp"
#include "engine/base/hash.hpp"
#include "sim/expect.hpp"
#include "sim/mutants/mutants.hpp"
#include "sim/oracle.hpp"
#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lastcall::sim {
namespace {

// A run of one call takes some hundred steps; one that takes this many goes in circles.
constexpr std::uint64_t kStepsMax = 20'000;

core::LayerTable table_of(const Setup& setup) {
  if (setup.mutant.empty()) return {};
  const Mutant* mutant = find_mutant(setup.mutant);
  CHECK(mutant != nullptr, "run() is asked for mutants that exist");
  return mutant->table;
}

// Shows the oracles what happened, in the common order of log and trace.
class Witness {
 public:
  explicit Witness(Oracles& oracles) : oracles_(oracles) {}

  void see(const World& world) {
    for (; entries_ < world.trace().size(); ++entries_) {
      const TraceEntry& entry = world.trace()[entries_];
      see_records(world, entry.after);
      oracles_.see(entry);
    }
    see_records(world, world.records().size());
  }

 private:
  void see_records(const World& world, Position upto) {
    for (; records_ < upto; ++records_) oracles_.see(world.records()[records_]);
  }

  Oracles& oracles_;
  std::size_t entries_ = 0;
  std::size_t records_ = 0;
};

Finding finding_of(const World& world, std::string_view rule, std::string sentence) {
  Finding finding;
  finding.invariant = rule;
  finding.origin = finding.invariant + " at the end";
  finding.sentence = std::move(sentence);
  finding.at = world.records().size();
  finding.when = world.now();
  return finding;
}

// What the log says of the state must be the state.
void check_fold(const World& world, std::vector<Finding>& findings) {
  core::State folded;
  for (const Record& record : world.records()) {
    core::fold_event(folded, world.kernel().table(), record.event);
  }
  if (folded == world.kernel().state()) return;
  findings.push_back(finding_of(world, "fold", "the fold of the log is not the live state"));
}

// I-54, as the state shows it.
void check_leftovers(const World& world, std::vector<Finding>& findings) {
  const core::Directory& directory = world.kernel().state().directory;
  const std::size_t ports = world.media().open_streams();
  if (directory.live_calls() + directory.remembered_calls() + ports == 0) return;
  findings.push_back(finding_of(
      world, "I-54",
      fmt::format("nothing is left to happen, and {} live calls, {} tombstones and {} ports are "
                  "left over",
                  directory.live_calls(), directory.remembered_calls(), ports)));
}

std::string hash_of_run(const World& world) {
  RollingHash hash;
  for (const Record& record : world.records()) {
    hash.add(std::pair{record.pos, std::pair{record.at, record.cause}});
    hash.add(record.event);
  }
  for (const auto& choice : world.decisions().made()) hash.add(choice);
  return hash.text();
}

void check_end(const World& world, const Scenario& scenario, std::vector<Finding>& findings) {
  if (const Action* action = world.stuck()) {
    findings.push_back(finding_of(
        world, "given", fmt::format("the given step in line {} had no effect", action->line)));
    return;
  }
  for (Finding& broken : broken_promises(scenario, world.records(), world.trace())) {
    findings.push_back(std::move(broken));
  }
  check_leftovers(world, findings);
}

}  // namespace

RunResult run(const Scenario& scenario, const Setup& setup, Chooser& chooser) {
  World world{scenario, setup, table_of(setup), chooser};
  Oracles oracles{{.timer_lateness_max = delays::kTimerMax}};
  Witness witness{oracles};
  bool goes_on = true;
  while (goes_on && world.steps() < kStepsMax) {
    goes_on = world.advance();
    witness.see(world);
  }
  if (!goes_on) oracles.end(world.now());

  RunResult result;
  result.findings = oracles.take_findings();
  if (goes_on) {
    result.findings.push_back(finding_of(
        world, "endless", fmt::format("after {} steps there is still more to do", kStepsMax)));
  } else {
    check_end(world, scenario, result.findings);
  }
  check_fold(world, result.findings);
  result.hash = hash_of_run(world);
  result.steps = world.steps();
  result.setup_end = world.setup_end();
  result.records = std::move(world).take_records();
  result.trace = std::move(world).take_trace();
  return result;
}

}  // namespace lastcall::sim
