// An archive of captures of many programs, with an INDEX.md that says what is in each: every file
// is imported with these counts, or refused in a sentence. Where tshark is installed it counts the
// same file too. Skipped where there is no such archive: LASTCALL_CAPTURES names its folder.

#include "replay/capture/tally.hpp"
#include "replay/capture/traces.hpp"
#include "tests/replay/capture/importing.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>

namespace lastcall::replay::capture {
namespace {

namespace fs = std::filesystem;

// What is counted, as text: "INVITE1 ACK1", "100:1 200:2", in the order of the alphabet.
struct Counts {
  std::string packets, call_ids, methods, answers;
  bool operator==(const Counts&) const = default;
};
void PrintTo(const Counts& counts, std::ostream* out) {
  *out << counts.packets << " packets, " << counts.call_ids << " Call-IDs, " << counts.methods
       << ", " << counts.answers;
}

struct Row {
  std::string file;
  std::string container;
  Counts counts;  // empty if the index has none
  std::string note;
};

std::vector<std::string> words_of(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream stream{text};
  for (std::string word; std::getline(stream, word, separator);) words.push_back(word);
  return words;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" `");
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(" `") - begin + 1);
}

std::string sorted(const std::string& text) {
  std::vector<std::string> words = words_of(text, ' ');
  std::ranges::sort(words);
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

std::vector<Row> rows_of(const fs::path& index) {
  std::vector<Row> rows;
  std::ifstream stream{index};
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    for (const std::string& cell : words_of(line, '|')) cells.push_back(trimmed(cell));
    if (cells.size() < 7) continue;
    rows.push_back({cells[1],
                    cells[2],
                    {cells[3], cells[4], sorted(cells[5]), sorted(cells[6])},
                    cells.back()});
  }
  return rows;
}

Counts counts_of(std::uint64_t packets, std::size_t call_ids,
                 const std::map<std::string, std::uint64_t>& methods,
                 const std::map<int, std::uint64_t>& answers) {
  Counts counts{std::to_string(packets), std::to_string(call_ids), "", ""};
  for (const auto& [method, count] : methods)
    counts.methods += method + std::to_string(count) + " ";
  for (const auto& [status, count] : answers) {
    counts.answers += std::to_string(status) + ":" + std::to_string(count) + " ";
  }
  counts.methods = sorted(trimmed(counts.methods));
  counts.answers = sorted(trimmed(counts.answers));
  return counts;
}

Counts ours(const std::string& path) {
  Tally tally;
  const auto report = import_file(path, {[&](const Captured& each) { tally.add(each); }});
  if (!report) return {"refused: " + report.error().sentence, "", "", ""};
  return counts_of(report->packets, tally.call_ids(), tally.methods(), tally.answers());
}

bool has_tshark() { return std::system("command -v tshark >/dev/null 2>&1") == 0; }

// What tshark sees: a line for each packet, several values of a field with commas between them.
Counts tsharks(const std::string& path) {
  const std::string command = "tshark -n -r '" + path +
                              "' -T fields -e frame.number -e sip.Method -e sip.Status-Code "
                              "-e sip.Call-ID 2>/dev/null";
  std::map<std::string, std::uint64_t> methods;
  std::map<int, std::uint64_t> answers;
  std::map<std::string, int> call_ids;
  std::uint64_t packets = 0;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  std::string line;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    std::vector<std::string> cells = words_of(line, '\t');
    cells.resize(4);
    ++packets;
    for (const std::string& method : words_of(cells[1], ',')) ++methods[method];
    for (const std::string& status : words_of(cells[2], ',')) ++answers[std::stoi(status)];
    for (const std::string& call_id : words_of(cells[3], ',')) ++call_ids[call_id];
    line.clear();
  }
  return counts_of(packets, call_ids.size(), methods, answers);
}

// Nothing, and the test is skipped, if there is no archive.
std::optional<fs::path> archive() {
  const char* named = std::getenv("LASTCALL_CAPTURES");
  const fs::path folder{named == nullptr ? CAPTURE_ARCHIVE : named};
  return fs::exists(folder / "INDEX.md") ? std::optional{folder} : std::nullopt;
}
constexpr const char* kNoArchive =
    "There is no archive of captures: set LASTCALL_CAPTURES to its folder.";

std::string content_of(const std::string& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(CaptureArchive, IsImportedWithTheCountsOfItsIndex) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  const bool is_compared = has_tshark();
  std::size_t read = 0;
  for (const Row& row : rows_of(*folder / "INDEX.md")) {
    const std::string path = *folder / row.file;
    const bool is_packet_file = row.container.starts_with("pcap") || row.file.ends_with(".gz");
    if (!is_packet_file || !fs::exists(path)) continue;
    const Counts found = ours(path);
    if (!row.counts.packets.empty()) {
      EXPECT_EQ(found, row.counts) << row.file;
    }
    if (is_compared) {
      EXPECT_EQ(found, tsharks(path)) << row.file;
    }
    ++read;
  }
  EXPECT_GT(read, 40U);
  if (!is_compared) std::puts("tshark is not installed: the counts are those of the index.");
}

// By the marks of its records, however they are read.
std::size_t records_in(const std::string& file, const std::string& content) {
  if (file.ends_with(".hep")) return occurrences(content, "HEP3");
  if (file.ends_with(".sipdump.data")) return occurrences(content, "\ntag: ");
  if (file.ends_with(".sipp.log")) {
    return occurrences(content, " message sent (") + occurrences(content, " message received [");
  }
  static const std::regex kBanner{
      R"(<--- (Received|Transmitting) SIP re|<--- SIP read from |[Tt]ransmitting .*NAT\) to )"
      R"(|(^|\n)(recv|send) \d+ bytes |  \.[RT]X \d+ bytes )"};
  const std::sregex_iterator first{content.begin(), content.end(), kBanner};
  return static_cast<std::size_t>(std::distance(first, std::sregex_iterator{}));
}

bool is_excerpt(const std::string& file) { return file.starts_with("logs_real/"); }

// Each record of a trace is found and holds a message, or that is told; other logs are refused.
TEST(CaptureArchive, TracesAreReadAndOtherLogsRefused) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  for (const Row& row : rows_of(*folder / "INDEX.md")) {
    const std::string path = *folder / row.file;
    if (row.container.starts_with("pcap") || row.file.ends_with(".gz")) continue;
    const Outcome outcome = import_path(path);
    const std::size_t records = records_in(row.file, content_of(path));
    EXPECT_EQ(outcome.report.packets, records) << row.file;
    EXPECT_EQ(outcome.messages.size() + occurrences(sentences(outcome), kNoMessage), records)
        << row.file;
    EXPECT_EQ(outcome.refusal.starts_with("It is "), records == 0) << row.file;
    if (is_excerpt(row.file)) continue;  // lines of messages were left out
    EXPECT_TRUE(std::ranges::none_of(outcome.messages, &Told::is_cut)) << row.file;
  }
}

// What other programs would have printed of a call is the call as it was captured.
TEST(CaptureArchive, LogsHoldTheMessagesOfTheCapturesTheyWereMadeFrom) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  std::size_t read = 0;
  for (const Row& row : rows_of(*folder / "INDEX.md")) {
    const std::string from = row.note.substr(std::min<std::size_t>(5, row.note.size()));
    const std::string path = *folder / from;
    if (!row.file.starts_with("logs_derived/") || !fs::exists(path)) continue;
    const Outcome log = import_path(*folder / row.file);
    const Outcome packets = import_path(path);
    ASSERT_EQ(log.messages.size(), packets.messages.size()) << row.file;
    for (std::size_t i = 0; i < log.messages.size(); ++i) {
      EXPECT_EQ(log.messages[i].bytes, packets.messages[i].bytes) << row.file;
    }
    ++read;
  }
  EXPECT_GE(read, 12U);
}

std::string first_line(const std::string& bytes) { return bytes.substr(0, bytes.find('\r')); }

// TRUTH.json holds what each scripted capture was made from: the instant, the direction and the
// start line of every message.
TEST(CaptureArchive, LaddersOfScriptedCapturesComeOutExactly) {
  const auto folder = archive();
  if (!folder) GTEST_SKIP() << kNoArchive;
  const fs::path scripted = *folder / "lab_synth";
  const auto truth = boost::json::parse(content_of(scripted / "TRUTH.json"));
  for (const auto& [file, script] : truth.as_object()) {
    const Outcome outcome = import_path(scripted / std::string{file});
    const auto& steps = script.at("steps").as_array();
    ASSERT_EQ(outcome.messages.size(), steps.size()) << file;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Told& told = outcome.messages[i];
      const bool is_from_a = told.source.host == outcome.messages[0].source.host;
      EXPECT_EQ(is_from_a ? "A>B" : "B>A", steps[i].at(1).as_string()) << file << " " << i;
      EXPECT_EQ(first_line(told.bytes), std::string{steps[i].at(2).as_string()}) << file;
      const auto after = static_cast<double>(told.at_ns - outcome.messages[0].at_ns) / 1e9;
      EXPECT_NEAR(after, steps[i].at(0).to_number<double>(), 2e-6) << file << " " << i;
    }
  }
}

}  // namespace
}  // namespace lastcall::replay::capture
