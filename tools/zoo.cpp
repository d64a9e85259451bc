// lastcall zoo: measures the harness with planted bugs. For each it says whether it was found, by
// which invariant, after how many runs per strategy, and how small it shrank.

#include "sim/zoo.hpp"

#include "sim/library.hpp"
#include "sim/nearest.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

namespace lastcall::tools {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct ZooArguments {
  std::vector<std::string> mutants;
  std::vector<std::string> strategies{"portfolio"};
  sim::ZooOptions zoo{.seeds = 0};
  std::uint64_t pairs = 0;
  double time_s = 60;
  bool ranked = false;
  std::string format = "text";
};

struct Row {
  const sim::Mutant* mutant = nullptr;
  std::optional<sim::Kill> kill;
  std::vector<sim::Median> medians;
  double seconds = 0;  // of the hunt, with shrinking

  [[nodiscard]] bool right() const { return kill && kill->right; }
  [[nodiscard]] std::size_t events() const { return kill ? kill->events : 0; }
  [[nodiscard]] bool small() const {
    return mutant->events == 0 || events() <= static_cast<std::size_t>(mutant->events);
  }
};

Row measure(const sim::Mutant& mutant, const std::vector<sim::Scenario>& scenarios,
            const ZooArguments& arguments) {
  const auto begin = Clock::now();
  sim::ZooOptions options = arguments.zoo;
  options.keep_going = [&] { return seconds_since(begin) < arguments.time_s; };
  const auto haunts = sim::haunts_of(mutant, scenarios);
  Row row{.mutant = &mutant, .kill = sim::hunt_mutant(mutant, haunts, options)};
  row.seconds = seconds_since(begin);
  options.keep_going = [] { return true; };
  for (const std::string& strategy : arguments.strategies) {
    if (options.seeds == 0) break;
    row.medians.push_back(sim::median_of(mutant, haunts, *named<sim::Strategy>(strategy), options));
  }
  return row;
}

std::string joined_words(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

void tell(const Row& row) {
  const sim::Mutant& mutant = *row.mutant;
  const std::string_view verdict = !row.kill ? "NOT FOUND" : row.right() ? "found" : "MISNAMED";
  fmt::print("{:5} {:27} {:9} ", mutant.id.empty() ? "plan" : mutant.id, mutant.name, verdict);
  if (!row.kill) {
    fmt::print("wanted: {}\n", joined_words(mutant.expected));
    return;
  }
  const sim::Failure& failure = row.kill->failure;
  fmt::print("{:5} run {:5}, {} choices, {} events{}, {:.1f} s", row.kill->first,
             failure.found_after, failure.choices.size(), row.events(),
             row.small() ? std::string{} : fmt::format(" of {}", mutant.events), row.seconds);
  for (const sim::Median& each : row.medians) {
    fmt::print(", {} {}/{} median {}", name(each.strategy), each.found, each.seeds, each.runs);
  }
  fmt::print("\n");
  if (!row.right()) fmt::print("      wanted: {}\n", joined_words(mutant.expected));
}

boost::json::object json_of(const Row& row) {
  const sim::Mutant& mutant = *row.mutant;
  boost::json::object object{
      {"id", mutant.id},     {"name", mutant.name},           {"sentence", mutant.sentence},
      {"rank", mutant.rank}, {"found", row.kill.has_value()}, {"seconds", row.seconds}};
  boost::json::array expected;
  for (const std::string_view each : mutant.expected) expected.emplace_back(each);
  object["expected"] = std::move(expected);
  if (row.kill) {
    const sim::Failure& failure = row.kill->failure;
    object["invariant"] = row.kill->first;
    object["right"] = row.kill->right;
    object["runs"] = failure.found_after;
    object["scenario"] = failure.scenario;
    object["token"] = sim::to_token(failure.choices);
    object["choices"] = failure.choices.size();
    object["events"] = row.events();
    object["events_max"] = mutant.events;
  }
  boost::json::array medians;
  for (const sim::Median& each : row.medians) {
    medians.push_back(boost::json::object{{"strategy", name(each.strategy)},
                                          {"found", each.found},
                                          {"seeds", each.seeds},
                                          {"median_runs", each.runs}});
  }
  object["strategies"] = std::move(medians);
  return object;
}

std::vector<const sim::Mutant*> chosen(const ZooArguments& arguments) {
  std::vector<const sim::Mutant*> all;
  for (const sim::Mutant& each : sim::all_mutants()) {
    const bool named = std::ranges::any_of(arguments.mutants, [&](const std::string& word) {
      return sim::find_mutant(word) == &each;
    });
    const bool wanted = arguments.mutants.empty() ? !each.id.empty() : named;
    if (wanted && (!arguments.ranked || each.rank != 0)) all.push_back(&each);
  }
  return all;
}

std::size_t median(std::vector<std::size_t> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[(values.size() - 1) / 2];
}

void tell_sum(const std::vector<Row>& rows, bool all) {
  std::size_t found = 0, right = 0, ranked = 0, ranked_right = 0, ranked_small = 0;
  std::vector<std::size_t> choices;
  for (const Row& row : rows) {
    found += row.kill ? 1 : 0;
    right += row.right() ? 1 : 0;
    ranked += row.mutant->rank != 0 ? 1 : 0;
    ranked_right += row.mutant->rank != 0 && row.right() ? 1 : 0;
    ranked_small += row.mutant->rank != 0 && row.kill && row.small() ? 1 : 0;
    if (row.kill) choices.push_back(row.kill->failure.choices.size());
  }
  fmt::print(
      "\n{} of {} found, {} named by the right invariant first; of the ranked ones {} of "
      "{}, {} of them as small as they should be. Median of choices: {}.\n",
      found, rows.size(), right, ranked_right, ranked, ranked_small, median(choices));
  if (!all) return;
  for (const sim::Unplanted& each : sim::unplanted()) {
    fmt::print("{:5} not planted: {}: {}.\n", each.id, each.sentence, each.reason);
  }
}

// Whether both of each pair were found.
bool hunt_pairs(const std::vector<const sim::Mutant*>& mutants,
                const std::vector<sim::Scenario>& scenarios, const ZooArguments& arguments,
                boost::json::array& document) {
  bool all = true;
  for (const sim::Pair& pair : sim::random_pairs(mutants, arguments.pairs, arguments.zoo.seed)) {
    const auto found = sim::hunt_pair(pair, scenarios, arguments.zoo);
    all = all && found.size() == 2;
    document.push_back(
        boost::json::object{{"a", pair.a->name}, {"b", pair.b->name}, {"found", found.size()}});
    if (arguments.format != "text") continue;
    fmt::print("pair {} + {}: {}\n", pair.a->name, pair.b->name,
               found.size() == 2   ? std::string{"both found"}
               : found.size() == 1 ? fmt::format("ONLY {} FOUND", found.front()->name)
                                   : std::string{"NEITHER FOUND"});
  }
  return all;
}

Exit run_zoo(const ZooArguments& arguments) {
  const auto scenarios = sim::all_scenarios();
  const auto mutants = chosen(arguments);
  const bool text = arguments.format == "text";
  std::vector<Row> rows;
  boost::json::array document;
  for (const sim::Mutant* each : mutants) {
    rows.push_back(measure(*each, scenarios, arguments));
    if (text) {
      tell(rows.back());
      std::fflush(stdout);
    } else {
      document.push_back(json_of(rows.back()));
    }
  }
  boost::json::array pairs;
  const bool both = hunt_pairs(mutants, scenarios, arguments, pairs);
  if (text) {
    tell_sum(rows, arguments.mutants.empty() && !arguments.ranked);
  } else {
    fmt::print("{}\n", boost::json::serialize(
                           boost::json::object{{"mutants", document}, {"pairs", pairs}}));
  }
  if (rows.empty()) return Exit::kInconclusive;
  const bool good = both && std::ranges::all_of(rows, &Row::right);
  return good ? Exit::kPassed : Exit::kFailed;
}

CLI::Validator known_mutant() {
  return CLI::Validator(
      [](std::string& word) -> std::string {
        if (sim::find_mutant(word) != nullptr) return {};
        std::vector<std::string_view> names;
        for (const sim::Mutant& each : sim::all_mutants()) names.push_back(each.name);
        return sim::unknown_word(word, "mutant", names);
      },
      "", "mutant");
}

}  // namespace

void add_zoo(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("zoo", "Measure the harness: find bugs that are planted");
  const auto arguments = std::make_shared<ZooArguments>();
  static constexpr auto kStrategies = names_of(sim::Strategy{});
  verb->add_option("mutant", arguments->mutants, "Z-67, NoTombstone, ...; none: the whole zoo")
      ->check(known_mutant());
  verb->add_flag("--ranked", arguments->ranked, "only those that must be found");
  verb->add_option("--seed", arguments->zoo.seed, "where chance begins")->capture_default_str();
  verb->add_option("--seeds", arguments->zoo.seeds, "seeds for the median of each strategy")
      ->capture_default_str();
  verb->add_option("--runs", arguments->zoo.runs, "how many runs per mutant and seed")
      ->capture_default_str();
  verb->add_option("--strategy", arguments->strategies, "whose medians are taken")
      ->check(CLI::IsMember(std::vector<std::string>{kStrategies.begin(), kStrategies.end()}));
  verb->add_option("--pairs", arguments->pairs, "pairs of bugs planted together, by chance")
      ->capture_default_str();
  verb->add_option("--time", arguments->time_s, "seconds per mutant at most")
      ->capture_default_str();
  verb->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb->callback([&exit, arguments] { exit = run_zoo(*arguments); });
}

}  // namespace lastcall::tools
