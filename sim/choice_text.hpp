#pragma once
// A choice as a sentence for people: which item, and how it differs from the default order.

#include "sim/choices.hpp"

#include <string>

namespace lastcall::sim {

// What is decided about: "mail 2 from Session to Media", "datagram 1 of peer 1".
[[nodiscard]] std::string to_subject(const ChoiceKey& key);

// "mail 1 from Dialog to Session waits until 2 later items were handled". REQUIRES: value != 0.
[[nodiscard]] std::string to_sentence(const ChoiceKey& key, std::uint32_t value);

}  // namespace lastcall::sim
