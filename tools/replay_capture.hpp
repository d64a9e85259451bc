#pragma once
// lastcall replay of a capture: its calls, each with its verdict, the rules that were broken, and,
// of one call, the ladder.

#include "replay/ladder.hpp"
#include "tools/replay_around.hpp"
#include "tools/verbs.hpp"

#include <CLI/App.hpp>

#include <string>

namespace lastcall::tools {

struct CaptureArguments {
  std::string file;
  std::string call;
  bool json = false;
  bool only_failed = false;
  std::string as;  // whose seat lastcall takes; empty: it only judges
  AroundArguments around;
  replay::LadderStyle style;
};

void add_capture_options(CLI::App& verb, CaptureArguments& arguments);

[[nodiscard]] Exit replay_capture(const CaptureArguments& arguments);

}  // namespace lastcall::tools
