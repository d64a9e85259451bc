#pragma once
// Client: the simulated user interface, an application in the engine's process. It hears notices,
// deals with them in order and at its own pace (at once, late, twice, or never), asks about its
// calls by id, and gives the commands of the scenario. It knows only what it was told.

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

class Client {
 public:
  // Orders of the engine.
  void hear(const Notify& notice, const Scene& scene);
  void hear(const Reply& reply, const Scene& scene);
  void abort(CallId call);

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
  void add_to(HashInput& input, Instant now) const {
    input.add(silent_);
    input.add(calls_back_);
    input.add(commands_);
    input.add(std::max(busy_until_, now));
    for (const Known& each : calls_) {
      input.add(each.call);
      input.add(each.state);
    }
  }

 private:
  struct Known {
    CallId call;
    CallState state = CallState::kIdle;
  };
  void remember(CallId call, CallState state);

  bool silent_ = false;
  bool calls_back_ = false;
  std::uint64_t commands_ = 0;
  Instant busy_until_{};  // notices are dealt with in order
  std::vector<Known> calls_;
};

}  // namespace lastcall::sim
