#pragma once
// The options that `serve` and `call` share, and the lines they write for operators.

#include "engine/host/engine.hpp"
#include "tools/verbs.hpp"

#include <string>

namespace lastcall::tools {

// As written on the command line.
struct EngineOptions {
  std::string sip;
  std::string log;
  std::string durability = "power";
  std::string rules = "two-phase";
  std::string user = "lastcall";
  std::string rtp_ports = "16384-32767";
};

// Adds --sip, --log, --durability, --rules, --user and --rtp-ports. What cannot be read is a usage
// error of CLI11.
void add_engine_options(CLI::App& verb, EngineOptions& options);

// REQUIRES: the options were read by add_engine_options().
[[nodiscard]] host::EngineConfig engine_config(const EngineOptions& options);

// One line on stderr: for people on a terminal, as JSON elsewhere.
void write_line(const host::LogLine& line);
void write_line(host::LineLevel level, const std::string& text);

// Tells why the engine did not start.
[[nodiscard]] Exit tell(const host::HostError& error);

}  // namespace lastcall::tools
