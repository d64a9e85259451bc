#pragma once
// Campaign: a long search, cut into blocks of seeds that depend on nothing but themselves, made by
// as many worker processes as are wanted, and kept in a file that later campaigns resume. The same
// blocks give the same results, byte by byte, on any number of workers.

#include "tools/search_options.hpp"
#include "tools/verbs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lastcall::tools {

struct CampaignOptions {
  SearchOptions search;
  std::uint64_t seed = 1;
  std::uint64_t runs = 10'000;  // over all scenarios, beside the schedules with few postponed items
  unsigned jobs = 1;
  std::string file;                // empty: the results are not kept
  std::vector<std::string> merge;  // other campaign files
  std::string junit;               // where to write JUnit XML; empty: nowhere
  std::string regressions =
      "scenarios/regressions";  // run first; nothing if there is no such folder
};

[[nodiscard]] Exit run_campaign(const CampaignOptions& options);

}  // namespace lastcall::tools
