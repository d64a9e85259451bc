// The grammar of scenario files, word by word, and what is said of a wrong word.

#include "sim/scenario.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace lastcall::sim {
namespace {

constexpr std::string_view kHead =
    "tale  a tale for tests  RFC 3261\n"
    "actors   alice engine, bob peer\n";

// The scenario behind the usual head; fails the test if it is refused.
Scenario parsed(const std::string& rest) {
  const auto scenario = parse_scenario("tale", std::string{kHead} + rest);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().line << ": " << scenario.error().sentence;
  return scenario.value_or(Scenario{});
}

// The complaint about it, with its line.
std::pair<std::uint32_t, std::string> complaint(const std::string& text) {
  const auto scenario = parse_scenario("tale", text);
  EXPECT_FALSE(scenario.has_value()) << text;
  if (scenario) return {};
  return {scenario.error().line, scenario.error().sentence};
}
std::pair<std::uint32_t, std::string> complaint_about(const std::string& rest) {
  return complaint(std::string{kHead} + rest);
}
using Said = std::pair<std::uint32_t, std::string>;

TEST(Scenario, ReadsTheFirstLine) {
  const Scenario scenario = parsed("given bob calls alice\n");
  EXPECT_EQ(scenario.name, "tale");
  EXPECT_EQ(scenario.title, "a tale for tests");
  EXPECT_EQ(scenario.source, "RFC 3261");
}

TEST(Scenario, ReadsActors) {
  const Scenario scenario = parsed("         carol peer\ngiven bob calls alice\n");
  const std::vector<Actor> actors{
      {"alice", ActorKind::kEngine}, {"bob", ActorKind::kPeer}, {"carol", ActorKind::kPeer}};
  EXPECT_EQ(scenario.actors, actors);
}

struct Phrase {
  std::string text;
  Action action;
};
class ActionPhrase : public testing::TestWithParam<Phrase> {};

TEST_P(ActionPhrase, IsRead) {
  const Scenario scenario = parsed("given " + GetParam().text + "\n");
  Action expected = GetParam().action;
  expected.line = 3;
  ASSERT_EQ(scenario.given.size(), 1U);
  EXPECT_EQ(scenario.given.front().actions, std::vector<Action>{expected});
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, ActionPhrase,
    testing::Values(
        Phrase{"bob calls alice", {"bob", Verb::kCalls, "alice"}},
        Phrase{"alice calls bob", {"alice", Verb::kCalls, "bob"}},
        Phrase{"alice answers", {"alice", Verb::kAnswers}},
        Phrase{"bob answers", {"bob", Verb::kAnswers}},
        Phrase{"alice rejects", {"alice", Verb::kRejects}},
        Phrase{"alice hangs up", {"alice", Verb::kHangsUp}},
        Phrase{"bob hangs up", {"bob", Verb::kHangsUp}},
        Phrase{"alice holds", {"alice", Verb::kHolds}},
        Phrase{"alice resumes", {"alice", Verb::kResumes}},
        Phrase{"bob sends BYE", {"bob", Verb::kSends, {}, Method::kBye}},
        Phrase{"bob repeats BYE", {"bob", Verb::kRepeats, {}, Method::kBye}},
        Phrase{"bob repeats 200 to INVITE", {"bob", Verb::kRepeats, {}, Method::kInvite, 200}},
        Phrase{"bob repeats INVITE by another way",
               {"bob", Verb::kRepeatsElsewhere, {}, Method::kInvite}},
        Phrase{"bob challenges INVITE", {"bob", Verb::kChallenges, {}, Method::kInvite}},
        Phrase{"bob calls alice in place of bob",
               {"bob", Verb::kCallsInPlaceOf, "alice", Method::kOther, 0, "bob"}},
        Phrase{"alice calls bob by name", {"alice", Verb::kCallsByName, "bob"}},
        Phrase{"alice crashes", {"alice", Verb::kCrashes}},
        Phrase{"alice stands still", {"alice", Verb::kStandsStill}},
        Phrase{"bob sends UPDATE", {"bob", Verb::kSends, {}, Method::kUpdate}},
        Phrase{"audio both ways", {"", Verb::kAudioFlows}},
        Phrase{"audio goes on", {"", Verb::kAudioFlows}},
        Phrase{"alice's client never confirms", {"alice", Verb::kClientNeverConfirms}},
        Phrase{"alice's media never stops", {"alice", Verb::kMediaNeverStops}}));

TEST(Scenario, GivenStepsFollowOneAnotherAlsoOverLines) {
  const Scenario scenario = parsed("given bob calls alice; alice answers\n      alice holds\n");
  ASSERT_EQ(scenario.given.size(), 3U);
  EXPECT_EQ(scenario.given[2].actions.front().verb, Verb::kHolds);
  EXPECT_EQ(scenario.given[2].actions.front().line, 4U);
}

TEST(Scenario, ARaceSharesOneStepAndTheNextLineIsTheNextRace) {
  const Scenario scenario =
      parsed("race bob sends BYE | audio goes on\n     alice holds\nrace alice hangs up\n");
  ASSERT_EQ(scenario.races.size(), 3U);
  EXPECT_EQ(scenario.races[0].actions.size(), 2U);
  EXPECT_EQ(scenario.races[1].actions.front().verb, Verb::kHolds);
  EXPECT_EQ(scenario.races[2].actions.front().verb, Verb::kHangsUp);
}

TEST(Scenario, CommentsAndEmptyLinesMeanNothing) {
  const Scenario scenario = parsed("# a comment\n\ngiven bob calls alice # rings\n");
  ASSERT_EQ(scenario.given.size(), 1U);
  EXPECT_EQ(scenario.given.front().actions.front().object, "alice");
}

TEST(Scenario, ReadsExpectations) {
  const Scenario scenario = parsed(
      "given bob calls alice\n"
      "expect bob gets 200 to BYE\n"
      "       alice's call ends: remote-bye or no-ack\n"
      "       alice's call ends forced: Client, Media\n"
      "       alice's hold fails: call is ending\n"
      "       every layer confirms\n");
  ASSERT_EQ(scenario.expect.size(), 5U);
  const Expectation& gets = scenario.expect[0];
  EXPECT_EQ(gets.promise, Promise::kGets);
  EXPECT_EQ(gets.actor, "bob");
  EXPECT_EQ(gets.status, 200);
  EXPECT_EQ(gets.method, Method::kBye);
  EXPECT_EQ(gets.text, "bob gets 200 to BYE");
  EXPECT_EQ(scenario.expect[1].promise, Promise::kEnds);
  EXPECT_EQ(scenario.expect[1].actor, "alice");
  EXPECT_EQ(scenario.expect[1].causes, (EnumSet<Cause>{Cause::kRemoteBye, Cause::kNoAck}));
  EXPECT_EQ(scenario.expect[2].promise, Promise::kEndsForced);
  EXPECT_EQ(scenario.expect[2].missing,
            (CleanupLayers{CleanupLayer::kClient, CleanupLayer::kMedia}));
  EXPECT_EQ(scenario.expect[3].promise, Promise::kRefusedAsEnding);
  EXPECT_EQ(scenario.expect[3].op, Op::kHold);
  EXPECT_EQ(scenario.expect[4].promise, Promise::kEveryLayerConfirms);
  EXPECT_EQ(scenario.expect[4].line, 8U);
}

TEST(Scenario, ReadsVerdicts) {
  const Scenario scenario = parsed(
      "given bob calls alice\n"
      "verdict two-phase holds\n"
      "        plan-literal fails PO-1 or I-18\n");
  const std::vector<Verdict> verdicts{{"two-phase", true, {}, 4},
                                      {"plan-literal", false, {"PO-1", "I-18"}, 5}};
  EXPECT_EQ(scenario.verdicts, verdicts);
}

TEST(ScenarioError, NamesTheNearestWord) {
  EXPECT_EQ(complaint_about("givn bob calls alice\n"),
            (Said{3, "'givn' is no keyword; the nearest is 'given'"}));
  EXPECT_EQ(complaint_about("given alice anwsers\n"),
            (Said{3, "'anwsers' is no action; the nearest is 'answers'"}));
  EXPECT_EQ(complaint_about("given bobb calls alice\n"),
            (Said{3, "'bobb' is no actor; the nearest is 'bob'"}));
  EXPECT_EQ(complaint_about("given audio booth ways\n"),
            (Said{3, "'audio booth ways' is no action; the nearest is 'audio both ways'"}));
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect bob gets 200 to BYEE\n"),
            (Said{4, "'BYEE' is no method; the nearest is 'BYE'"}));
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect alice's call ends: remot-bye\n"),
            (Said{4, "'remot-bye' is no cause; the nearest is 'remote-bye'"}));
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect alice's call ends forced: Klient\n"),
            (Said{4, "'Klient' is no layer; the nearest is 'Client'"}));
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect alice's hald fails: call is ending\n"),
            (Said{4, "'hald' is no operation; the nearest is 'hold'"}));
  EXPECT_EQ(complaint_about("verdict two-phase hold\n"),
            (Said{3, "'hold' is no verdict; the nearest is 'holds'"}));
  EXPECT_EQ(complaint("tale  a  b\nactors alice enginee\n"),
            (Said{2, "'enginee' is no kind of actor; the nearest is 'engine'"}));
}

TEST(ScenarioError, SaysWhoCanDoWhat) {
  EXPECT_EQ(complaint_about("race alice sends BYE\n").second,
            "only a peer sends BYE; the engine 'alice' does what a user can do");
  EXPECT_EQ(complaint_about("given bob's client never confirms\n").second,
            "'bob' is a peer; only an engine has a client and media");
  EXPECT_EQ(complaint_about("given bob calls bob\n").second,
            "'bob' cannot call 'bob': a call is between the engine and a peer");
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect alice gets 200 to BYE\n").second,
            "'alice' is the engine: expect something of 'alice's'");
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect bob's call ends: remote-bye\n").second,
            "'bob' is a peer: expect what it 'gets'");
}

TEST(ScenarioError, SaysWhatIsMissing) {
  EXPECT_EQ(complaint("").second, "the file is empty");
  EXPECT_EQ(complaint("tale  only two parts\n").first, 1U);
  EXPECT_EQ(complaint("other  a  b\n").second,
            "the name 'other' should be that of the file, 'tale'");
  EXPECT_EQ(complaint_about("").second, "nothing happens: write 'given' or 'race'");
  EXPECT_EQ(complaint("tale  a  b\nactors bob peer\ngiven audio both ways\n").second,
            "no actor is an engine: 'actors' needs one, such as 'alice engine'");
  EXPECT_EQ(complaint("tale  a  b\nactors alice engine\ngiven audio both ways\n").second,
            "no actor is a peer: 'actors' needs one, such as 'bob peer'");
  EXPECT_EQ(complaint("tale  a  b\n  bob peer\n").second,
            "an indented line goes on with a keyword, and none is open");
  EXPECT_EQ(complaint_about("verdict immediate fails\n").second,
            "'immediate fails' lacks an invariant at its end, such as I-53");
  EXPECT_EQ(complaint_about("actors bob peer\n").second, "two actors 'bob'");
}

TEST(Scenario, ASecondEngineStandsAtTheOtherEnd) {
  const Scenario scenario = parsed("actors carol engine\ngiven carol calls alice\n");
  EXPECT_EQ(scenario.actors.back().kind, ActorKind::kSecondEngine);
  EXPECT_EQ(scenario.given.front().actions.front().verb, Verb::kCalls);
  EXPECT_EQ(complaint_about("actors carol engine\ngiven carol calls bob\n").second,
            "'carol' cannot call 'bob': a call is between the engine and a peer");
}

TEST(ScenarioError, RefusesWhatFollowsAComplaintFreeStart) {
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect bob gets 2000 to BYE\n").second,
            "'2000' is no SIP status from 100 to 699");
  EXPECT_EQ(complaint_about("given bob calls alice\nexpect bob gets 200 for BYE\n").second,
            "'for' should be 'to', as in '200 to BYE'");
  EXPECT_EQ(complaint_about("verdict immediate fails I-53 and I-54\n").second,
            "'and' should be 'or'");
  EXPECT_EQ(complaint_about("verdict two-phase holds I-53\n").second,
            "nothing may follow 'two-phase holds'");
}

}  // namespace
}  // namespace lastcall::sim
