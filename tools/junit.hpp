#pragma once
// JUnit XML, for CI: a test case per scenario, with what is needed to repeat a failure.

#include <cstdint>
#include <string>
#include <vector>

namespace lastcall::tools {

struct JUnitCase {
  std::string name;
  std::uint64_t runs = 0;  // 0: skipped, since nothing was said about it
  std::uint64_t seed = 0;
  std::string token;                  // of the first failure
  std::vector<std::string> failures;  // sentences; empty: passed
};

// False if the file could not be written, which is said on stderr.
[[nodiscard]] bool write_junit(const std::string& path, const std::vector<JUnitCase>& cases);

}  // namespace lastcall::tools
