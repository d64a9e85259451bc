#pragma once
// Oracles: every invariant that the log and the trace of a run can show (RACES 8, BUGZOO 1), folded
// as the run goes. Each rule lives in one file of sim/oracles with its sentence; docs of the names
// are in sim/oracles/rule.hpp. They see what happened in its order, ask nobody and change nothing.
// run() feeds them; a hand-made story feeds them in tests. One instance per run; a copy goes on
// with what it has seen.

#include "engine/base/time.hpp"
#include "engine/model/event.hpp"
#include "engine/model/limits.hpp"
#include "sim/finding.hpp"
#include "sim/trace.hpp"

#include <memory>
#include <vector>

namespace lastcall::sim {

// How late the simulated world may be at most; what is later is the engine's fault.
struct OracleConfig {
  Duration cleanup_timeout = limits::kCleanupTimeout;
  Duration timer_lateness_max{};  // from a deadline's instant to its handling
};

class Oracles {
 public:
  explicit Oracles(const OracleConfig& config);
  ~Oracles();
  Oracles(const Oracles& other);
  Oracles& operator=(const Oracles& other);
  Oracles(Oracles&& other) noexcept;
  Oracles& operator=(Oracles&& other) noexcept;

  // Every record and every trace entry of the run, in the order in which they happened. The n-th
  // trace entry seen is taken for the n-th of RunResult::trace.
  void see(const Record& record);
  void see(const TraceEntry& entry);

  // The world is quiet: nothing will ever happen again, so what is owed now is owed for ever. Not
  // called for a run that was cut short.
  void end(Instant at);

  // What was found until now, in the order in which it was seen.
  [[nodiscard]] const std::vector<Finding>& findings() const;

  // The same, once and last.
  [[nodiscard]] std::vector<Finding> take_findings();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace lastcall::sim
