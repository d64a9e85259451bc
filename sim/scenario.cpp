#include "sim/scenario.hpp"

#include "sim/nearest.hpp"
#include "sim/phrases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace lastcall::sim {
namespace {

enum class Keyword : std::uint8_t { kActors, kGiven, kRace, kMeets, kExpect, kVerdict };
constexpr std::array<std::string_view, 6> names_of(Keyword) {
  return {"actors", "given", "race", "meets", "expect", "verdict"};
}

// Nothing, or the sentence of what is wrong.
using Complaint = std::optional<std::string>;

Complaint read_actor(std::string_view phrase, Scenario& scenario) {
  const std::size_t space = phrase.find(' ');
  const std::string_view name = phrase.substr(0, space);
  const std::string_view kind =
      space == std::string_view::npos ? std::string_view{} : trimmed(phrase.substr(space));
  static constexpr std::array<std::string_view, 2> kKinds{"engine", "peer"};
  if (std::ranges::find(kKinds, kind) == kKinds.end()) {
    return unknown_word(kind, "kind of actor", kKinds);
  }
  const auto is_engine = [](const Actor& a) { return a.kind == ActorKind::kEngine; };
  const auto has_name = [name](const Actor& a) { return a.name == name; };
  if (name == "audio" || name == "every") return fmt::format("'{}' cannot be a name", name);
  if (std::ranges::any_of(scenario.actors, has_name)) return fmt::format("two actors '{}'", name);
  const bool second = std::ranges::any_of(scenario.actors, is_engine);
  const ActorKind engine = second ? ActorKind::kSecondEngine : ActorKind::kEngine;
  const ActorKind actor_kind = kind == "engine" ? engine : ActorKind::kPeer;
  scenario.actors.push_back({.name = std::string{name}, .kind = actor_kind});
  return {};
}

Complaint add_action(std::string_view phrase, std::uint32_t line, const Scenario& scenario,
                     Step& step) {
  auto action = parse_action(phrase, scenario.actors);
  if (!action) return action.error();
  action->line = line;
  step.actions.push_back(*std::move(action));
  return {};
}

Complaint read_given(std::string_view text, std::uint32_t line, Scenario& scenario) {
  for (const std::string_view phrase : split(text, ';')) {
    Step step;
    if (Complaint wrong = add_action(phrase, line, scenario, step)) return wrong;
    scenario.given.push_back(std::move(step));
  }
  return {};
}

Complaint read_race(std::string_view text, std::uint32_t line, Scenario& scenario) {
  Step step;
  for (const std::string_view phrase : split(text, '|')) {
    if (Complaint wrong = add_action(phrase, line, scenario, step)) return wrong;
  }
  if (!step.actions.empty()) scenario.races.push_back(std::move(step));
  return {};
}

Complaint read_meets(std::string_view text, std::uint32_t line, Scenario& scenario) {
  auto meeting = parse_meeting(text, scenario.actors);
  if (!meeting) return meeting.error();
  meeting->line = line;
  scenario.meets.push_back(*std::move(meeting));
  return {};
}

Complaint read_expect(std::string_view text, std::uint32_t line, Scenario& scenario) {
  auto expected = parse_expectation(text, scenario.actors);
  if (!expected) return expected.error();
  expected->line = line;
  scenario.expect.push_back(*std::move(expected));
  return {};
}

// "plan-literal fails PO-1 or I-18", "two-phase holds"
Complaint read_verdict(std::string_view text, std::uint32_t line, Scenario& scenario) {
  const std::vector<std::string_view> words = split(text, ' ');
  if (words.size() < 2) {
    return fmt::format("'{}' should be like 'two-phase holds' or 'immediate fails I-53'", text);
  }
  static constexpr std::array<std::string_view, 2> kVerdicts{"holds", "fails"};
  if (std::ranges::find(kVerdicts, words[1]) == kVerdicts.end()) {
    return unknown_word(words[1], "verdict", kVerdicts);
  }
  const bool holds = words[1] == "holds";
  Verdict verdict{.under = std::string{words[0]}, .holds = holds, .invariants = {}, .line = line};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const bool invariant_due = i % 2 == 0;
    if (!invariant_due && words[i] != "or") return fmt::format("'{}' should be 'or'", words[i]);
    if (invariant_due) verdict.invariants.emplace_back(words[i]);
  }
  if (holds && words.size() > 2) return fmt::format("nothing may follow '{} holds'", words[0]);
  if (!holds && words.size() % 2 == 0) {
    return fmt::format("'{}' lacks an invariant at its end, such as I-53", text);
  }
  scenario.verdicts.push_back(std::move(verdict));
  return {};
}

Complaint read_entry(Keyword keyword, std::string_view text, std::uint32_t line,
                     Scenario& scenario) {
  switch (keyword) {
    case Keyword::kActors:
      for (const std::string_view phrase : split(text, ',')) {
        if (Complaint wrong = read_actor(phrase, scenario)) return wrong;
      }
      return {};
    case Keyword::kGiven:
      return read_given(text, line, scenario);
    case Keyword::kRace:
      return read_race(text, line, scenario);
    case Keyword::kMeets:
      return read_meets(text, line, scenario);
    case Keyword::kExpect:
      return read_expect(text, line, scenario);
    case Keyword::kVerdict:
      return read_verdict(text, line, scenario);
  }
  return {};
}

// "name  title  source": two or more blanks between them.
Complaint read_title(std::string_view text, Scenario& scenario) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t gap = text.find("  ");
    parts.push_back(trimmed(text.substr(0, gap)));
    text = gap == std::string_view::npos ? std::string_view{} : trimmed(text.substr(gap));
  }
  if (parts.size() != 3) {
    return fmt::format(
        "the first line is 'name  title  source' with two or more blanks between, "
        "and here are {} parts",
        parts.size());
  }
  if (parts[0] != scenario.name) {
    return fmt::format("the name '{}' should be that of the file, '{}'", parts[0], scenario.name);
  }
  scenario.title = parts[1];
  scenario.source = parts[2];
  return {};
}

// Keeps what a reader of lines must remember: whether the title was read, and the last keyword.
class Reader {
 public:
  explicit Reader(std::string_view name) { scenario_.name = name; }

  Complaint read_line(std::string_view line, std::uint32_t number) {
    const std::string_view text = trimmed(line.substr(0, line.find('#')));
    if (text.empty()) return {};
    if (scenario_.title.empty()) return read_title(text, scenario_);
    if (line.front() == ' ' || line.front() == '\t') {
      if (!keyword_)
        return std::string{"an indented line goes on with a keyword, and none is open"};
      return read_entry(*keyword_, text, number, scenario_);
    }
    const std::size_t end = text.find_first_of(" \t");
    const std::string_view word = text.substr(0, end);
    keyword_ = named<Keyword>(word);
    static constexpr auto kWords = names_of(Keyword{});
    if (!keyword_) return unknown_word(word, "keyword", kWords);
    if (end == std::string_view::npos) return {};
    return read_entry(*keyword_, trimmed(text.substr(end)), number, scenario_);
  }

  // What the whole must have.
  Complaint finish() const {
    const auto is_engine = [](const Actor& a) { return a.kind == ActorKind::kEngine; };
    if (scenario_.title.empty()) return std::string{"the file is empty"};
    if (std::ranges::none_of(scenario_.actors, is_engine)) {
      return std::string{"no actor is an engine: 'actors' needs one, such as 'alice engine'"};
    }
    const auto is_peer = [](const Actor& a) { return a.kind != ActorKind::kEngine; };
    if (std::ranges::none_of(scenario_.actors, is_peer)) {
      return std::string{"no actor is a peer: 'actors' needs one, such as 'bob peer'"};
    }
    if (scenario_.given.empty() && scenario_.races.empty()) {
      return std::string{"nothing happens: write 'given' or 'race'"};
    }
    return {};
  }

  [[nodiscard]] Scenario take() && { return std::move(scenario_); }

 private:
  Scenario scenario_;
  std::optional<Keyword> keyword_;
};

}  // namespace

std::expected<Scenario, ScenarioError> parse_scenario(std::string_view name,
                                                      std::string_view text) {
  Reader reader{name};
  std::uint32_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    ++number;
    if (Complaint wrong = reader.read_line(text.substr(0, end), number)) {
      return std::unexpected{ScenarioError{number, *std::move(wrong)}};
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  if (Complaint wrong = reader.finish()) {
    return std::unexpected{ScenarioError{number, *std::move(wrong)}};
  }
  return std::move(reader).take();
}

}  // namespace lastcall::sim
