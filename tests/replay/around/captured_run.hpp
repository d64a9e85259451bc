#pragma once
// Captures that the simulation writes itself: what passed the engine in one clean run of a
// scenario, as a pcapng file, read in again like any other capture.

#include "engine/sip/parse.hpp"
#include "replay/capture/import.hpp"
#include "replay/exports/pcapng.hpp"
#include "replay/wire/traffic.hpp"
#include "sim/library.hpp"
#include "sim/network.hpp"
#include "sim/run.hpp"
#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <variant>

namespace lastcall::replay::around {

inline sim::Scenario scenario_named(std::string_view name) {
  for (sim::Scenario& each : sim::all_scenarios()) {
    if (each.name == name) return std::move(each);
  }
  ADD_FAILURE() << "no scenario " << name;
  return {};
}

// What a tap beside the engine saw.
inline wire::Call tapped(const sim::RunResult& run) {
  wire::Traffic traffic;
  std::uint64_t packet = 0;
  const auto add = [&](const sim::TraceEntry& entry, const auto& datagram) {
    const auto message = sip::parse(datagram.bytes);
    ++packet;
    traffic.add({.mark = {packet, to_ns(entry.at), 0},
                 .first_packet = packet,
                 .source = sim::endpoint_of(datagram.from),
                 .destination = sim::endpoint_of(datagram.to),
                 .bytes = datagram.bytes,
                 .message = message ? std::optional{*message} : std::nullopt});
  };
  for (const sim::TraceEntry& each : run.trace) {
    const auto* sent = std::get_if<sim::DatagramSent>(&each.what);
    const auto* arrived = std::get_if<sim::DatagramArrived>(&each.what);
    if (sent != nullptr && sent->from == 0) add(each, *sent);
    if (arrived != nullptr && arrived->to == 0) add(each, *arrived);
  }
  wire::Calls calls = traffic.take();
  return std::move(calls.calls.at(0));
}

// The same through a file.
inline wire::Call captured(const sim::RunResult& run) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("lastcall-around-" + std::to_string(::getpid()) + ".pcapng");
  std::ofstream{path, std::ios::binary} << exports::to_pcapng(tapped(run), {}, {});
  wire::Traffic traffic;
  capture::Listener listener;
  listener.on_message = [&](const capture::Captured& each) { traffic.add(each); };
  EXPECT_TRUE(capture::import_file(path, listener).has_value());
  std::filesystem::remove(path);
  wire::Calls calls = traffic.take();
  EXPECT_FALSE(calls.calls.empty());
  return std::move(calls.calls.at(0));
}

// A clean run: in the written order, or by chance from `seed` if it is not 0.
inline wire::Call clean_capture(std::string_view name, std::uint64_t seed) {
  const sim::Scenario scenario = scenario_named(name);
  sim::Fifo fifo;
  sim::Random random{seed};
  const sim::RunResult run =
      sim::run(scenario, {}, seed == 0 ? static_cast<sim::Chooser&>(fifo) : random);
  EXPECT_TRUE(run.findings.empty()) << name;
  return captured(run);
}

}  // namespace lastcall::replay::around
