#pragma once
// lastcall log at and lastcall log diff: what the layers knew at a position of a log, and where two
// logs part.

#include "tools/verbs.hpp"

#include <CLI/App.hpp>

namespace lastcall::tools {

// Adds the two subcommands of `log`.
void add_log_time(CLI::App& log, Exit& exit);

}  // namespace lastcall::tools
