#pragma once
// The phrases of the scenario grammar: what an actor does, and what a run promises. One table each;
// a new phrase is a new line there. Does not know lines and keywords: sim/scenario.cpp does.

#include "sim/scenario.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

// "bob sends BYE". The error is a sentence that names the nearest valid word.
[[nodiscard]] std::expected<Action, std::string> parse_action(std::string_view phrase,
                                                              const std::vector<Actor>& actors);

// "bob gets 200 to BYE".
[[nodiscard]] std::expected<Expectation, std::string> parse_expectation(
    std::string_view phrase, const std::vector<Actor>& actors);

// "bob's CANCEL crosses alice's 200 to INVITE".
[[nodiscard]] std::expected<Meeting, std::string> parse_meeting(std::string_view phrase,
                                                                const std::vector<Actor>& actors);

// An actor's place in the trace of a run: the engine is 0, the peers follow in their order.
[[nodiscard]] std::uint8_t place_of(const std::vector<Actor>& actors, std::string_view name);

// The text without the blanks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// The parts of a list, trimmed; what is empty is left out.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace lastcall::sim
