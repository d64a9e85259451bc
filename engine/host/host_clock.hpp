#pragma once
// HostClock: where the engine's instants come from in production. It runs with the machine's steady
// clock from `begin` on, so that a process which continues a log continues its time as well. May be
// read from any thread.

#include "engine/base/time.hpp"

#include <chrono>

namespace lastcall::host {

class HostClock {
 public:
  explicit HostClock(Instant begin) : begin_(begin) {}

  [[nodiscard]] Instant now() const {
    return begin_ + (std::chrono::steady_clock::now() - started_);
  }
  // The steady clock at an instant of the engine, for timers.
  [[nodiscard]] std::chrono::steady_clock::time_point steady(Instant at) const {
    return started_ + (at - begin_);
  }

 private:
  Instant begin_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace lastcall::host
