// The scripted and the recorded races of an archive of captures, each judged by the right rule.
// Skipped where there is no such archive: LASTCALL_CAPTURES names its folder.

#include "replay/capture/import.hpp"
#include "replay/wire/ladder.hpp"
#include "replay/wire/seat.hpp"
#include "tests/replay/wire/scripted.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace lastcall::replay::wire {
namespace {

namespace fs = std::filesystem;

// Nothing, and the test is skipped, if there is no archive.
std::optional<fs::path> archive() {
  const char* named = std::getenv("LASTCALL_CAPTURES");
  const fs::path folder{named == nullptr ? CAPTURE_ARCHIVE : named};
  return fs::exists(folder / "INDEX.md") ? std::optional{folder} : std::nullopt;
}
constexpr const char* kNoArchive =
    "There is no archive of captures: set LASTCALL_CAPTURES to its folder.";

struct Read {
  Calls calls;
  Scope scope;
};

Read read(const fs::path& path) {
  Traffic traffic;
  capture::Listener listener;
  listener.on_message = [&](const capture::Captured& each) { traffic.add(each); };
  listener.on_media = [&](const capture::MediaPacket& each) { traffic.add(each); };
  const auto report = capture::import_file(path, listener);
  EXPECT_TRUE(report.has_value()) << path;
  return {traffic.take(), {report ? report->last.at_ns : 0}};
}

TEST(WireArchive, EachRaceIsJudgedByItsRule) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  const std::map<std::string, std::string> expected{
      {"lab_synth/crossbye-200.pcap", "R-5407-3.2.1"},
      {"lab_synth/holdbye-cross.pcap", "R-5407-3.2.2"},
      {"lab_synth/cancel-cross-200.pcap", "R-5407-3.1.2"},
      {"lab_synth/bye-before-ack.pcap", "I-33"},
      {"lab_synth/reinvite-glare-491.pcap", "R-5407-3.3.1"},
      {"lab_synth/ack-lost-200-retrans.pcap", "I-29"},
      {"lab_synth/late-bye-481-storm.pcap", "I-31 I-27 I-31 I-27 I-31 I-27"},
      {"lab_synth/hold-link-eth.pcap", ""},
      {"lab_synth/hold-ipv6-tcp.pcap", ""},
      {"lab_sipp/lab-hold-udp.pcap", ""},
      {"lab_sipp/lab-kam-fork-udp.pcap", ""},
      {"lab_sipp/lab-byeretr-udp.pcap", "I-21"},
      {"lab_sipp/lab-crossbye-udp.pcap", "I-26? I-31"},
      {"lab_sipp/lab-kam-cancel-udp.pcap", "grammar"},
      {"lab_sipp/lab-crossbye-udp.uac.sipp.log", "I-26? I-31"},
  };
  for (const auto& [file, named] : expected) {
    const Read found = read(*folder / file);
    ASSERT_EQ(found.calls.calls.size(), 1U) << file;
    const Findings findings = judge(found.calls.calls[0], found.scope);
    EXPECT_EQ(rules(findings), named) << file << "\n" << sentences(findings);
  }
}

// How lastcall differs from what that seat sent.
std::string differences_of(const fs::path& path, const char* as) {
  const Read found = read(path);
  const auto rerun = rerun_seat(found.calls.calls.at(0), as);
  if (!rerun) return rerun.error();
  for (const sim::Finding& each : rerun->findings) ADD_FAILURE() << path << as << each.sentence;
  std::string text;
  for (const Compared& each : rerun->messages) {
    if (each.likeness == Likeness::kDifferent) text += each.why + "; ";
  }
  return text;
}

// lastcall in either seat of each race does what was captured, where that was right; where it was
// not, it does something else, which is told.
TEST(WireArchive, EachRaceIsRunAgainInEitherSeat) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  struct Expected {
    const char* file;
    const char* as_caller;
    const char* as_callee;
    const char* callee = "callee";
  };
  // The storm is three BYEs of the callee for a call that is over: lastcall sends none, and answers
  // them with 200, not 481. Behind the glare lastcall would offer again. In the crossing, the
  // caller's second BYE was never answered. Behind a proxy the callee has its own address.
  const Expected expected[] = {
      {"lab_synth/crossbye-200.pcap", "", ""},
      {"lab_synth/holdbye-cross.pcap", "", ""},
      {"lab_synth/cancel-cross-200.pcap", "", ""},
      {"lab_synth/bye-before-ack.pcap", "", ""},
      {"lab_synth/ack-lost-200-retrans.pcap", "", ""},
      {"lab_synth/late-bye-481-storm.pcap",
       "lastcall sends 200; lastcall sends 200; lastcall sends 200; ",
       "lastcall does not send it; lastcall does not send it; lastcall does not send it; "},
      {"lab_synth/reinvite-glare-491.pcap", "", "only lastcall sends it; lastcall sends 491; "},
      {"lab_synth/hold-link-eth.pcap", "", ""},
      {"lab_sipp/lab-hold-udp.pcap", "", ""},
      {"lab_sipp/lab-byeretr-udp.pcap", "", ""},
      {"lab_sipp/lab-crossbye-udp.pcap", "lastcall does not send it; ", "only lastcall sends it; "},
      {"lab_sipp/lab-kam-cancel-udp.pcap", "", "", "127.0.0.21"},
      {"lab_sipp/lab-kam-fork-udp.pcap", "", "", "127.0.0.21"},
  };
  for (const Expected& each : expected) {
    EXPECT_EQ(differences_of(*folder / each.file, "caller"), each.as_caller) << each.file;
    EXPECT_EQ(differences_of(*folder / each.file, each.callee), each.as_callee) << each.file;
  }
}

std::string content_of(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// What TRUTH.json says each scripted capture was made from is what its ladder shows: who sent what
// to whom, and when.
TEST(WireArchive, LaddersOfScriptedCapturesShowWhatWasPlayed) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  const auto truth = boost::json::parse(content_of(*folder / "lab_synth" / "TRUTH.json"));
  std::size_t compared = 0;
  for (const auto& [file, script] : truth.as_object()) {
    const Read found = read(*folder / "lab_synth" / std::string{file});
    if (found.calls.calls.empty()) continue;  // every message is cut
    Ladder ladder = ladder_of(found.calls.calls.at(0), Findings{});
    std::erase_if(ladder.rows, [](const Row& row) { return !row.arrow; });
    const auto& steps = script.at("steps").as_array();
    ASSERT_EQ(ladder.rows.size(), steps.size()) << file;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Row& row = ladder.rows[i];
      const std::string line{steps[i].at(2).as_string()};
      const std::string cseq{steps[i].at(3).as_string()};
      const std::string method = cseq.substr(cseq.rfind(' ') + 1);
      const std::string label =
          line.starts_with("SIP/2.0") ? line.substr(8, 3) + " to " + method : method;
      EXPECT_EQ(row.arrow->label, label) << file << " " << i;
      EXPECT_EQ(row.arrow->from == 0 ? "A>B" : "B>A", steps[i].at(1).as_string()) << file;
      const auto after = static_cast<double>((row.at - ladder.rows[0].at).count()) / 1e9;
      EXPECT_NEAR(after, steps[i].at(0).to_number<double>(), 2e-6) << file << " " << i;
    }
    ++compared;
  }
  EXPECT_GT(compared, 10U);
}

// Nothing in an archive of many programs' calls makes the judge fall over, and every capture comes
// to a verdict.
TEST(WireArchive, EveryCaptureIsJudged) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  std::size_t calls = 0;
  for (const auto& entry : fs::recursive_directory_iterator(*folder)) {
    if (!entry.is_regular_file()) continue;
    Traffic traffic;
    const auto report = capture::import_file(
        entry.path(), {[&](const capture::Captured& each) { traffic.add(each); },
                       {},
                       [&](const capture::MediaPacket& each) { traffic.add(each); }});
    if (!report) continue;
    const Calls found = traffic.take();
    for (const Call& call : found.calls) {
      const Findings findings = judge(call, {report->last.at_ns});
      (void)ladder_of(call, findings);
      for (const Finding& each : findings) EXPECT_FALSE(each.packets.empty()) << each.sentence;
      ++calls;
    }
  }
  EXPECT_GT(calls, 40U);
}

}  // namespace
}  // namespace lastcall::replay::wire
