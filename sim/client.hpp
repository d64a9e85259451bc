#pragma once
// Client: the simulated user interface, an application in the engine's process. It hears notices,
// deals with them in order and at its own pace (at once, late, twice, never, or by hanging up from
// inside them), asks about its calls by id, and gives the commands of the scenario. It knows only
// what it was told.

#include "engine/base/hash.hpp"
#include "engine/model/input.hpp"
#include "engine/model/output.hpp"
#include "sim/scene.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::sim {

// What a decision of the kind kLateNotice means beside a delay.
[[nodiscard]] Manner manner_of(std::uint32_t choice);

class Canon;

class Client {
 public:
  // Orders of the engine.
  void hear(const Notify& notice, const Scene& scene);
  void hear(const Reply& reply, const Scene& scene);
  void abort(CallId call);

  // Its process is lost: what it was doing it forgets, its calls it has on paper.
  void crash() { busy_until_ = {}; }
  // What it asked for and had no answer to, in order: after a crash it asks again, and the engine
  // knows a command again by its id (EVENTLOG G4).
  [[nodiscard]] const std::vector<CommandGiven>& unanswered() const { return unanswered_; }

  // It deals with a notice. What it then reports: that it took it, once, twice or never.
  [[nodiscard]] std::vector<Input> take(const NoticeReaches& due);

  // A command of the user. `target` is the URI to call; the others are about the current call.
  [[nodiscard]] CommandGiven command(Op op, std::string target);

  // From now on it takes no notice of an ending.
  void fall_silent() { silent_ = true; }

  // From now on it hangs up from inside each notice of an ending.
  void hang_up_when_told() { calls_back_ = true; }

  // The call that commands are about: the newest one; none before there was one.
  [[nodiscard]] CallId current() const { return calls_.empty() ? CallId{} : calls_.back().call; }
  // What it believes of the current call.
  [[nodiscard]] CallState state() const {
    return calls_.empty() ? CallState::kIdle : calls_.back().state;
  }
  // What it will do depends on this (sim/canonical).
  void add_to(Canon& input, Instant now) const;

 private:
  struct Known {
    CallId call;
    CallState state = CallState::kIdle;
  };
  void remember(CallId call, CallState state);
  [[nodiscard]] CommandGiven give(Op op, CallId call, std::string target);

  bool silent_ = false;
  bool calls_back_ = false;
  std::uint64_t commands_ = 0;
  Instant busy_until_{};  // notices are dealt with in order
  std::vector<Known> calls_;
  std::vector<CommandGiven> unanswered_;
};

}  // namespace lastcall::sim
