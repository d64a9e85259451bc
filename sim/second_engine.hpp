#pragma once
// SecondEngine: another lastcall engine at the other end of a call: the same core, with a world of
// its own that does everything at once and never fails. Its media open and close when told, its
// client takes each notice, its disk is durable; only the network between the engines is drawn. It
// stands where a Peer may stand (sim/party). Its log is not shown to the oracles; at the end it
// must be as empty as the first one.

#include "engine/base/hash.hpp"
#include "engine/core/kernel.hpp"
#include "engine/log/memory_log.hpp"
#include "sim/peer.hpp"

#include <cstddef>
#include <string>

namespace lastcall::sim {

class Canon;

class SecondEngine {
 public:
  SecondEngine(std::string name, Endpoint local, Rules rules);

  // Its user does something; `target` is the URI to call, the other commands are about its newest
  // call. What it sends at once.
  [[nodiscard]] Packets command(Op op, std::string target, Instant now);
  [[nodiscard]] Packets receive(std::string bytes, const Endpoint& source, Instant now);
  [[nodiscard]] Instant next_deadline() const { return kernel_.next_deadline(); }
  [[nodiscard]] Packets wake(Instant now) { return run(now); }

  [[nodiscard]] const std::string& name() const { return kernel_.config().user; }
  [[nodiscard]] CallState state() const { return state_; }
  // Live calls, tombstones and open streams.
  [[nodiscard]] std::size_t leftovers() const;
  void add_to(Canon& input) const;

 private:
  // Handles all that is ready, and what follows from it at this instant.
  [[nodiscard]] Packets run(Instant now);
  void perform(Output order, Packets& packets);

  core::Kernel kernel_;
  log::MemoryLog log_{log::Syncs::kAtSeal};
  std::uint64_t commands_ = 0;
  CallId call_;  // the newest one
  CallState state_ = CallState::kIdle;
  std::size_t streams_ = 0;  // open ones
};

}  // namespace lastcall::sim
