#pragma once
// At: time travel. What each layer knows of one call after a position of its log, in words; and
// where two logs part. Reads folds of events only. For `lastcall log at` and `lastcall log diff`.

#include "engine/core/state.hpp"
#include "engine/model/event.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lastcall::replay {

// One layer, or the directory, and what it knows; no lines: nothing.
struct Knowledge {
  std::string who;
  std::vector<std::string> lines;  // "phase confirmed", indented where it is a part of something
};

// After the record at `upto` (kNewest: after the last), in the order of the layers.
[[nodiscard]] std::vector<Knowledge> knowledge_of(std::span<const Record> records, CallId call,
                                                  Position upto);

// Where two logs part. Their instants may differ by one constant, as of two runs; positions,
// causes and events may not. One of the two records is missing where only one log goes on.
struct Parting {
  Position at = 0;
  std::optional<Record> a = {};
  std::optional<Record> b = {};
  std::string field;  // the first field that differs; empty if the events are of different kinds
};

// Nothing if both say the same.
[[nodiscard]] std::optional<Parting> parting_of(std::span<const Record> a,
                                                std::span<const Record> b);

}  // namespace lastcall::replay
