#pragma once
// The HTML report of one call: one file without links to anywhere, light and dark, with a slider
// over the positions of its ladder, the state at each and the bytes of each message. Hostile text
// is inert: it is escaped, and the page may load nothing.

#include "replay/exports/diagrams.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay::exports {

// What stands beside the ladder at one row.
struct Detail {
  std::string state;  // "Dialog Established, open: INVITE (CSeq 2)"
  std::string bytes;  // of the message; may be empty
};

struct Report {
  std::string title;
  std::vector<std::string> summary;   // sentences
  std::vector<std::string> findings;  // one sentence per broken rule or race
  std::string_view verdict = "passed";  // or "failed", "open"
  Ladder ladder;
  std::vector<Detail> details;  // one for each row of the ladder
};

[[nodiscard]] std::string to_html(const Report& report);

}  // namespace lastcall::replay::exports
