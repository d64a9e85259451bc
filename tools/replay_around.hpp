#pragma once
// lastcall replay CAPTURE --as PARTY --around: what lies next to one captured call.

#include "replay/ladder.hpp"
#include "replay/wire/call.hpp"
#include "sim/run.hpp"
#include "tools/verbs.hpp"

#include <CLI/App.hpp>

#include <cstdint>
#include <string>

namespace lastcall::tools {

struct AroundArguments {
  bool wanted = false;
  std::uint64_t runs = 20'000;
  std::string heat;  // file; empty: no map
  sim::Setup setup;
};

void add_around_options(CLI::App& verb, AroundArguments& arguments);

// How what was found is told.
struct Telling {
  std::string as;  // whose seat
  bool json = false;
  replay::LadderStyle style;
};

[[nodiscard]] Exit replay_around(const replay::wire::Call& call, const AroundArguments& arguments,
                                 const Telling& telling);

}  // namespace lastcall::tools
