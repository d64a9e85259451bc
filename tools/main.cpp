// lastcall: the program. Reads the command line and runs one verb.

#include "tools/second_process.hpp"
#include "tools/usage.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>

namespace lastcall::tools {
namespace {

Exit run(int argc, char** argv) {
  CLI::App app{
      "lastcall: an event-sourced SIP call engine, and the harness that proves its calls "
      "end properly",
      "lastcall"};
  app.require_subcommand(1);
  Exit exit = Exit::kPassed;
  add_fuzz(app, exit);
  add_check(app, exit);
  add_zoo(app, exit);
  add_serve(app, exit);
  add_call(app, exit);
  add_replay(app, exit);
  add_log(app, exit);
  add_ladder(app, exit);
  add_import(app, exit);
  add_export(app, exit);
  add_bench(app, exit);
  add_version(app, exit);
  add_again(app, exit);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return tell_usage(app, error, argc, argv);
  }
  return exit;
}

}  // namespace
}  // namespace lastcall::tools

int main(int argc, char** argv) { return static_cast<int>(lastcall::tools::run(argc, argv)); }
