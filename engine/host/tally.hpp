#pragma once
// Tally: what the host itself keeps count of, from the records as they are logged: which calls
// live, what ended calls still owe their peers, and how calls have ended. It decides nothing;
// draining and the closing line read it.

#include "engine/model/event.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace lastcall::host {

class Tally {
 public:
  void add(const Event& event);
  // Counts from 0 again; the live calls stay. For what was only recovered.
  void forget_counts() { started_ = ended_ = forced_ = not_found_ = 0; }

  [[nodiscard]] bool no_calls() const { return live_.empty(); }
  // No BYE or CANCEL of an ended call waits for its answer, or for the moment it may be sent.
  [[nodiscard]] bool no_duties() const { return owed_.empty(); }
  // The calls that live and are not ending yet.
  [[nodiscard]] std::vector<CallId> not_ending() const;

  [[nodiscard]] std::uint64_t calls_started() const { return started_; }
  [[nodiscard]] std::uint64_t calls_ended() const { return ended_; }
  [[nodiscard]] std::uint64_t ends_forced() const { return forced_; }
  // Must stay 0 (I-53).
  [[nodiscard]] std::uint64_t not_found() const { return not_found_; }

 private:
  std::map<CallId, bool> live_;  // to: is it ending?
  std::map<CallId, Duties> owed_;
  std::uint64_t started_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t forced_ = 0;
  std::uint64_t not_found_ = 0;
};

}  // namespace lastcall::host
