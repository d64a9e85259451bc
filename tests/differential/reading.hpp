#pragma once
// What a parser reads in a message, as text: the same questions for every parser. Neither parser
// knows the other; the test compares.

#include <map>
#include <string>
#include <string_view>

namespace lastcall::differential {

// Field to value; only "verdict" ("refused") if the message was not read.
using Reading = std::map<std::string, std::string>;

[[nodiscard]] Reading read_by_us(const std::string& bytes);
[[nodiscard]] Reading read_by_osip(const std::string& bytes);

}  // namespace lastcall::differential
