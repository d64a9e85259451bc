#include "sim/play.hpp"

#include "engine/base/check.hpp"
#include "sim/expect.hpp"
#include "sim/mutants/mutants.hpp"

#include <fmt/format.h>

#include <utility>

namespace lastcall::sim {
namespace {

constexpr OracleConfig kOracles{.timer_lateness_max = delays::kTimerMax};

core::LayerTable table_of(const Setup& setup) {
  const auto table = sim::table_of(setup.mutant);
  CHECK(table.has_value(), "a run is asked for mutants that exist and can be joined");
  return *table;
}

}  // namespace

Play::Play(const Scenario& scenario, const Setup& setup, Chooser& chooser)
    : Play(scenario, setup, table_of(setup), chooser) {}

Play::Play(const Scenario& scenario, const Setup& setup, const core::LayerTable& table,
           Chooser& chooser)
    : scenario_(&scenario), world_(scenario, setup, table, chooser), oracles_(kOracles) {}

bool Play::advance() {
  if (broken_ || world_.steps() >= kStepsMax) return false;
  bool goes_on = false;
  try {
    const ThrowBrokenPromises in_this_world;
    goes_on = world_.advance();
  } catch (const BrokenPromise& broken) {
    broken_ = broken;
  }
  watch();
  return goes_on;
}

bool Play::advance_to_races() {
  while (!world_.decisions().racing()) {
    if (!advance()) return false;
  }
  return true;
}

// What a crash has lost did not happen: all is looked at anew, up to the crash and on.
void Play::begin_again() {
  crashes_ = world_.crashes();
  oracles_ = Oracles{kOracles};
  folded_ = {};
  past_ = {};
  records_ = 0;
  entries_ = 0;
}

// Shows the oracles what happened, in the common order of log and trace.
void Play::watch() {
  if (crashes_ != world_.crashes()) begin_again();
  for (; entries_ < world_.trace().size(); ++entries_) {
    const TraceEntry& entry = world_.trace()[entries_];
    watch_records(entry.after);
    oracles_.see(entry);
    if (keeps_past_) past_.add(entry);
  }
  watch_records(world_.records().size());
  for (const auto& made = world_.decisions().made(); decisions_ < made.size(); ++decisions_) {
    hash_.add(made[decisions_]);
  }
}

void Play::watch_records(Position upto) {
  for (; records_ < upto; ++records_) {
    const Record& record = world_.records()[records_];
    oracles_.see(record);
    if (keeps_past_) past_.add(record);
    hash_.add(record.pos, record.at, record.cause, record.event);
    core::fold_event(folded_, world_.kernel().table(), record.event);
  }
}

// A promise of the engine's own code: whoever broke it, the world cannot go on.
Finding Play::finding_of(const BrokenPromise& broken) const {
  Finding finding = finding_of(
      "CHECK", fmt::format("The engine's code keeps its promises: \"{}\" was broken ({}).",
                           broken.promise, broken.condition));
  finding.origin = fmt::format("CHECK {}", broken.promise);
  return finding;
}

Finding Play::finding_of(std::string_view rule, std::string sentence) const {
  Finding finding;
  finding.invariant = rule;
  finding.origin = finding.invariant + " at the end";
  finding.sentence = std::move(sentence);
  finding.at = world_.records().size();
  finding.when = world_.now();
  return finding;
}

void Play::judge_end(std::vector<Finding>& findings) const {
  if (const Action* action = world_.stuck()) {
    findings.push_back(
        finding_of("given", fmt::format("the given step in line {} had no effect", action->line)));
    return;
  }
  for (Finding& broken : broken_promises(*scenario_, world_.records(), world_.trace())) {
    findings.push_back(std::move(broken));
  }
  // I-54, as the state shows it.
  const core::Directory& directory = world_.kernel().state().directory;
  const std::size_t ports = world_.media().open_streams();
  for (const Party& each : world_.peers()) {
    const SecondEngine* other = each.second();
    if (other == nullptr || other->leftovers() == 0) continue;
    findings.push_back(finding_of(
        "I-54", fmt::format("nothing is left to happen, and the engine of {} has {} calls "
                            "and ports left over",
                            each.name(), other->leftovers())));
  }
  if (directory.live_calls() + directory.remembered_calls() + ports == 0) return;
  findings.push_back(finding_of(
      "I-54", fmt::format("nothing is left to happen, and {} live calls, {} tombstones and {} "
                          "ports are left over",
                          directory.live_calls(), directory.remembered_calls(), ports)));
}

RunResult Play::finish() && {
  const bool endless = world_.steps() >= kStepsMax;
  if (!endless && !broken_) oracles_.end(world_.now());
  RunResult result;
  result.findings = oracles_.take_findings();
  if (broken_) {
    result.findings.push_back(finding_of(*broken_));
  } else if (endless) {
    result.findings.push_back(
        finding_of("endless", fmt::format("after {} steps there is still more to do", kStepsMax)));
  } else {
    judge_end(result.findings);
  }
  if (!broken_ && !(folded_ == world_.kernel().state())) {
    result.findings.push_back(
        finding_of("I-55", "The fold of the log is the live state: here it is another one"));
  }
  result.hash = hash_.text();
  result.steps = world_.steps();
  result.setup_end = world_.setup_end();
  result.decided = world_.decisions().made();
  result.records = std::move(world_).take_records();
  result.trace = std::move(world_).take_trace();
  return result;
}

}  // namespace lastcall::sim
