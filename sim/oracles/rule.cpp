#include "sim/oracles/rule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {

std::size_t Report::broken(Breach breach) {
  std::string origin = origin_of(breach.rule, breach.place);
  const auto known = std::find_if(findings_.begin(), findings_.end(), [&](const Finding& each) {
    return each.call == breach.call && each.origin == origin;
  });
  if (known != findings_.end()) return static_cast<std::size_t>(known - findings_.begin());
  findings_.push_back({.invariant = std::string{breach.rule.id},
                       .sentence = tell(breach.rule, breach.tale),
                       .origin = std::move(origin),
                       .call = breach.call,
                       .at = at,
                       .when = now,
                       .records = std::move(breach.records),
                       .entries = std::move(breach.entries)});
  return findings_.size() - 1;
}

std::string tell(const Rule& rule, std::string_view tale) {
  return tale.empty() ? std::string{rule.sentence} : fmt::format("{} {}", rule.sentence, tale);
}

std::string origin_of(const Rule& rule, std::string_view place) {
  return place.empty() ? std::string{rule.id} : fmt::format("{} {}", rule.id, place);
}

std::string seconds(Instant at) {
  const std::int64_t ms = to_ns(at) / 1'000'000;
  return fmt::format("{}.{:03} s", ms / 1000, ms % 1000);
}

}  // namespace lastcall::sim
