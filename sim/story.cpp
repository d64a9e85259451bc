#include "sim/story.hpp"

#include <set>
#include <tuple>

namespace lastcall::sim {
namespace {

// Positions are dense from 1.
const Record* record_at(const RunResult& run, Position pos) {
  return pos == 0 || pos > run.records.size() ? nullptr : &run.records[pos - 1];
}

// The input that led to this record; inputs have no cause.
Position root_of(const RunResult& run, Position pos) {
  const Record* record = record_at(run, pos);
  while (record != nullptr && record->cause != 0) {
    pos = record->cause;
    record = record_at(run, pos);
  }
  return pos;
}

}  // namespace

std::vector<StoryLine> story(const RunResult& run, const Finding& finding) {
  // A trace entry stands behind the record that was the newest when it happened.
  std::set<std::tuple<Position, bool, std::size_t>> order;
  const auto show = [&](Position pos) {
    if (pos > run.setup_end && record_at(run, pos) != nullptr) order.insert({pos, false, 0});
  };
  for (const Position pos : finding.records) {
    show(pos);
    show(root_of(run, pos));
  }
  for (const std::size_t index : finding.entries) {
    if (index < run.trace.size()) order.insert({run.trace[index].after, true, index});
  }
  if (order.empty()) show(finding.at);

  std::vector<StoryLine> lines;
  for (const auto& [pos, is_entry, index] : order) {
    lines.push_back(is_entry ? StoryLine{.entry = &run.trace[index]}
                             : StoryLine{.record = record_at(run, pos)});
  }
  return lines;
}

}  // namespace lastcall::sim
