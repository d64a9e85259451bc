#pragma once
// Imports hand-made files and keeps what was told, for the tests of the importer.

#include "replay/capture/import.hpp"
#include "tests/replay/capture/wire.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay::capture {

struct Told {
  std::uint64_t packet = 0;
  std::uint64_t first_packet = 0;
  std::int64_t at_ns = 0;
  std::string bytes;
  Endpoint source, destination;
  bool is_cut = false;
  bool is_parsed = false;
};

struct Outcome {
  std::vector<Told> messages;
  Report report;
  std::string refusal;  // empty if the file was read
};

inline std::string put_file(std::string_view bytes) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string path =
      testing::TempDir() + "lastcall-" + test->test_suite_name() + "-" + test->name();
  std::ofstream{path, std::ios::binary} << bytes;
  return path;
}

inline Outcome import_path(const std::string& path) {
  Outcome outcome;
  auto report = import_file(
      path, {[&](const Captured& each) {
        outcome.messages.push_back({each.mark.packet, each.first_packet, each.mark.at_ns,
                                    std::string{each.bytes}, each.source, each.destination,
                                    each.is_cut, each.message.has_value()});
      }});
  if (report) {
    outcome.report = *std::move(report);
  } else {
    outcome.refusal = report.error().sentence;
  }
  return outcome;
}

inline Outcome import_bytes(std::string_view bytes) {
  const std::string path = put_file(bytes);
  Outcome outcome = import_path(path);
  std::remove(path.c_str());
  return outcome;
}

// Raw IP packets, a millisecond apart.
inline Outcome import_packets(const std::vector<std::string>& packets) {
  return import_bytes(pcap(kRawLink, in_order(packets)));
}

inline std::string sentences(const Outcome& outcome) {
  std::string text = outcome.refusal;
  for (const Problem& each : outcome.report.problems) {
    text += std::to_string(each.packet) + ": " + each.sentence + "\n";
  }
  return text;
}

}  // namespace lastcall::replay::capture
