#include "replay/rerun.hpp"

#include "engine/base/check.hpp"
#include "engine/base/hash.hpp"
#include "engine/core/config_text.hpp"
#include "engine/core/kernel.hpp"
#include "engine/log/codec.hpp"
#include "sim/network.hpp"
#include "sim/oracle.hpp"
#include "sim/strategies/choosers.hpp"

#include <fmt/format.h>

#include <set>
#include <span>
#include <utility>

namespace lastcall::replay {
namespace {

// A production engine handles a deadline when its thread comes round to it.
constexpr Duration kLatenessMax = std::chrono::seconds{1};

// A log that keeps nothing: it compares what is appended with what was logged.
class Comparison final : public log::EventLog {
 public:
  explicit Comparison(std::span<const Record> logged) : logged_(logged) {}

  void append(Record record) override {
    if (divergence_) return;
    const Record* expected = next();
    const bool is_same = expected != nullptr && *expected == record;
    if (is_same)
      ++same_;
    else
      diverge(record, {});
  }
  void seal() override {}
  [[nodiscard]] Position last() const override { return same_; }
  [[nodiscard]] Position durable() const override { return same_; }
  void read(Position, const std::function<bool(const Record&)>&) const override {}
  [[nodiscard]] std::optional<CallTerminated> find_end(CallId) const override {
    return std::nullopt;  // no decision asks for it
  }

  // The next logged record; null at the end of the log.
  [[nodiscard]] const Record* next() const {
    return same_ < logged_.size() ? &logged_[same_] : nullptr;
  }
  void diverge(std::optional<Record> decided, std::string why) {
    const Record* expected = next();
    divergence_ = Divergence{.at = same_ + 1,
                             .logged = expected ? std::optional{*expected} : std::nullopt,
                             .decided = std::move(decided),
                             .why = std::move(why)};
  }
  [[nodiscard]] const std::optional<Divergence>& divergence() const { return divergence_; }

 private:
  std::span<const Record> logged_;
  std::size_t same_ = 0;
  std::optional<Divergence> divergence_;
};

// Where the item for this deadline stands among those that are ready.
std::optional<std::size_t> place_of(const DeadlineDue& due, std::span<const core::Ready> ready) {
  constexpr std::uint64_t kDeadlineSerial = std::uint64_t{1} << 63U;
  const std::uint64_t serial = kDeadlineSerial | hash_of(0, due.layer, due.deadline);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (ready[i].serial == serial && ready[i].receiver == due.layer) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> place_of(std::uint64_t serial, std::span<const core::Ready> ready) {
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (ready[i].serial == serial) return i;
  }
  return std::nullopt;
}

// Tells what inputs and outputs say of the wire.
class Wiretap {
 public:
  explicit Wiretap(const OnPassed& on_passed) : on_passed_(on_passed) {}

  void input(const Record& record) {
    const auto* datagram = get_event<DatagramReceived>(record.event);
    if (datagram == nullptr) return;
    last_local_ = datagram->local;
    tell({record.at, false, datagram->local, datagram->source, datagram->wire.bytes});
  }
  void output(const Output& output, Instant at) {
    const auto* sent = std::get_if<Transmit>(&output);
    if (sent == nullptr) return;
    // The first port, if none is named: the one that all came to.
    const Endpoint& local = sent->local.host.empty() ? last_local_ : sent->local;
    tell({at, true, local, sent->destination, sent->wire.bytes});
  }

 private:
  void tell(const Passed& passed) const {
    if (on_passed_) on_passed_(passed);
  }

  const OnPassed& on_passed_;
  Endpoint last_local_;
};

// Begins the turn of this input and drains it. Each step happens at the instant that was logged:
// the clock of a real engine goes on within a turn.
void rerun_turn(core::Kernel& kernel, Comparison& log, const Record& begin, Wiretap& tap) {
  tap.input(begin);
  const Input& input = std::get<Input>(begin.event);
  const auto* due = std::get_if<DeadlineDue>(&input);
  const std::uint64_t serial = due ? 0 : kernel.deliver(input);
  const std::span<const core::Ready> ready = kernel.ready_items(begin.at);
  const auto place = due ? place_of(*due, ready) : place_of(serial, ready);
  if (!place) return log.diverge({}, "this deadline is not due now");
  kernel.handle_ready(*place, log, begin.at);
  Instant now = begin.at;
  while (kernel.in_turn() && !log.divergence()) {
    if (log.next() != nullptr) now = std::max(now, log.next()->at);
    (void)kernel.ready_items(now);
    kernel.handle_ready(0, log, now);
  }
  for (const Output& output : kernel.take_outputs(log.last())) tap.output(output, now);
}

bool ends_life(const Event& event) {
  const auto* end = get_event<CallTerminated>(event);
  return (end != nullptr && !end->remembered) || get_event<TombstoneEnded>(event) != nullptr;
}

// What the engine of a new run knows of the past: calls that live or have a tombstone.
void recover(core::Kernel& kernel, std::span<const Record> past) {
  std::set<CallId> forgotten;
  for (const Record& record : past) {
    if (ends_life(record.event)) forgotten.insert(call_of(record.event));
  }
  for (const Record& record : past) {
    const CallId call = call_of(record.event);
    if (call && !forgotten.contains(call)) kernel.recover(record);
  }
}

// Reruns the records of one run. False: they diverged.
bool rerun_run(core::Kernel& kernel, Comparison& log, Position end, Wiretap& tap,
               RerunResult& result) {
  while (log.last() < end) {
    const Record& record = *log.next();
    if (!std::holds_alternative<Input>(record.event)) {
      log.diverge({}, "no input leads to it now");
      return false;
    }
    rerun_turn(kernel, log, record, tap);
    if (log.divergence()) return false;
    ++result.inputs;
  }
  return true;
}

std::expected<RerunResult, std::string> rerun_served(const Recording& recording,
                                                     const OnPassed& on_passed) {
  RerunResult result;
  Wiretap tap{on_passed};
  Comparison log{recording.records};
  for (std::size_t i = 0; i < recording.runs.size(); ++i) {
    const log::StoredRun& run = recording.runs[i];
    auto config = core::parse_config(run.run.config);
    if (!config) return std::unexpected(config.error());
    config->seed = run.run.seed;
    core::Kernel kernel{*config};
    recover(kernel, std::span{recording.records}.first(log.last()));
    const bool is_last = i + 1 == recording.runs.size();
    const Position end = is_last ? recording.records.size() : recording.runs[i + 1].first - 1;
    if (!rerun_run(kernel, log, end, tap, result)) break;
  }
  result.events = log.last();
  result.divergence = log.divergence();
  sim::Oracles oracles{{.timer_lateness_max = kLatenessMax}};
  for (const Record& record : recording.records) oracles.see(record);
  result.findings = oracles.take_findings();
  return result;
}

std::expected<RerunResult, std::string> rerun_simulated(const Recording& recording,
                                                        const FindScenario& find_scenario,
                                                        const OnPassed& on_passed) {
  const log::RunInfo& info = recording.runs.front().run;
  const auto scenario = find_scenario(info.scenario);
  if (!scenario) return std::unexpected("no scenario '" + info.scenario + "'");
  const auto setup = parse_setup(info.config);
  if (!setup) return std::unexpected(setup.error());
  const auto choices = sim::parse_token(info.choices);
  if (!choices) return std::unexpected(choices.error());
  sim::Recorded chooser{*choices};
  sim::RunResult run = sim::run(*scenario, *setup, chooser);
  if (on_passed) tell_passed(run, on_passed);

  Comparison log{recording.records};
  for (const Record& record : run.records) log.append(record);
  if (!log.divergence() && log.next() != nullptr) log.diverge({}, "the run ends before it now");
  RerunResult result{.events = log.last(), .divergence = log.divergence()};
  for (const Record& record : std::span{recording.records}.first(log.last())) {
    if (std::holds_alternative<Input>(record.event)) ++result.inputs;
  }
  result.findings = std::move(run.findings);
  return result;
}

std::string line_of(std::string_view who, const std::optional<Record>& record) {
  if (!record) return fmt::format("  {:<8} nothing\n", who);
  log::Encoded encoded;
  log::encode(record->event, encoded);
  return fmt::format("  {:<8} {} {} {}, at {} ns, cause {}\n", who, encoded.layer, encoded.type,
                     encoded.data, to_ns(record->at), record->cause);
}

}  // namespace

std::expected<RerunResult, std::string> rerun(const Recording& recording,
                                              const FindScenario& find_scenario,
                                              const OnPassed& on_passed) {
  if (recording.runs.empty()) return std::unexpected("the log holds no run");
  if (is_simulated(recording.runs.front().run)) {
    return rerun_simulated(recording, find_scenario, on_passed);
  }
  return rerun_served(recording, on_passed);
}

void tell_passed(const sim::RunResult& run, const OnPassed& on_passed) {
  for (const sim::TraceEntry& entry : run.trace) {
    if (const auto* sent = std::get_if<sim::DatagramSent>(&entry.what)) {
      if (sent->from != sim::kEngineIndex) continue;
      on_passed(
          {entry.at, true, sim::endpoint_of(sent->from), sim::endpoint_of(sent->to), sent->bytes});
    } else if (const auto* arrived = std::get_if<sim::DatagramArrived>(&entry.what)) {
      if (arrived->to != sim::kEngineIndex) continue;
      on_passed({entry.at, false, sim::endpoint_of(arrived->to), sim::endpoint_of(arrived->from),
                 arrived->bytes});
    }
  }
}

std::string to_text(const Divergence& divergence) {
  std::string text = fmt::format("diverged at position {}{}{}\n", divergence.at,
                                 divergence.why.empty() ? "" : ": ", divergence.why);
  text += line_of("logged", divergence.logged);
  if (divergence.decided || divergence.why.empty()) text += line_of("decided", divergence.decided);
  return text;
}

}  // namespace lastcall::replay
