#pragma once
// Scenario: a text file that says what happens in order, what may race, what must hold, and what
// verdict each rule set and mutant gets. The grammar is described in docs/SCENARIOS.md; a reader
// who knows SIP needs no manual. Parsed here; played by sim/world.

#include "engine/base/time.hpp"
#include "engine/model/call.hpp"
#include "engine/model/sip_names.hpp"
#include "sim/crossing.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

// An engine with its user and audio, a peer that speaks SIP from outside, or another engine there.
enum class ActorKind : std::uint8_t { kEngine, kPeer, kSecondEngine };

struct Actor {
  std::string name;
  ActorKind kind = ActorKind::kPeer;
  bool operator==(const Actor&) const = default;
};

// What an actor can do. Each is one phrase of the grammar (sim/phrases.cpp).
enum class Verb : std::uint8_t {
  kCalls,    // bob calls alice
  kAnswers,  // alice answers
  kRejects,  // alice rejects
  kHangsUp,  // alice hangs up          (an engine: the hangup command; a peer: BYE or CANCEL)
  kHolds,    // alice holds
  kResumes,  // alice resumes
  kSends,    // bob sends BYE           (BYE again: next CSeq, new branch), UPDATE, REFER ...
  kRepeats,  // bob repeats BYE, bob repeats 200 to INVITE   (the same bytes again)
  kRepeatsElsewhere,     // bob repeats INVITE by another way   (another branch)
  kRedirects,            // bob redirects                 (302, to where nobody is)
  kFallsSilent,          // bob falls silent              (it neither sends nor answers any more)
  kForgets,              // bob forgets the call          (481 to what comes in it)
  kCallsInPlaceOf,       // carol calls alice in place of bob     (Replaces)
  kAudioFlows,           // audio both ways, audio goes on
  kClientNeverConfirms,  // alice's client never confirms
  kMediaNeverStops,      // alice's media never stops
  kMediaFails,           // alice's media fails
  kClientCallsBack,      // alice's client hangs up when told
  kRecorderAttaches,     // alice's recorder attaches
  kCallsWithoutOffer,    // bob calls alice without an offer
  kCallsWithTimer,       // bob calls alice with a session timer
  kCallsAndRefreshes,    // bob calls alice and refreshes   (a session timer, and he refreshes)
  kCallsReliably,        // bob calls alice with reliable ringing   (100rel: he sends PRACK)
  kCallsByName,          // alice calls bob by name
  kRecordsRoute,         // bob is behind a proxy
  kAnswersWithoutAudio,  // bob answers without audio
  kStopsAcknowledging,   // bob stops acknowledging
  kForks,                // bob rings elsewhere too       (180 with another tag)
  kSecondForkAnswers,    // bob's second phone answers too  (a 2xx with another tag)
  kSecondForkRings,      // bob's second phone rings reliably   (180 with another tag, 100rel)
  kChallenges,           // bob challenges BYE            (401, once), or INVITE
  kFirstForkEnds,        // bob's first phone gives up    (199; from now on the other one speaks)
  kDoesNotRing,          // bob does not ring             (no provisional response)
  kAsksForOffer,         // bob asks for an offer         (a re-INVITE without one)
  kWantsLongerSessions,  // bob wants longer sessions     (422 to a shorter one)
  kReportsSuccess,       // bob reports success           (NOTIFY: whom he was sent to answered)
  kTransfers,            // alice transfers               (REFER, to somebody)
  kStandsStill,          // alice stands still            (for 40 seconds)
  kCrashes,              // alice crashes                 (and starts again from her log)
  kTimePasses,           // a moment passes, 44 seconds pass
};

struct Action {
  std::string actor;  // empty for "audio goes on"
  Verb verb = Verb::kAnswers;
  std::string object = {};         // who is called
  Method method = Method::kOther;  // kSends, kRepeats, kChallenges
  int status = 0;                  // kRepeats: of a response
  std::string other = {};          // kCallsInPlaceOf: of whom
  Duration lasts{};                // kTimePasses
  Duration at{};  // in a race: how long behind its beginning it shows at the engine
  std::uint32_t line = 0;
  bool operator==(const Action&) const = default;
};

// Actions that share one instant; the written order is choice 0. A step of one action does not
// race.
struct Step {
  std::vector<Action> actions;
  bool operator==(const Step&) const = default;
};

// What a scenario can promise of a run's end, beside all invariants. Each is one phrase of the
// grammar (sim/phrases.cpp); judged by sim/expect.
enum class Promise : std::uint8_t {
  kGets,                // bob gets 200 to BYE
  kEnds,                // alice's call ends: remote-bye or dialog-failure
  kEndsForced,          // alice's call ends forced: Client, Media
  kRefusedAsEnding,     // alice's hold fails: call is ending
  kEveryLayerConfirms,  // every layer confirms
};

struct Expectation {
  std::string text;  // as written
  std::uint32_t line = 0;
  Promise promise = Promise::kEveryLayerConfirms;
  std::string actor = {};          // all but kEveryLayerConfirms
  int status = 0;                  // kGets
  Method method = Method::kOther;  // kGets
  EnumSet<Cause> causes = {};      // kEnds: one of these
  CleanupLayers missing = {};      // kEndsForced
  Op op = Op::kHangup;             // kRefusedAsEnding
  bool operator==(const Expectation&) const = default;
};

// "immediate fails I-53": the verdict for a rule set or a mutant.
struct Verdict {
  std::string under;  // "two-phase", "immediate", "plan-held" ...
  bool holds = true;
  std::vector<std::string> invariants;  // if it fails: one of these must be named
  std::uint32_t line = 0;
  bool operator==(const Verdict&) const = default;
};

// Messages that must have crossed in some run of a search: the race that the scenario is about,
// found by search and not scripted.
struct Meeting {
  std::string text;  // as written
  std::uint32_t line = 0;
  Crossing crossing;
  bool operator==(const Meeting&) const = default;
};

struct Scenario {
  std::string name;  // "R-TP-22", the file name without .txt
  std::string title;
  std::string source;  // where the race is described: "RFC 5407 3.2.2"
  std::vector<Actor> actors;
  std::vector<Step> given;  // one after the other, each when the one before has had its effect
  std::vector<Step> races;  // then these, one after the other
  std::vector<Expectation> expect;
  std::vector<Meeting> meets;
  std::vector<Verdict> verdicts;
  // How long a datagram may travel here, the boring one first; none: delays::kFlight. And how much
  // later than that the user of the engine may act. No file says it: of calls out of a capture.
  std::vector<Duration> flights = {};
  bool operator==(const Scenario&) const = default;
};

struct ScenarioError {
  std::uint32_t line = 0;  // from 1
  std::string sentence;    // names what stands there and the nearest word that would be right
};

// Reads a scenario file. `name` is what its first word must be: the file name without ".txt".
[[nodiscard]] std::expected<Scenario, ScenarioError> parse_scenario(std::string_view name,
                                                                    std::string_view text);

}  // namespace lastcall::sim
