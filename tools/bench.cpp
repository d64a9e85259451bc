// lastcall bench: how fast we are on this machine, printed, not judged. The benchmarks by name.

#include "tools/bench_import.hpp"
#include "tools/bench_parse.hpp"
#include "tools/bench_sim.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>

namespace lastcall::tools {

void add_bench(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("bench", "The project's own benchmarks");
  verb->require_subcommand(1);
  add_bench_parse(*verb, exit);
  add_bench_sim(*verb, exit);
  add_bench_import(*verb, exit);
}

}  // namespace lastcall::tools
