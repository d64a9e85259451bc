#pragma once
// bench sim: how many calls and races a core simulates, and where the time goes.

#include "tools/verbs.hpp"

namespace lastcall::tools {

// Adds `sim` below the verb bench.
void add_bench_sim(CLI::App& bench, Exit& exit);

}  // namespace lastcall::tools
