// What leaves for other programs and people: hostile text stays text, nothing private is left in a
// scrubbed call, and what is written can be read again.

#include "engine/sip/parse.hpp"
#include "replay/capture/import.hpp"
#include "replay/exports/captured_report.hpp"
#include "replay/exports/markup.hpp"
#include "replay/exports/pcapng.hpp"
#include "replay/exports/scrub.hpp"
#include "replay/exports/sipp.hpp"
#include "replay/wire/ladder.hpp"
#include "replay/wire/states.hpp"
#include "tests/replay/wire/scripted.hpp"

#include <cstdio>
#include <fstream>

namespace lastcall::replay::exports {
namespace {

using wire::Scripted;

constexpr std::int64_t kMinuteNs = 60'000'000'000;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

wire::Call crossing() {
  Scripted script;
  script.answered().alice(1'000, "BYE", 2).bob(1'003, "BYE", 101);
  script.bob(1'030, "200 to BYE", 2).alice(1'033, "200 to BYE", 101);
  return script.take().calls.at(0);
}

// A Call-ID, a header and a body that want to be markup, a script, or commands for a terminal.
wire::Call hostile() {
  const std::string evil = "</script><script>alert(1)</script>\"'&\x1b[2J";
  Scripted script;
  script.alice(0, "INVITE", 1,
               {.to_tag = "", .lines = "Subject: " + evil + "\r\n", .call_id = "<b>&\"'x"});
  return script.take().calls.at(0);
}

TEST(Markup, EverythingThatIsMarkupBecomesText) {
  EXPECT_EQ(escaped("<a b=\"c\" d='e'>&\x1b"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\\x1B");
  EXPECT_EQ(script_string("</script>&\xE2\x80\xA8"), "\"\\u003c/script\\u003e\\u0026\\u2028\"");
  EXPECT_EQ(mermaid_text("a;b#c\n"), "a#59;b#35;c#92;x0A");
}

TEST(Report, HostileMessagesCannotInjectMarkup) {
  const wire::Call call = hostile();
  const wire::Findings findings = wire::judge(call, {kMinuteNs});
  const std::string html = to_html(report_of({call, findings}));
  EXPECT_EQ(count(html, "<script"), 2U);  // the details and the slider
  EXPECT_EQ(count(html, "</script"), 2U);
  EXPECT_EQ(html.find("<b>"), html.npos);
  EXPECT_EQ(html.find('\x1b'), html.npos);
  EXPECT_NE(html.find("default-src 'none'"), html.npos);
  EXPECT_EQ(html.find("http://"), html.npos);  // it names nothing to load
  EXPECT_EQ(html.find("https://"), html.npos);
  const std::string junit = to_junit("<suite>", std::vector<JudgedCall>{{call, findings}});
  EXPECT_EQ(junit.find("<b>"), junit.npos);
}

TEST(Report, EveryRowOfTheLadderHasItsState) {
  const wire::Call call = crossing();
  const Report report = report_of({call, wire::judge(call, {kMinuteNs})});
  ASSERT_EQ(report.details.size(), report.ladder.rows.size());
  EXPECT_TRUE(report.details[0].state.starts_with("Preparative"));
  std::size_t with_bytes = 0;
  for (const Detail& each : report.details) with_bytes += each.bytes.empty() ? 0 : 1;
  EXPECT_EQ(with_bytes, call.messages.size());
}

TEST(States, FollowTheWordsOfRfc5407) {
  const std::vector<std::string> states = wire::states_of(crossing());
  EXPECT_EQ(states, (std::vector<std::string>{
                        "Preparative; open: INVITE (CSeq 1)", "Preparative; open: INVITE (CSeq 1)",
                        "Early; open: INVITE (CSeq 1)", "Moratorium", "Established",
                        "Mortal; open: BYE (CSeq 2)", "Mortal; open: BYE (CSeq 2), BYE (CSeq 101)",
                        "Morgue; open: BYE (CSeq 101)", "Morgue"}));
}

TEST(Diagrams, ShowEveryMessage) {
  const wire::Call call = crossing();
  const Ladder ladder = wire::ladder_of(call, wire::judge(call, {kMinuteNs}));
  const std::string svg = to_svg(ladder);
  EXPECT_EQ(count(svg, ">BYE<"), 2U);
  EXPECT_EQ(count(svg, "class=\"row\""), ladder.rows.size());
  const std::string mermaid = to_mermaid(ladder);
  EXPECT_NE(mermaid.find("P0->>P1: INVITE"), mermaid.npos);
  EXPECT_NE(mermaid.find("P1->>P0: BYE"), mermaid.npos);
  EXPECT_NE(mermaid.find("R-5407-3.2.1"), mermaid.npos);
}

// Both sides keep the order that the tap saw.
TEST(Sipp, EachSidesStepsAreThoseOfTheCapture) {
  const auto pair = to_sipp(crossing());
  ASSERT_TRUE(pair.has_value());
  const std::string& caller = pair->caller;
  const std::size_t bye = caller.find("BYE [$target] SIP/2.0");
  const std::size_t theirs = caller.find("<recv request=\"BYE\">");
  const std::size_t answer = caller.rfind("SIP/2.0 200");
  ASSERT_NE(bye, caller.npos);
  EXPECT_LT(bye, theirs);
  EXPECT_LT(theirs, answer);
  EXPECT_NE(caller.find("<pause milliseconds=\"490\"/>"), caller.npos);
  EXPECT_NE(caller.find("CSeq: 2 BYE"), caller.npos);
  EXPECT_NE(pair->callee.find("CSeq: 101 BYE"), pair->callee.npos);
  EXPECT_EQ(pair->callee.find("192.0.2.10"), pair->callee.npos);  // runs anywhere
}

// A faster system answers the first BYE before the second one is sent; sipp gives up on what it was
// not told of.
TEST(Sipp, AnAnswerThatMayOvertakeTheNextRequestIsAwaitedAtAnyTime) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = ""}).bob(10, "200 to INVITE", 1).alice(20, "ACK", 1);
  script.alice(30, "BYE", 2).alice(30, "BYE", 3).bob(40, "200 to BYE", 2).bob(40, "200 to BYE", 3);
  const auto pair = to_sipp(script.take().calls.at(0));
  ASSERT_TRUE(pair.has_value());
  const std::string& caller = pair->caller;
  const std::size_t any_time = caller.find("response_txn=\"2\" optional=\"global\"");
  const std::size_t first = caller.find("<recv response=\"200\">");
  const std::size_t begun = caller.find("<send start_txn=\"2\">");
  const std::size_t in_place = caller.find("<recv response=\"200\" response_txn=\"2\"/>");
  ASSERT_NE(in_place, caller.npos) << caller;
  EXPECT_LT(any_time, first);
  EXPECT_LT(first, begun);
  EXPECT_LT(begun, in_place);
  EXPECT_EQ(count(caller, "start_txn"), 2U);  // the last one may meet the step that asks for it
  EXPECT_EQ(count(pair->callee, "txn"), 0U);
}

TEST(Sipp, ACallWithoutItsBeginningIsNoScenario) {
  Scripted script;
  script.alice(0, "BYE", 2).bob(10, "200 to BYE", 2);
  EXPECT_FALSE(to_sipp(script.take().calls.at(0)).has_value());
}

TEST(Sipp, CapturedTextIsNoKeywordAndEndsNoScenario) {
  Scripted script;
  script.alice(0, "INVITE", 1, {.to_tag = "", .lines = "Reason: SIP;text=\"]]><x>[call_id]\"\r\n"});
  const auto pair = to_sipp(script.take().calls.at(0));
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(count(pair->caller, "]]>"), 1U);
  EXPECT_EQ(count(pair->caller, "[call_id]"), 1U);
}

TEST(Pcapng, WhatIsWrittenIsImportedAgain) {
  const wire::Call call = crossing();
  const wire::Findings findings = wire::judge(call, {kMinuteNs});
  const std::string path = testing::TempDir() + "lastcall-exports.pcapng";
  const MediaDatagram rtp{{6, 600'000'000},
                          {{{192, 0, 2, 10}}, {{198, 51, 100, 20}}, 4000, 4002},
                          std::string("\x80\x00\x00\x01", 4) + std::string(8, '\1')};
  std::ofstream{path, std::ios::binary} << to_pcapng(call, findings, {rtp});
  wire::Traffic traffic;
  std::vector<std::string> bytes;
  std::uint64_t media = 0;
  capture::Listener listener;
  listener.on_message = [&](const capture::Captured& each) {
    bytes.emplace_back(each.bytes);
    traffic.add(each);
  };
  listener.on_media = [&](const capture::MediaPacket&) { ++media; };
  const auto report = capture::import_file(path, listener);
  std::remove(path.c_str());
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->problem_count, 0U);
  EXPECT_EQ(media, 1U);
  ASSERT_EQ(bytes.size(), call.messages.size());
  const wire::Call again = traffic.take().calls.at(0);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(bytes[i], call.at(i).sip.bytes());
    EXPECT_EQ(again.at(i).source, call.at(i).source);
    EXPECT_EQ(again.at(i).mark.at_ns, call.at(i).mark.at_ns);
  }
  EXPECT_EQ(wire::rules(wire::judge(again, {kMinuteNs})), wire::rules(findings));
}

TEST(Pcapng, EachPacketSaysItsCause) {
  const wire::Call call = crossing();
  EXPECT_EQ(cause_of(call, 0), "INVITE (CSeq 1) of the caller");
  EXPECT_EQ(cause_of(call, 3), "200 to INVITE (CSeq 1) of the callee, answers packet 1");
  EXPECT_EQ(cause_of(call, 4), "ACK (CSeq 1) of the caller, acknowledges packet 4");
}

TEST(Scrub, NothingPrivateIsLeftAndTheVerdictIsTheSame) {
  Scripted script;
  script.alice(0, "INVITE", 1,
               {.to_tag = "",
                .lines = "User-Agent: Secret/1.0\r\nP-Asserted-Identity: \"Alice Doe\" "
                         "<sip:+4930123456@corp.example>\r\nX-Account: 4711\r\n",
                .body = wire::sdp("192.0.2.10", 4000)});
  script.bob(500, "200 to INVITE", 1, {.body = wire::sdp("198.51.100.20", 4002)});
  script.alice(510, "ACK", 1).alice(1'000, "BYE", 2).bob(1'010, "481 to BYE", 2);
  const wire::Call call = script.take().calls.at(0);
  const wire::Call scrubbed = Scrubber{}.scrub(call);
  ASSERT_EQ(scrubbed.messages.size(), call.messages.size());
  for (std::size_t i = 0; i < call.messages.size(); ++i) {
    const SipMessage& before = call.at(i).sip;
    const SipMessage& after = scrubbed.at(i).sip;
    for (const char* secret : {"192.0.2.10", "198.51.100.20", "sip:alice", "sip:bob", "Alice",
                               "4930123456", "corp.example", "Secret", "4711", "call@alice"}) {
      EXPECT_EQ(after.bytes().find(secret), std::string::npos) << secret << "\n" << after.bytes();
    }
    EXPECT_EQ(after.from_tag(), before.from_tag());
    EXPECT_EQ(after.to_tag(), before.to_tag());
    EXPECT_EQ(after.via().branch, before.via().branch);
    EXPECT_EQ(after.cseq(), before.cseq());
    EXPECT_EQ(scrubbed.at(i).mark, call.at(i).mark);
  }
  EXPECT_EQ(wire::rules(wire::judge(scrubbed, {kMinuteNs})), "I-27");
}

TEST(Scrub, OneNameHasOneStandIn) {
  Scrubber scrubber;
  const std::string first = scrubber.host("pbx.example.com");
  EXPECT_EQ(scrubber.host("pbx.example.com"), first);
  EXPECT_NE(scrubber.host("other.example.com"), first);
  EXPECT_EQ(scrubber.host("0.0.0.0"), "0.0.0.0");  // says that it is held
}

}  // namespace
}  // namespace lastcall::replay::exports
