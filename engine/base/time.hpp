#pragma once
// Instants and durations of the engine. The clock type has no now(): time enters the core as a
// parameter and leaves it inside events, so that every run can be repeated. Resolution: 1 ns.
// Instants count from the start of a run; the wall clock is an offset kept in the log's run row.

#include <chrono>
#include <cstdint>

namespace lastcall {
inline namespace base {

using Duration = std::chrono::nanoseconds;

// A clock that cannot be read, only named in types.
struct EngineClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Duration;
  using time_point = std::chrono::time_point<EngineClock>;
  static constexpr bool is_steady = true;
};

using Instant = EngineClock::time_point;

// The instant `ns` nanoseconds after the start of the run.
[[nodiscard]] constexpr Instant instant_ns(std::int64_t ns) { return Instant{Duration{ns}}; }

// Nanoseconds from the start of the run to `at`.
[[nodiscard]] constexpr std::int64_t to_ns(Instant at) { return at.time_since_epoch().count(); }

inline constexpr Instant kNever = Instant::max();

}  // namespace base
}  // namespace lastcall
