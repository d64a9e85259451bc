#pragma once
// Scene: what the parts of the world work with at one instant: the time, the agenda, the decisions
// and the trace. Made by World for each call into a part; not kept.

#include "sim/agenda.hpp"
#include "sim/decisions.hpp"
#include "sim/trace.hpp"

#include <utility>

namespace lastcall::sim {

struct Scene {
  Instant now;
  Position newest = 0;  // log record
  Agenda& agenda;
  Decisions& decisions;
  Trace& trace;

  void tell(Happening what) const { trace.push_back({now, newest, std::move(what)}); }
  void after(Duration delay, Entry entry) const { agenda.put(now + delay, std::move(entry)); }
};

}  // namespace lastcall::sim
