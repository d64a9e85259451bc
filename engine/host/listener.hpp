#pragma once
// Listener: what a program that embeds the engine is told. All functions are called on the engine's
// thread and must return soon; they may give commands. Each of them must be set.

#include "engine/model/output.hpp"

#include <array>
#include <functional>
#include <string>

namespace lastcall::host {

enum class LineLevel : std::uint8_t { kInfo, kWarning, kError };
[[nodiscard]] constexpr auto names_of(LineLevel) {
  return std::array<std::string_view, 3>{"info", "warning", "error"};
}

// A line for operators. Never the only record of a fact: facts are events.
struct LogLine {
  LineLevel level = LineLevel::kInfo;
  std::string text;
  CallId call;
};

struct Listener {
  std::function<void(const Notify&)> on_notice;
  std::function<void(const Reply&)> on_reply;
  std::function<void(const LogLine&)> on_line;
  // The log cannot be written any more: stop soon, what happens now is not logged.
  std::function<void()> on_log_failed;
};

}  // namespace lastcall::host
