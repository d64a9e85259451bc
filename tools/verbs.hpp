#pragma once
// The verbs of the program, one file each. A verb adds its subcommand with options and a callback;
// the callback does the work and leaves the exit code. main.cpp lists the verbs, nothing else.
//
//   void add_version(CLI::App& app, Exit& exit) {
//     CLI::App* verb = app.add_subcommand("version", "which lastcall this is");
//     verb->callback([&exit] { exit = print_version(); });
//   }

#include <CLI/App.hpp>

namespace lastcall::tools {

// What the program ends with (README lists them); a bug in lastcall ends it by abort().
enum class Exit : int {
  kPassed = 0,
  kFailed = 1,        // an invariant, a scenario or a call
  kUsage = 2,         // names the nearest word
  kInconclusive = 3,  // a bound was not exhausted, or nothing ran
  kDiverged = 4,      // a replay decided differently
  kDamagedLog = 5,
  kEnvironment = 6,  // a port is busy, a disk full, a program missing
  kBug = 70,
  kInterrupted = 130,  // SIGINT, after a clean shutdown
  kTerminated = 143,   // SIGTERM, likewise
};

void add_bench(CLI::App& app, Exit& exit);
void add_call(CLI::App& app, Exit& exit);
void add_check(CLI::App& app, Exit& exit);
void add_export(CLI::App& app, Exit& exit);
void add_fuzz(CLI::App& app, Exit& exit);
void add_import(CLI::App& app, Exit& exit);
void add_ladder(CLI::App& app, Exit& exit);
void add_log(CLI::App& app, Exit& exit);
void add_replay(CLI::App& app, Exit& exit);
void add_serve(CLI::App& app, Exit& exit);
void add_version(CLI::App& app, Exit& exit);
void add_zoo(CLI::App& app, Exit& exit);

}  // namespace lastcall::tools
