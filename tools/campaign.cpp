#include "tools/campaign.hpp"

#include "replay/recording.hpp"
#include "sim/probes.hpp"
#include "sim/search.hpp"
#include "tools/campaign_file.hpp"
#include "tools/junit.hpp"
#include "tools/regressions.hpp"
#include "tools/second_process.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace lastcall::tools {
namespace {

// Small enough to spread evenly, long enough for novelty to learn something.
constexpr std::uint64_t kBlockRuns = 500;
// What a campaign must have made to be blamed for what it never reached.
constexpr std::uint64_t kProbeRuns = 50'000;
// More schedules than any scenario has with at most two postponed items.
constexpr std::uint64_t kDelayRunsMax = 1'000'000;

std::vector<Block> blocks_of(const std::vector<sim::Scenario>& scenarios,
                             const CampaignOptions& options) {
  const std::string setup = replay::setup_text(setup_of(options.search));
  std::vector<Block> blocks;
  for (const sim::Scenario& each : scenarios) {
    blocks.push_back({each.name, setup, "delay", 0, kDelayRunsMax});
  }
  const std::uint64_t rounds =
      (options.runs + scenarios.size() * kBlockRuns - 1) / (scenarios.size() * kBlockRuns);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (const sim::Scenario& each : scenarios) {
      blocks.push_back({each.name, setup, "chance", options.seed + round * kBlockRuns, kBlockRuns});
    }
  }
  return blocks;
}

boost::json::object json_of(const sim::Failure& failure) {
  return {{"invariant", failure.finding.invariant},
          {"origin", failure.finding.origin},
          {"sentence", failure.finding.sentence},
          {"found_by", name(failure.found_by)},
          {"found_after", failure.found_after},
          {"seed", failure.seed},
          {"token", sim::to_token(failure.choices)},
          {"depth", failure.why.depth},
          {"events", failure.story_size},
          {"when_drained", failure.when_drained}};
}

// One block, searched: one line of JSON. It holds nothing that differs from machine to machine.
BlockResult search(const Block& block, const sim::Scenario& scenario, const sim::Setup& setup,
                   SecondProcess& second) {
  sim::FuzzOptions options{.seed = block.seed, .runs = block.runs};
  options.strategy = *named<sim::Strategy>(block.strategy);
  if (second.works()) {
    options.again = [&second](const sim::Scenario& which, const sim::Setup& under,
                              const sim::ChoiceMap& choices, const sim::RunResult& first) {
      return second.difference(which, under, choices, first);
    };
  }
  const sim::FuzzReport report = sim::fuzz(std::span{&scenario, 1}, setup, options);
  boost::json::array failures;
  for (const sim::Failure& each : report.failures) failures.push_back(json_of(each));
  boost::json::object arms;
  for (const sim::ArmReport& arm : report.arms) {
    arms[name(arm.arm)] = boost::json::array{arm.runs, arm.first_finds};
  }
  boost::json::object probes;
  for (std::size_t i = 0; i < kEnumSize<sim::Branch>; ++i) {
    const auto branch = static_cast<sim::Branch>(i);
    if (report.probes.runs(branch) > 0) probes[name(branch)] = report.probes.runs(branch);
  }
  const std::string_view verdict = !report.repeatable         ? "not-repeatable"
                                   : !report.failures.empty() ? "failed"
                                                              : "passed";
  return {block, report.runs, std::string{verdict},
          boost::json::serialize(boost::json::object{{"runs", report.runs},
                                                     {"verdict", verdict},
                                                     {"again", report.runs_again},
                                                     {"difference", report.difference},
                                                     {"arms", arms},
                                                     {"probes", probes},
                                                     {"failures", failures}})};
}

// Workers, each with every n-th block, and the pipes on which their results come in order.
class Workers {
 public:
  Workers(const std::vector<sim::Scenario>& scenarios, const CampaignOptions& options,
          const std::vector<Block>& blocks) {
    for (unsigned worker = 0; worker < options.jobs; ++worker) {
      std::array<int, 2> ends{};
      if (pipe(ends.data()) != 0) return;
      const pid_t child = fork();
      if (child == 0) {
        close(ends[0]);
        work(scenarios, options, blocks, worker, ends[1]);
      }
      close(ends[1]);
      children_.push_back(child);
      results_.push_back(fdopen(ends[0], "r"));
    }
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    for (std::FILE* each : results_) std::fclose(each);
    for (const pid_t child : children_) waitpid(child, nullptr, 0);
  }

  // The line about block `n`; nothing if its worker died. REQUIRES: called for each n in order.
  [[nodiscard]] std::optional<std::string> next(std::size_t n) {
    if (results_.empty()) return std::nullopt;
    std::FILE* from = results_[n % results_.size()];
    std::string line;
    for (int c = std::fgetc(from); c != '\n'; c = std::fgetc(from)) {
      if (c == EOF) return std::nullopt;
      line += static_cast<char>(c);
    }
    return line;
  }

 private:
  [[noreturn]] static void work(const std::vector<sim::Scenario>& scenarios,
                                const CampaignOptions& options, const std::vector<Block>& blocks,
                                unsigned worker, int out) {
    std::FILE* to = fdopen(out, "w");
    {
      SecondProcess second(options.search.scenarios);
      const sim::Setup setup = setup_of(options.search);
      for (std::size_t n = worker; n < blocks.size(); n += options.jobs) {
        const auto scenario =
            std::ranges::find(scenarios, blocks[n].scenario, &sim::Scenario::name);
        const BlockResult result = search(blocks[n], *scenario, setup, second);
        std::fputs(result.document.c_str(), to);
        std::fputc('\n', to);
        if (std::fflush(to) != 0) break;  // nobody listens any more
      }
    }
    std::fclose(to);
    _exit(0);
  }

  std::vector<pid_t> children_;
  std::vector<std::FILE*> results_;
};

// What all blocks came to, by scenario.
class Tally {
 public:
  explicit Tally(const CampaignOptions& options) : options_(options) {}

  void add(const BlockResult& result) {
    const boost::json::object document = boost::json::parse(result.document).as_object();
    JUnitCase& scenario = cases_[result.block.scenario];
    scenario.name = result.block.scenario;
    scenario.runs += result.runs;
    runs_ += result.runs;
    again_ += document.at("again").to_number<std::uint64_t>();
    if (result.verdict == "not-repeatable") {
      diverged_ = true;
      scenario.failures.push_back(std::string{document.at("difference").as_string()});
    }
    for (const auto& [arm, counts] : document.at("arms").as_object()) {
      auto& sums = arms_[std::string{arm}];
      sums.first += counts.as_array()[0].to_number<std::uint64_t>();
      sums.second += counts.as_array()[1].to_number<std::uint64_t>();
    }
    if (const auto* probes = document.if_contains("probes")) {
      for (const auto& [branch, runs] : probes->as_object()) {
        if (const auto known = named<sim::Branch>(branch)) {
          probes_.add(*known, runs.to_number<std::uint64_t>());
        }
      }
    }
    for (const auto& failure : document.at("failures").as_array())
      add(scenario, failure.as_object());
  }

  void tell() const {
    fmt::print("{} runs, {} of them made again in a second process\n", runs_, again_);
    for (const auto& [name, each] : cases_) {
      fmt::print("  {:<20} {:>9} runs  {}\n", name, each.runs,
                 each.failures.empty() ? "passed" : "failed");
      for (const std::string& failure : each.failures) fmt::print("    {}\n", failure);
    }
    for (const auto& [arm, counts] : arms_) {
      fmt::print("  {:<20} {:>9} runs  first to find {}\n", arm, counts.first, counts.second);
    }
    for (const sim::Branch branch : probes_.never()) {
      fmt::print("  never reached: {}{}\n", name(branch),
                 must_reach_all() ? "" : " (nor had it to be in such a campaign)");
    }
  }

  [[nodiscard]] Exit exit() const {
    if (diverged_) return Exit::kDiverged;
    for (const auto& [name, each] : cases_) {
      if (!each.failures.empty()) return Exit::kFailed;
    }
    if (must_reach_all() && !probes_.never().empty()) return Exit::kFailed;
    return runs_ == 0 ? Exit::kInconclusive : Exit::kPassed;
  }

  [[nodiscard]] std::vector<JUnitCase> cases() const {
    std::vector<JUnitCase> all;
    for (const auto& [name, each] : cases_) all.push_back(each);
    return all;
  }

 private:
  // A campaign over all scenarios and of some size has searched everywhere, or it has not searched.
  [[nodiscard]] bool must_reach_all() const {
    const sim::Setup setup = setup_of(options_.search);
    return options_.search.scenarios.empty() && runs_ >= kProbeRuns && setup.faults &&
           setup.rules == Rules::kTwoPhase && setup.mutant.empty();
  }

  // The first of each origin is told, and becomes a regression file.
  void add(JUnitCase& scenario, const boost::json::object& failure) {
    const std::string origin{failure.at("origin").as_string()};
    if (!origins_.insert({scenario.name, origin}).second) return;
    const Regression regression{.scenario = scenario.name,
                                .setup = replay::setup_text(setup_of(options_.search)),
                                .token = std::string{failure.at("token").as_string()},
                                .broke = std::string{failure.at("invariant").as_string()}};
    scenario.token = regression.token;
    scenario.seed = failure.at("seed").to_number<std::uint64_t>();
    scenario.failures.push_back(fmt::format("{}: {} [token {}]", regression.broke,
                                            std::string{failure.at("sentence").as_string()},
                                            regression.token));
    const std::string path = write_regression(regression, options_.search.out);
    if (!path.empty()) fmt::print("{} breaks {}: {}\n", scenario.name, regression.broke, path);
  }

  const CampaignOptions& options_;
  std::map<std::string, JUnitCase> cases_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> arms_;
  std::set<std::pair<std::string, std::string>> origins_;
  sim::Probes probes_;
  std::uint64_t runs_ = 0;
  std::uint64_t again_ = 0;
  bool diverged_ = false;
};

Exit environment(const log::LogError& error) {
  fmt::print(stderr, "lastcall: {}\n", error.sentence);
  return Exit::kEnvironment;
}

std::expected<std::optional<CampaignFile>, log::LogError> open_file(
    const CampaignOptions& options) {
  if (options.file.empty()) return std::optional<CampaignFile>{};
  auto file = CampaignFile::open(options.file);
  if (!file) return std::unexpected(file.error());
  for (const std::string& other : options.merge) {
    if (const auto done = file->merge(other); !done) return std::unexpected(done.error());
  }
  return std::optional<CampaignFile>{std::move(*file)};
}

// Splits the blocks into results that the file has and blocks that are left to do.
log::Done resume(const std::optional<CampaignFile>& file, std::vector<Block>& blocks,
                 Tally& tally) {
  std::vector<Block> left;
  for (Block& block : blocks) {
    std::vector<BlockResult> known;
    if (file) {
      auto found = file->find(block);
      if (!found) return std::unexpected(found.error());
      known = std::move(*found);
    }
    if (known.empty()) left.push_back(std::move(block));
    for (const BlockResult& result : known) tally.add(result);
  }
  blocks = std::move(left);
  return {};
}

}  // namespace

Exit run_campaign(const CampaignOptions& options) {
  const auto scenarios = load_scenarios(options.search.scenarios);
  if (!scenarios) {
    fmt::print(stderr, "lastcall: {}\n", scenarios.error());
    return Exit::kUsage;
  }
  const auto regressions = load_regressions(options.regressions);
  if (!regressions) {
    fmt::print(stderr, "lastcall: {}\n", regressions.error());
    return Exit::kUsage;
  }
  const std::vector<std::string> again =
      rerun_regressions(*regressions, *scenarios, setup_of(options.search));
  for (const std::string& failure : again) fmt::print("{}\n", failure);
  if (!again.empty()) return Exit::kFailed;
  const auto file = open_file(options);
  if (!file) return environment(file.error());
  Tally tally(options);
  std::vector<Block> blocks = blocks_of(*scenarios, options);
  const std::size_t all = blocks.size();
  if (const auto done = resume(*file, blocks, tally); !done) return environment(done.error());
  fmt::print("{} blocks, {} of them known\n", all, all - blocks.size());
  std::fflush(stdout);

  const auto begin = std::chrono::steady_clock::now();
  Workers workers(*scenarios, options, blocks);
  for (std::size_t n = 0; n < blocks.size(); ++n) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    if (options.search.time_s > 0 && elapsed.count() > options.search.time_s) break;
    auto document = workers.next(n);
    if (!document) return Exit::kBug;
    const boost::json::object told = boost::json::parse(*document).as_object();
    const BlockResult result{blocks[n], told.at("runs").to_number<std::uint64_t>(),
                             std::string{told.at("verdict").as_string()}, std::move(*document)};
    if (*file) {
      if (const auto done = (*file)->put(result); !done) return environment(done.error());
    }
    tally.add(result);
  }
  tally.tell();
  if (!options.junit.empty() && !write_junit(options.junit, tally.cases())) {
    return Exit::kEnvironment;
  }
  return tally.exit();
}

}  // namespace lastcall::tools
