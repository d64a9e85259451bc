#pragma once
// What the verbs that read logs share: opening a file or saying why not, finding a call by either
// of its ids, telling instants.

#include "replay/fold.hpp"
#include "replay/recording.hpp"
#include "tools/verbs.hpp"

#include <optional>
#include <string>

namespace lastcall::tools {

// The log, or nothing: then `exit` says why and stderr tells it.
[[nodiscard]] std::optional<replay::Recording> read_log(const std::string& path, Exit& exit);

// Tells what is wrong with a log file: 5 for a damaged one, else 6.
[[nodiscard]] Exit tell(const log::LogError& error);

// The call with this id (16 hex digits) or this SIP Call-ID; null if there is none, which is told.
[[nodiscard]] const replay::CallLine* find_call(const replay::CallList& list,
                                                const std::string& id);

// An instant of a log for people and programs: "2026-11-22T16:07:03.123Z".
[[nodiscard]] std::string utc(Instant at, std::int64_t wall_offset_ns);

// What belongs to instant 0 of this log.
[[nodiscard]] std::int64_t wall_offset_ns(const replay::Recording& recording);

}  // namespace lastcall::tools
