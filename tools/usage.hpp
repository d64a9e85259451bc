#pragma once
// What a command line that cannot be read is answered with: a sentence and the nearest valid word.

#include "tools/verbs.hpp"

#include <CLI/Error.hpp>

namespace lastcall::tools {

// Prints help where help was asked for, else the error with the nearest word. Returns kPassed or
// kUsage.
[[nodiscard]] Exit tell_usage(const CLI::App& app, const CLI::ParseError& error, int argc,
                              char** argv);

}  // namespace lastcall::tools
