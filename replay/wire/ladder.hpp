#pragma once
// A captured call as a ladder: a column for each address that took part, an arrow for each message,
// a line for each stream of audio, the rules that were broken where they were. For terminals and
// for every format that export knows.

#include "replay/ladder.hpp"
#include "replay/wire/finding.hpp"

#include <string>

namespace lastcall::replay::wire {

inline constexpr std::size_t kColumnsMax = 8;

// The columns of a call. A trace without addresses has two: the caller and the callee.
struct Columns {
  std::vector<std::string> names;
  std::vector<Endpoint> addresses;  // as many, or none
  // Which column sent, and which received a message.
  [[nodiscard]] std::size_t from(const Call& call, const Message& message) const;
  [[nodiscard]] std::size_t to(const Call& call, const Message& message) const;
};
[[nodiscard]] Columns columns_of(const Call& call);

[[nodiscard]] Ladder ladder_of(const Call& call, const Findings& findings);

}  // namespace lastcall::replay::wire
