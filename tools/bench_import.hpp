#pragma once
// lastcall bench import: how fast a large capture is read on one core, and with how much memory,
// beside tshark on the same file where that is installed. Printed, not judged.

#include "tools/verbs.hpp"

namespace lastcall::tools {

// Adds the subcommand to `bench`.
void add_bench_import(CLI::App& bench, Exit& exit);

}  // namespace lastcall::tools
