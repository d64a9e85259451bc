#pragma once
// ClientLayer: the door for users. Passes commands on and answers each exactly once, puts notices
// out and waits until the in-process client has taken CallEnding. Who merely watches an event
// stream is no concern of this layer.

#include "engine/core/layer.hpp"

#include <optional>
#include <vector>

namespace lastcall::core {

struct CallClient {
  bool attached = false;   // the client knows of the call
  bool announced = false;  // CallEnding was put out
  std::vector<CommandId> commands;
  bool operator==(const CallClient&) const = default;
  static constexpr auto kFields = std::tuple{field("attached", &CallClient::attached),
                                             field("announced", &CallClient::announced),
                                             field("commands", &CallClient::commands)};
};

// A command and its result, as soon as there is one.
struct Command {
  CallId call;
  std::optional<OpResult> result;
  bool operator==(const Command&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &Command::call), field("result", &Command::result)};
};

struct ClientLayer {
  using Input = ToClient;
  using Event = ClientEvent;
  static constexpr CleanupLayer kCleanup = CleanupLayer::kClient;
  struct State {
    Table<CallId, CallClient> calls;
    Table<CommandId, Command> commands;  // of live calls
    bool operator==(const State&) const = default;
    static constexpr auto kFields =
        std::tuple{field("calls", &State::calls), field("commands", &State::commands)};
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
  static void forget(State& state, CallId call);
};

}  // namespace lastcall::core
