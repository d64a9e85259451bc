#pragma once
// lastcall bench parse: messages parsed per second on one core, to two depths, beside libosip2
// where its program is at hand (lastcall-peer-osip, from tests/peers). Printed, not judged.

#include "tools/verbs.hpp"

namespace lastcall::tools {

// Adds the subcommand to `bench`.
void add_bench_parse(CLI::App& bench, Exit& exit);

}  // namespace lastcall::tools
