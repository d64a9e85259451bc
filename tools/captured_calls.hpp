#pragma once
// What the verbs that read calls share: reading them from a capture with a progress line, from a
// log of ours or from a simulated run; choosing calls, and telling what cannot be read.

#include "replay/wire/judge.hpp"
#include "replay/wire/traffic.hpp"
#include "sim/run.hpp"
#include "tools/verbs.hpp"

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::tools {

struct CapturedCalls {
  replay::capture::Report report;
  replay::wire::Calls traffic;
  replay::wire::Scope scope;
  // What a rerun showed to be broken inside the engine, by Call-ID.
  std::map<std::string, replay::wire::Findings> known = {};
};

// Whether this file is a log of ours.
[[nodiscard]] bool is_log(const std::string& path);

// The calls of a capture, or nothing: then `exit` says why and stderr tells it.
[[nodiscard]] std::optional<CapturedCalls> read_capture(const std::string& path, Exit& exit);

// The calls of a log of ours, as a tap at the engine's ports would have captured them: the log is
// rerun. Of a simulated run likewise. Nothing: as above.
[[nodiscard]] std::optional<CapturedCalls> read_logged(const std::string& path, Exit& exit);
[[nodiscard]] CapturedCalls calls_of(const sim::RunResult& run);

// Which calls are meant: a number of the list (from 1), a Call-ID, or a part of one that stands in
// no other; empty: all. The error is a sentence.
[[nodiscard]] std::expected<std::vector<std::size_t>, std::string> choose_calls(
    const replay::wire::Calls& traffic, const std::string& which);

// "4711 packets, 12 %": one line on a terminal, written over itself, and wiped at the end.
class ImportProgress {
 public:
  ImportProgress();
  ~ImportProgress();
  ImportProgress(const ImportProgress&) = delete;
  ImportProgress& operator=(const ImportProgress&) = delete;
  void show(const replay::capture::Progress& progress);
  [[nodiscard]] bool is_watched() const { return is_watched_; }

 private:
  bool is_watched_ = false;
  bool has_shown_ = false;
};

}  // namespace lastcall::tools
