// Our parser beside libosip2's, on every message we keep. Where they disagree, disagreements.txt
// says why ours is right; a disagreement that is not explained there fails, and so does an
// explanation of one that is gone.

#include "tests/differential/reading.hpp"
#include "tests/torture/fixture.hpp"

#include <gtest/gtest.h>

namespace lastcall::differential {
namespace {

// "badinv01 verdict: refused / read" for each field in which the two differ.
using Disagreements = std::map<std::string, std::string>;

std::string printable(const std::string& text) {
  std::string shown;
  for (const char c : text.substr(0, 60)) shown += c >= ' ' && c <= '~' ? c : '?';
  return "'" + shown + (text.size() > 60 ? "..." : "") + "'";
}

void compare(const std::string& name, const std::string& bytes, Disagreements& found) {
  const Reading ours = read_by_us(bytes);
  const Reading theirs = read_by_osip(bytes);
  const bool same_verdict = ours.at("verdict") == theirs.at("verdict");
  for (const auto& [field, value] : ours) {
    const auto other = theirs.find(field);
    if (!same_verdict && field != "verdict") continue;
    if (other != theirs.end() && other->second == value) continue;
    const std::string their_value = other == theirs.end() ? "absent" : printable(other->second);
    found[name + " " + field + ": " + printable(value) + " / " + their_value] = {};
  }
}

Disagreements found_now() {
  Disagreements found;
  for (const auto& each : torture::load_all(TORTURE_MESSAGES)) {
    compare(each.name, each.bytes, found);
  }
  return found;
}

// The explained ones: a line for each, and indented lines that say why.
Disagreements explained() {
  std::ifstream file{DISAGREEMENTS};
  Disagreements all;
  std::string current;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.front() != ' ') {
      current = line;
      all[current] = {};
    } else {
      all[current] += line;
    }
  }
  return all;
}

TEST(Differential, EveryDisagreementWithLibosip2IsExplainedAndEveryExplanationNeeded) {
  const Disagreements found = found_now();
  const Disagreements reasons = explained();
  for (const auto& [disagreement, unused] : found) {
    EXPECT_TRUE(reasons.contains(disagreement)) << "not explained: " << disagreement;
  }
  for (const auto& [disagreement, reason] : reasons) {
    EXPECT_TRUE(found.contains(disagreement)) << "explained, but gone: " << disagreement;
    EXPECT_NE(reason.find("RFC "), std::string::npos) << "no RFC is named: " << disagreement;
  }
}

// The comparison is worth something: most messages are read by both, to the same.
TEST(Differential, MostMessagesAreReadToTheSame) {
  int same = 0;
  for (const auto& each : torture::load_all(TORTURE_MESSAGES)) {
    Disagreements found;
    compare(each.name, each.bytes, found);
    same += found.empty() ? 1 : 0;
  }
  EXPECT_GT(same, 30);
}

}  // namespace
}  // namespace lastcall::differential
