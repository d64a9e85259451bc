#pragma once
// lastcall log state and lastcall log diff: what every layer knew of a call at a position, and
// where two runs part.

#include "tools/verbs.hpp"

namespace lastcall::tools {

// Adds both subcommands to `log`.
void add_log_travel(CLI::App& log, Exit& exit);

}  // namespace lastcall::tools
