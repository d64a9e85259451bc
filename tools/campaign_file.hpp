#pragma once
// CampaignFile: the results of a campaign in SQLite, one row per block of runs, so that a later
// campaign resumes where this one ended and files of other machines can be merged. What stands in
// it depends on the blocks alone: not on how many workers made them, nor on when.

#include "engine/log/sqlite_log_file.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace lastcall::tools {

// A share of a campaign that is searched in one go, and depends on nothing else.
struct Block {
  std::string scenario;
  std::string setup;       // replay::setup_text
  std::string strategy;    // "delay" or "chance"
  std::uint64_t seed = 0;  // the first one
  std::uint64_t runs = 0;  // at most
};

// What it came to: a JSON object, as written by the worker.
struct BlockResult {
  Block block;
  std::uint64_t runs = 0;  // that were made
  std::string verdict;     // passed, failed, not-repeatable
  std::string document;
};

class CampaignFile {
 public:
  // Opens the file, or makes it.
  [[nodiscard]] static std::expected<CampaignFile, log::LogError> open(const std::string& path);

  // The result of this block, if the file has it.
  [[nodiscard]] std::expected<std::vector<BlockResult>, log::LogError> find(
      const Block& block) const;
  [[nodiscard]] log::Done put(const BlockResult& result) const;
  // Takes over the blocks of another campaign that this one has not.
  [[nodiscard]] log::Done merge(const std::string& path) const;

 private:
  explicit CampaignFile(log::Connection file) : file_(std::move(file)) {}
  log::Connection file_;
};

}  // namespace lastcall::tools
