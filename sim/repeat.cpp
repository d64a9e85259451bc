#include "sim/repeat.hpp"

#include "engine/base/hash.hpp"
#include "engine/log/codec.hpp"
#include "sim/choice_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

std::vector<std::string> lines_of(std::span<const Record> records) {
  std::vector<std::string> lines;
  for (const Record& record : records) lines.push_back(to_line(record));
  return lines;
}

}  // namespace

std::string to_line(const Record& record) {
  log::Encoded encoded;
  log::encode(record.event, encoded);
  return fmt::format("{} {} {} {}.{} {}", record.pos, to_ns(record.at), record.cause, encoded.layer,
                     encoded.type, encoded.data);
}

std::vector<std::uint64_t> ladder_of(const RunResult& run) {
  std::vector<std::uint64_t> ladder;
  std::uint64_t hash = 0;
  std::size_t seen = 0;
  for (const Record& record : run.records) {
    hash = hash_of(hash, record.pos, record.at, record.cause, record.event);
    if (++seen % kRungRecords == 0 || seen == run.records.size()) ladder.push_back(hash);
  }
  return ladder;
}

// Rungs are rolling: once two ladders differ they differ for good.
std::optional<std::size_t> first_difference(std::span<const std::uint64_t> a,
                                            std::span<const std::uint64_t> b) {
  std::size_t same = 0;
  std::size_t end = std::min(a.size(), b.size());
  while (same < end) {
    const std::size_t middle = same + (end - same) / 2;
    if (a[middle] == b[middle])
      same = middle + 1;
    else
      end = middle;
  }
  if (same == a.size() && same == b.size()) return std::nullopt;
  return same;
}

std::vector<std::string> lines_below(const RunResult& run, std::size_t rung) {
  const std::size_t from = std::min(rung * kRungRecords, run.records.size());
  const std::size_t count = std::min(kRungRecords, run.records.size() - from);
  return lines_of(std::span{run.records}.subspan(from, count));
}

std::optional<std::string> first_difference(std::span<const std::string> a,
                                            std::span<const std::string> b, Position from) {
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  if (in_a == a.end() && in_b == b.end()) return std::nullopt;
  const Position at = from + static_cast<Position>(in_a - a.begin());
  if (in_a == a.end()) return fmt::format("one run ends before record {}: {}", at, *in_b);
  if (in_b == b.end()) return fmt::format("one run ends before record {}: {}", at, *in_a);
  return fmt::format("record {} is\n  {}\nin one run and\n  {}\nin the other", at, *in_a, *in_b);
}

std::optional<std::string> difference(const RunResult& a, const RunResult& b) {
  const auto rung = first_difference(ladder_of(a), ladder_of(b));
  if (rung) {
    return first_difference(lines_below(a, *rung), lines_below(b, *rung), 1 + *rung * kRungRecords);
  }
  const auto [in_a, in_b] = std::ranges::mismatch(a.decided, b.decided);
  if (in_a != a.decided.end() && in_b != b.decided.end()) {
    return fmt::format("decision {} is about {} in one run and about {} in the other",
                       1 + (in_a - a.decided.begin()), to_subject(in_a->first),
                       to_subject(in_b->first));
  }
  if (a.hash == b.hash) return std::nullopt;
  return "the logs are the same, but not the rolling hashes";
}

}  // namespace lastcall::sim
