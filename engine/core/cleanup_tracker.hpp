#pragma once
// CleanupTracker: which layers must confirm before a call's ids are released, and which have
// (RACES TP-06, TP-07). A plain value without clock or mail; made once per call, never reset.

#include "engine/base/time.hpp"
#include "engine/model/call.hpp"
#include "engine/model/session_event.hpp"

#include <optional>
#include <tuple>

namespace lastcall::core {

struct CleanupTracker {
  Cause cause = Cause::kLocalHangup;
  int status = 0;
  CleanupLayers required;
  CleanupLayers confirmed;
  Instant deadline;

  [[nodiscard]] CleanupLayers missing() const { return required.without(confirmed); }
  [[nodiscard]] bool complete() const { return missing().empty(); }

  // What a confirmation of `layer` is worth now. Only kAccepted may be followed by confirm().
  [[nodiscard]] Verdict judge(CleanupLayer layer) const {
    if (!required.contains(layer)) return Verdict::kNotRequired;
    return confirmed.contains(layer) ? Verdict::kDuplicate : Verdict::kAccepted;
  }
  void confirm(CleanupLayer layer) { confirmed.insert(layer); }

  bool operator==(const CleanupTracker&) const = default;
  static constexpr auto kFields = std::tuple{
      field("cause", &CleanupTracker::cause), field("status", &CleanupTracker::status),
      field("required", &CleanupTracker::required), field("confirmed", &CleanupTracker::confirmed),
      field("deadline", &CleanupTracker::deadline)};
};

}  // namespace lastcall::core
