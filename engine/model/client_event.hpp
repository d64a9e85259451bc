#pragma once
// Facts of the client layer: commands and their results, notices and whether they were taken.

#include "engine/base/fields.hpp"
#include "engine/model/call.hpp"
#include "engine/model/ids.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace lastcall {
inline namespace model {

// The in-process client knows of this call and must take its CallEnding notice.
struct ClientAttached {
  static constexpr std::string_view kName = "ClientAttached";
  CallId call;
  bool operator==(const ClientAttached&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &ClientAttached::call)};
};

// CallEnding was put out to the client.
struct EndingAnnounced {
  static constexpr std::string_view kName = "EndingAnnounced";
  CallId call;
  bool operator==(const EndingAnnounced&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &EndingAnnounced::call)};
};

// The client has taken CallEnding, and holds nothing of the call any more.
struct ClientReleased {
  static constexpr std::string_view kName = "ClientReleased";
  CallId call;
  bool operator==(const ClientReleased&) const = default;
  static constexpr auto kFields = std::tuple{field("call", &ClientReleased::call)};
};

// A command was passed on to the call.
struct CommandTaken {
  static constexpr std::string_view kName = "CommandTaken";
  CallId call;
  CommandId command;
  Op op = Op::kHangup;
  bool operator==(const CommandTaken&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &CommandTaken::call), field("command", &CommandTaken::command),
                 field("op", &CommandTaken::op)};
};

// Its one result. The same command again gets the same result (EVENTLOG G4).
struct CommandAnswered {
  static constexpr std::string_view kName = "CommandAnswered";
  CallId call;
  CommandId command;
  Op op = Op::kHangup;
  OpResult result = OpResult::kOk;
  bool operator==(const CommandAnswered&) const = default;
  static constexpr auto kFields =
      std::tuple{field("call", &CommandAnswered::call), field("command", &CommandAnswered::command),
                 field("op", &CommandAnswered::op), field("result", &CommandAnswered::result)};
};

using ClientEvent =
    std::variant<ClientAttached, EndingAnnounced, ClientReleased, CommandTaken, CommandAnswered>;

}  // namespace model
}  // namespace lastcall
