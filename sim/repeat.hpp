#pragma once
// Repeat: whether two runs that must be the same are, and where they part. A run's ladder is a
// rolling hash of its log with a rung every few records: two ladders are compared rung by rung, and
// only the records between two rungs need to be looked at to name the first event that differs,
// also if the other run was made by another process. Pure.

#include "sim/run.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lastcall::sim {

inline constexpr std::size_t kRungRecords = 16;

// A record in words that are the same in every process: position, instant, cause, type, contents.
[[nodiscard]] std::string to_line(const Record& record);

// Rung n is the hash of the first n * kRungRecords records; the last one, of all.
[[nodiscard]] std::vector<std::uint64_t> ladder_of(const RunResult& run);

// The first rung in which they differ, by halving; nothing if they are the same.
[[nodiscard]] std::optional<std::size_t> first_difference(std::span<const std::uint64_t> a,
                                                          std::span<const std::uint64_t> b);

// "record 47 is ... in one run and ... in the other"; `from` is the position of the first line.
// Nothing if they are the same.
[[nodiscard]] std::optional<std::string> first_difference(std::span<const std::string> a,
                                                          std::span<const std::string> b,
                                                          Position from);

// How two runs of the same choices differ, in a sentence; nothing if they do not.
[[nodiscard]] std::optional<std::string> difference(const RunResult& a, const RunResult& b);

// The lines of the records below rung n and behind the rung before it.
[[nodiscard]] std::vector<std::string> lines_below(const RunResult& run, std::size_t rung);

}  // namespace lastcall::sim
