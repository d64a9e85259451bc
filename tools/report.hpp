#pragma once
// How a search is told: failures on one screen each, a verdict line, a JSON document, a progress
// line on a terminal.

#include "sim/search.hpp"
#include "tools/search_options.hpp"

#include <chrono>
#include <string>

namespace lastcall::tools {

// One line on stderr that is written over, only where stderr is a terminal.
class ProgressLine {
 public:
  ProgressLine();
  // Shows at most ten times a second.
  void show(const sim::Progress& now);
  void clear();

 private:
  bool terminal_;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point shown_;
};

// The rule in words, the ladder, what must hold, and the commands to go on with. Writes the repro
// file into options.out.
void tell_failure(const sim::Failure& failure, const sim::Setup& setup,
                  const SearchOptions& options);

// The most telling failure in full, the others in a line each.
void tell_failures(const sim::FuzzReport& report, const sim::Setup& setup,
                   const SearchOptions& options, double seconds);

// What was searched, and the verdict.
void tell_verdict(const sim::FuzzReport& report, const sim::Setup& setup, double seconds);

// The document that README describes for `fuzz --format json`.
[[nodiscard]] std::string json_of(const sim::FuzzReport& report, const sim::Setup& setup,
                                  double seconds);

}  // namespace lastcall::tools
