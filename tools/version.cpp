// lastcall version: which program this is, and what it was built with.

#include "engine/host/version.hpp"

#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <boost/version.hpp>
#include <fmt/core.h>

#include <memory>

namespace lastcall::tools {
namespace {

Exit print_version(bool json) {
  if (json) {
    const boost::json::object document{
        {"version", host::kVersion}, {"compiler", __VERSION__}, {"boost", BOOST_LIB_VERSION}};
    fmt::print("{}\n", boost::json::serialize(document));
  } else {
    fmt::print("lastcall {}\n", host::kVersion);
  }
  return Exit::kPassed;
}

}  // namespace

void add_version(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("version", "Say which lastcall this is");
  const auto json = std::make_shared<bool>(false);
  verb->add_flag("--json", *json, "As one JSON document");
  verb->callback([&exit, json] { exit = print_version(*json); });
}

}  // namespace lastcall::tools
