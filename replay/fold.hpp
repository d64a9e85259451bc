#pragma once
// Fold: what a log says was the case. The engine's state at any position, and each call's life in
// one line. Reads events only; decides and draws nothing. For `log`, `ladder` and `replay`.

#include "engine/base/table.hpp"
#include "engine/core/state.hpp"
#include "engine/model/event.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay {

// The state after the record at `upto`; kNewest: after the last.
inline constexpr Position kNewest = ~Position{0};
[[nodiscard]] core::State fold(std::span<const Record> records, Position upto);

// One call's life.
struct CallLine {
  CallId call;
  SessionId session;
  CallRole role = CallRole::kCaller;
  std::string peer;
  std::string sip_call_id;
  CallState state = CallState::kIdle;
  std::optional<Cause> cause = std::nullopt;  // once it is ending
  bool forced = false;
  CleanupLayers missing;
  Instant started;
  std::optional<Instant> answered = std::nullopt;
  std::optional<Instant> ending = std::nullopt;
  std::optional<Instant> ended = std::nullopt;
  int endings = 0;  // how often phase 1 and phase 2 stand in the log: once each
  int ends = 0;

  // The state for people: a call that ended without having been answered has failed.
  [[nodiscard]] std::string_view shown_state() const;
};

class CallList {
 public:
  void add(const Record& record);
  // In the order in which they started.
  [[nodiscard]] const std::vector<CallLine>& calls() const { return calls_; }
  // The call with this id; null if there is none.
  [[nodiscard]] const CallLine* find(CallId call) const;

 private:
  std::vector<CallLine> calls_;
  Table<CallId, std::size_t> index_;
  Table<CallId, std::string> sip_call_ids_;  // of legs, which start before their calls
};

[[nodiscard]] CallList calls_of(std::span<const Record> records);

// Calls that did not end properly: other than one CallTerminating and one CallTerminated for a
// call that has ended, or phase 2 without phase 1. One sentence each; none: all is well. Calls
// still alive are no fault.
[[nodiscard]] std::vector<std::string> improper_ends(const CallList& list);

}  // namespace lastcall::replay
