#include "tools/junit.hpp"

#include "engine/host/version.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>

namespace lastcall::tools {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // XML 1.0 has no other control characters than these.
        out += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, escaped(value));
}

std::string xml_of(const JUnitCase& each) {
  std::string xml = fmt::format(
      "  <testcase classname=\"lastcall\" name=\"{}\">\n    <properties>\n", escaped(each.name));
  xml += property("runs", std::to_string(each.runs));
  xml += property("version", host::kVersion);
  if (!each.token.empty()) {
    xml += property("seed", std::to_string(each.seed));
    xml += property("token", each.token);
    xml +=
        property("replay", fmt::format("lastcall replay {} --scenario {}", each.token, each.name));
  }
  xml += "    </properties>\n";
  if (each.runs == 0) xml += "    <skipped/>\n";
  for (const std::string& failure : each.failures) {
    xml += fmt::format("    <failure message=\"{}\"/>\n", escaped(failure));
  }
  return xml + "  </testcase>\n";
}

}  // namespace

bool write_junit(const std::string& path, const std::vector<JUnitCase>& cases) {
  const auto failed =
      std::ranges::count_if(cases, [](const JUnitCase& each) { return !each.failures.empty(); });
  const auto skipped = std::ranges::count(cases, 0U, &JUnitCase::runs);
  std::ofstream file(path);
  file << fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"lastcall\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
      cases.size(), failed, skipped);
  for (const JUnitCase& each : cases) file << xml_of(each);
  file << "</testsuite>\n";
  file.flush();
  if (file) return true;
  fmt::print(stderr, "lastcall: {}: cannot be written\n", path);
  return false;
}

}  // namespace lastcall::tools
