#include "tools/campaign_file.hpp"

#include <fmt/core.h>

#include <fstream>
#include <utility>

namespace lastcall::tools {
namespace {

constexpr std::string_view kSchema =
    "CREATE TABLE IF NOT EXISTS block ("
    "scenario TEXT NOT NULL, setup TEXT NOT NULL, strategy TEXT NOT NULL, seed INTEGER NOT NULL, "
    "runs_max INTEGER NOT NULL, runs INTEGER NOT NULL, verdict TEXT NOT NULL, "
    "document TEXT NOT NULL, "
    "PRIMARY KEY (scenario, setup, strategy, seed, runs_max)) WITHOUT ROWID";

void bind_block(log::Statement& statement, const Block& block) {
  statement.bind(1, block.scenario);
  statement.bind(2, block.setup);
  statement.bind(3, block.strategy);
  statement.bind(4, static_cast<std::int64_t>(block.seed));
  statement.bind(5, static_cast<std::int64_t>(block.runs));
}

// 'text' as SQL writes it.
std::string quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

}  // namespace

std::expected<CampaignFile, log::LogError> CampaignFile::open(const std::string& path) {
  std::ofstream{path, std::ios::app};  // an empty file is an empty database
  auto file = log::Connection::open(path, log::Connection::Access::kWrite);
  if (!file) return std::unexpected(file.error());
  if (const auto done = file->execute(std::string{kSchema}); !done) {
    return std::unexpected(done.error());
  }
  return CampaignFile(std::move(*file));
}

std::expected<std::vector<BlockResult>, log::LogError> CampaignFile::find(
    const Block& block) const {
  auto statement = file_.prepare(
      "SELECT runs, verdict, document FROM block WHERE scenario = ?1 AND setup = ?2 AND "
      "strategy = ?3 AND seed = ?4 AND runs_max = ?5");
  if (!statement) return std::unexpected(statement.error());
  bind_block(*statement, block);
  const auto row = statement->step();
  if (!row) return std::unexpected(file_.error(row.error()));
  std::vector<BlockResult> found;
  if (*row) {
    found.push_back({block, static_cast<std::uint64_t>(statement->integer(0)),
                     std::string{statement->text(1)}, std::string{statement->text(2)}});
  }
  return found;
}

log::Done CampaignFile::put(const BlockResult& result) const {
  auto statement =
      file_.prepare("INSERT OR REPLACE INTO block VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  if (!statement) return std::unexpected(statement.error());
  bind_block(*statement, result.block);
  statement->bind(6, static_cast<std::int64_t>(result.runs));
  statement->bind(7, result.verdict);
  statement->bind(8, result.document);
  const auto done = statement->step();
  if (!done) return std::unexpected(file_.error(done.error()));
  return {};
}

log::Done CampaignFile::merge(const std::string& path) const {
  if (const auto done = file_.execute("ATTACH " + quoted(path) + " AS other"); !done) return done;
  const auto copied = file_.execute("INSERT OR IGNORE INTO main.block SELECT * FROM other.block");
  const auto detached = file_.execute("DETACH other");
  return copied ? detached : copied;
}

}  // namespace lastcall::tools
