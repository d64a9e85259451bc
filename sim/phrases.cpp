#include "sim/phrases.hpp"

#include "sim/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace lastcall::sim {
namespace {

template <class T>
using Read = std::expected<T, std::string>;

// Who can do it: an engine has users and layers, a peer has only its wire.
enum class Doer : std::uint8_t { kAnybody, kEngine, kPeer };

struct VerbPhrase {
  std::string_view words;  // behind the actor's name
  Verb verb;
  Doer doer;
};

constexpr std::array kVerbs{
    VerbPhrase{"answers", Verb::kAnswers, Doer::kAnybody},
    VerbPhrase{"rejects", Verb::kRejects, Doer::kAnybody},
    VerbPhrase{"hangs up", Verb::kHangsUp, Doer::kAnybody},
    VerbPhrase{"holds", Verb::kHolds, Doer::kAnybody},
    VerbPhrase{"resumes", Verb::kResumes, Doer::kAnybody},
    VerbPhrase{"redirects", Verb::kRedirects, Doer::kPeer},
    VerbPhrase{"falls silent", Verb::kFallsSilent, Doer::kPeer},
    VerbPhrase{"forgets the call", Verb::kForgets, Doer::kPeer},
    VerbPhrase{"client never confirms", Verb::kClientNeverConfirms, Doer::kEngine},
    VerbPhrase{"media never stops", Verb::kMediaNeverStops, Doer::kEngine},
    VerbPhrase{"media fails", Verb::kMediaFails, Doer::kEngine},
    VerbPhrase{"client hangs up when told", Verb::kClientCallsBack, Doer::kEngine},
    VerbPhrase{"recorder attaches", Verb::kRecorderAttaches, Doer::kEngine},
    VerbPhrase{"is behind a proxy", Verb::kRecordsRoute, Doer::kPeer},
    VerbPhrase{"answers without audio", Verb::kAnswersWithoutAudio, Doer::kPeer},
    VerbPhrase{"second phone answers too", Verb::kSecondForkAnswers, Doer::kPeer},
    VerbPhrase{"second phone rings reliably", Verb::kSecondForkRings, Doer::kPeer},
    VerbPhrase{"crashes", Verb::kCrashes, Doer::kEngine},
    VerbPhrase{"stands still", Verb::kStandsStill, Doer::kEngine},
    VerbPhrase{"stops acknowledging", Verb::kStopsAcknowledging, Doer::kPeer},
    VerbPhrase{"rings elsewhere too", Verb::kForks, Doer::kPeer},
    VerbPhrase{"first phone gives up", Verb::kFirstForkEnds, Doer::kPeer},
    VerbPhrase{"does not ring", Verb::kDoesNotRing, Doer::kPeer},
    VerbPhrase{"asks for an offer", Verb::kAsksForOffer, Doer::kPeer},
    VerbPhrase{"wants longer sessions", Verb::kWantsLongerSessions, Doer::kPeer},
    VerbPhrase{"reports success", Verb::kReportsSuccess, Doer::kPeer},
    VerbPhrase{"transfers", Verb::kTransfers, Doer::kEngine},
};
constexpr std::string_view kWithoutOffer = " without an offer";
constexpr std::string_view kWithTimer = " with a session timer";
constexpr std::string_view kWithOwnTimer = " and refreshes";
constexpr std::string_view kReliably = " with reliable ringing";
constexpr std::string_view kByName = " by name";
constexpr std::string_view kMoment = "a moment passes";
constexpr std::string_view kSecondsPass = " seconds pass";
constexpr std::string_view kCallsWord = "calls";
constexpr std::string_view kSendsWord = "sends";
constexpr std::string_view kRepeatsWord = "repeats";
constexpr std::string_view kChallengesWord = "challenges";
constexpr std::string_view kAnotherWay = " by another way";
constexpr std::string_view kInPlaceOf = " in place of ";
constexpr std::array kSendable{Method::kBye,     Method::kCancel, Method::kInfo,  Method::kMessage,
                               Method::kOptions, Method::kRefer,  Method::kUpdate};
constexpr std::array<std::string_view, 2> kAudioPhrases{"audio both ways", "audio goes on"};
constexpr std::string_view kEveryLayer = "every layer confirms";

std::pair<std::string_view, std::string_view> split_first(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return {text, {}};
  return {text.substr(0, space), trimmed(text.substr(space))};
}

Read<Actor> actor_named(std::string_view word, const std::vector<Actor>& actors) {
  std::vector<std::string_view> names;
  for (const Actor& actor : actors) {
    if (actor.name == word) return actor;
    names.emplace_back(actor.name);
  }
  if (names.empty()) return std::unexpected{std::string{"no actors are named before this line"}};
  return std::unexpected{unknown_word(word, "actor", names)};
}

// "alice's client" and the like: the name in front of 's.
std::string_view owner_of(std::string_view word) {
  return word.ends_with("'s") ? word.substr(0, word.size() - 2) : word;
}

Read<Action> parse_calls(const Actor& caller, std::string_view callee,
                         const std::vector<Actor>& actors) {
  Verb verb = Verb::kCalls;
  std::string in_place_of;
  if (const std::size_t at = callee.find(kInPlaceOf); at != std::string_view::npos) {
    const auto replaced = actor_named(callee.substr(at + kInPlaceOf.size()), actors);
    if (!replaced) return std::unexpected{replaced.error()};
    in_place_of = replaced->name;
    callee = callee.substr(0, at);
    verb = Verb::kCallsInPlaceOf;
  }
  if (callee.ends_with(kWithoutOffer)) verb = Verb::kCallsWithoutOffer;
  if (callee.ends_with(kWithTimer)) verb = Verb::kCallsWithTimer;
  if (callee.ends_with(kWithOwnTimer)) verb = Verb::kCallsAndRefreshes;
  if (callee.ends_with(kReliably)) verb = Verb::kCallsReliably;
  const bool peers = verb != Verb::kCalls && verb != Verb::kCallsByName;
  if (peers && caller.kind != ActorKind::kPeer) {
    return std::unexpected{
        fmt::format("only a peer calls like that, and '{}' is the engine", caller.name)};
  }
  if (callee.ends_with(kByName)) {
    if (caller.kind != ActorKind::kEngine) {
      return std::unexpected{
          fmt::format("only the engine looks up names, and '{}' is a peer", caller.name)};
    }
    verb = Verb::kCallsByName;
  }
  const auto called = actor_named(callee.substr(0, callee.find(' ')), actors);
  if (!called) return std::unexpected{called.error()};
  const bool from_engine = caller.kind == ActorKind::kEngine;
  if (from_engine == (called->kind == ActorKind::kEngine)) {
    return std::unexpected{
        fmt::format("'{}' cannot call '{}': a call is between the engine and a peer", caller.name,
                    called->name)};
  }
  const std::string_view rest = callee.substr(called->name.size());
  const bool known = rest.empty() || rest == kWithoutOffer || rest == kWithTimer ||
                     rest == kWithOwnTimer || rest == kReliably || rest == kByName;
  if (!known) return std::unexpected{fmt::format("'{}' is no way to call", trimmed(rest))};
  return Action{
      .actor = caller.name, .verb = verb, .object = called->name, .other = std::move(in_place_of)};
}

// "a moment passes", "44 seconds pass"; nothing for another phrase.
std::optional<Action> parse_time(std::string_view phrase) {
  using std::chrono_literals::operator""ms;
  if (phrase == kMoment) return Action{.actor = {}, .verb = Verb::kTimePasses, .lasts = 100ms};
  if (!phrase.ends_with(kSecondsPass)) return std::nullopt;
  const std::string_view number = phrase.substr(0, phrase.size() - kSecondsPass.size());
  std::uint32_t seconds = 0;
  const auto end = std::from_chars(number.begin(), number.end(), seconds);
  if (end.ptr != number.end() || seconds == 0 || seconds > 3'600) return std::nullopt;
  return Action{.actor = {}, .verb = Verb::kTimePasses, .lasts = std::chrono::seconds{seconds}};
}

// "sends UPDATE": a request inside the dialog.
Read<Action> parse_sends(const Actor& actor, std::string_view method) {
  if (actor.kind != ActorKind::kPeer) {
    return std::unexpected{fmt::format(
        "only a peer sends {}; the engine '{}' does what a user can do", method, actor.name)};
  }
  const auto found = std::ranges::find(kSendable, method, [](Method each) { return name(each); });
  if (found != kSendable.end()) {
    return Action{.actor = actor.name, .verb = Verb::kSends, .method = *found};
  }
  std::vector<std::string_view> names;
  for (const Method each : kSendable) names.push_back(name(each));
  return std::unexpected{unknown_word(method, "request", names)};
}

template <class E>
Read<E> parse_name(std::string_view word, std::string_view kind) {
  if (const auto value = named<E>(word)) return *value;
  return std::unexpected{unknown_word(word, kind, kNamesOf<E>)};
}

// "200 to BYE".
Read<MessageKind> parse_response(std::string_view words) {
  const auto [status, rest] = split_first(words);
  MessageKind kind;
  const auto end = std::from_chars(status.begin(), status.end(), kind.status);
  if (end.ptr != status.end() || kind.status < 100 || kind.status > 699) {
    return std::unexpected{fmt::format("'{}' is no SIP status from 100 to 699", status)};
  }
  const auto [to, method] = split_first(rest);
  if (to != "to") {
    return std::unexpected{fmt::format("'{}' should be 'to', as in '200 to BYE'", to)};
  }
  const auto name = parse_name<Method>(method, "method");
  if (!name) return std::unexpected{name.error()};
  kind.method = *name;
  return kind;
}

// "BYE" or "200 to BYE".
Read<MessageKind> parse_message(std::string_view words) {
  if (words.find(' ') != std::string_view::npos) return parse_response(words);
  const auto method = parse_name<Method>(words, "method");
  if (!method) return std::unexpected{method.error()};
  return MessageKind{.method = *method};
}

// "repeats BYE", "repeats 200 to INVITE", "repeats INVITE by another way", "challenges BYE".
Read<Action> parse_of_message(const Actor& actor, Verb verb, std::string_view words) {
  if (actor.kind != ActorKind::kPeer) {
    return std::unexpected{
        fmt::format("only a peer does that to '{}', and '{}' is the engine", words, actor.name)};
  }
  const bool elsewhere = verb == Verb::kRepeats && words.ends_with(kAnotherWay);
  if (elsewhere) words.remove_suffix(kAnotherWay.size());
  const auto kind = parse_message(words);
  if (!kind) return std::unexpected{kind.error()};
  if (kind->status != 0 && (elsewhere || verb == Verb::kChallenges)) {
    return std::unexpected{fmt::format("'{}' is a response; only a request may stand here", words)};
  }
  return Action{.actor = actor.name,
                .verb = elsewhere ? Verb::kRepeatsElsewhere : verb,
                .method = kind->method,
                .status = kind->status};
}

Read<Action> parse_verb(const Actor& actor, std::string_view words) {
  std::vector<std::string_view> known{kCallsWord, kSendsWord, kRepeatsWord, kChallengesWord};
  for (const VerbPhrase& phrase : kVerbs) {
    known.push_back(phrase.words);
    if (phrase.words != words) continue;
    if (phrase.doer == Doer::kPeer && actor.kind != ActorKind::kPeer) {
      return std::unexpected{
          fmt::format("only a peer {}; the engine '{}' 'hangs up' like a user", words, actor.name)};
    }
    if (phrase.doer == Doer::kEngine && actor.kind != ActorKind::kEngine) {
      return std::unexpected{
          fmt::format("'{}' is a peer; only an engine has a client and media", actor.name)};
    }
    return Action{.actor = actor.name, .verb = phrase.verb};
  }
  return std::unexpected{unknown_word(words, "action", known)};
}

Read<Expectation> parse_gets(std::string_view words) {
  const auto kind = parse_response(words);
  if (!kind) return std::unexpected{kind.error()};
  return Expectation{
      .text = {}, .promise = Promise::kGets, .status = kind->status, .method = kind->method};
}

// "bob's 200 to INVITE": whose, and what.
Read<std::pair<std::uint8_t, MessageKind>> parse_sent(std::string_view words,
                                                      const std::vector<Actor>& actors) {
  const auto [owner, message] = split_first(words);
  if (!owner.ends_with("'s")) {
    return std::unexpected{
        fmt::format("'{}' should say whose message, as in \"bob's BYE\"", owner)};
  }
  const auto actor = actor_named(owner_of(owner), actors);
  if (!actor) return std::unexpected{actor.error()};
  const auto kind = parse_message(message);
  if (!kind) return std::unexpected{kind.error()};
  return std::pair{place_of(actors, actor->name), *kind};
}

// "Client, Media"
Read<Expectation> parse_forced(std::string_view words) {
  Expectation expected{.text = {}, .promise = Promise::kEndsForced};
  for (const std::string_view word : split(words, ',')) {
    const auto layer = parse_name<CleanupLayer>(word, "layer");
    if (!layer) return std::unexpected{layer.error()};
    expected.missing.insert(*layer);
  }
  return expected;
}

// "remote-bye or dialog-failure"
Read<Expectation> parse_ends(std::string_view words) {
  Expectation expected{.text = {}, .promise = Promise::kEnds};
  const std::vector<std::string_view> list = split(words, ' ');
  if (list.size() % 2 == 0) {
    return std::unexpected{fmt::format("'{}' should be like 'remote-bye or local-hangup'", words)};
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i % 2 == 1 && list[i] != "or") {
      return std::unexpected{fmt::format("'{}' should be 'or'", list[i])};
    }
    if (i % 2 == 1) continue;
    const auto cause = parse_name<Cause>(list[i], "cause");
    if (!cause) return std::unexpected{cause.error()};
    expected.causes.insert(*cause);
  }
  return expected;
}

// What stands behind "alice's": "call ends: remote-bye", "hold fails: call is ending".
Read<Expectation> parse_own(std::string_view words) {
  const std::size_t colon = words.find(':');
  const std::string_view claim = trimmed(words.substr(0, colon));
  const std::string_view what =
      colon == std::string_view::npos ? std::string_view{} : trimmed(words.substr(colon + 1));
  if (claim == "call ends forced") return parse_forced(what);
  if (claim == "call ends") return parse_ends(what);
  const auto [op_word, fails] = split_first(claim);
  if (fails == "fails") {
    const auto op = parse_name<Op>(op_word, "operation");
    if (!op) return std::unexpected{op.error()};
    if (what != "call is ending") {
      return std::unexpected{fmt::format("'{}' should be 'call is ending'", what)};
    }
    return Expectation{.text = {}, .promise = Promise::kRefusedAsEnding, .op = *op};
  }
  static constexpr std::array<std::string_view, 3> kClaims{"call ends", "call ends forced",
                                                           "hold fails"};
  return std::unexpected{unknown_word(claim, "expectation", kClaims)};
}

Read<Expectation> parse_of_actor(std::string_view phrase, const std::vector<Actor>& actors) {
  const auto [word, rest] = split_first(phrase);
  const bool owns = word.ends_with("'s");
  const auto actor = actor_named(owner_of(word), actors);
  if (!actor) return std::unexpected{actor.error()};
  if (owns != (actor->kind == ActorKind::kEngine)) {
    return std::unexpected{
        owns ? fmt::format("'{}' is a peer: expect what it 'gets'", actor->name)
             : fmt::format("'{0}' is the engine: expect something of '{0}'s'", actor->name)};
  }
  const auto [verb, object] = split_first(rest);
  if (!owns && verb != "gets") {
    static constexpr std::array<std::string_view, 1> kGets{"gets"};
    return std::unexpected{unknown_word(verb, "expectation", kGets)};
  }
  auto expected = owns ? parse_own(rest) : parse_gets(object);
  if (expected) expected->actor = actor->name;
  return expected;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view part = trimmed(text.substr(0, end));
    if (!part.empty()) parts.push_back(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::uint8_t place_of(const std::vector<Actor>& actors, std::string_view name) {
  std::uint8_t peers = 0;
  for (const Actor& each : actors) {
    const bool is_other = each.kind != ActorKind::kEngine;
    if (is_other) ++peers;
    if (each.name == name) return is_other ? peers : std::uint8_t{0};
  }
  return 0;
}

Read<Action> parse_action(std::string_view phrase, const std::vector<Actor>& actors) {
  if (const auto time = parse_time(phrase)) return *time;
  const auto [word, rest] = split_first(phrase);
  if (word == "audio") {
    if (std::ranges::find(kAudioPhrases, phrase) != kAudioPhrases.end()) {
      return Action{.actor = {}, .verb = Verb::kAudioFlows};
    }
    return std::unexpected{unknown_word(phrase, "action", kAudioPhrases)};
  }
  const auto actor = actor_named(owner_of(word), actors);
  if (!actor) return std::unexpected{actor.error()};
  const auto [verb, object] = split_first(rest);
  if (verb == kCallsWord) return parse_calls(*actor, object, actors);
  if (verb == kSendsWord) return parse_sends(*actor, object);
  if (verb == kRepeatsWord) return parse_of_message(*actor, Verb::kRepeats, object);
  if (verb == kChallengesWord) return parse_of_message(*actor, Verb::kChallenges, object);
  return parse_verb(*actor, rest);
}

Read<Expectation> parse_expectation(std::string_view phrase, const std::vector<Actor>& actors) {
  Read<Expectation> expected =
      phrase == kEveryLayer ? Expectation{.text = {}} : parse_of_actor(phrase, actors);
  if (expected) expected->text = phrase;
  return expected;
}

Read<Meeting> parse_meeting(std::string_view phrase, const std::vector<Actor>& actors) {
  static constexpr std::string_view kCrosses = " crosses ";
  const std::size_t at = phrase.find(kCrosses);
  if (at == std::string_view::npos) {
    return std::unexpected{
        fmt::format("'{}' should be like \"bob's BYE crosses alice's 200 to INVITE\"", phrase)};
  }
  const auto one = parse_sent(trimmed(phrase.substr(0, at)), actors);
  if (!one) return std::unexpected{one.error()};
  const auto other = parse_sent(trimmed(phrase.substr(at + kCrosses.size())), actors);
  if (!other) return std::unexpected{other.error()};
  return Meeting{.text = std::string{phrase},
                 .crossing = {one->first, one->second, other->first, other->second}};
}

}  // namespace lastcall::sim
