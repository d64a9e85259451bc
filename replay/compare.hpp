#pragma once
// Compares what two logs say: the first record at which one run goes on otherwise than the other.
// Ids, bytes and instants differ from run to run and are not compared; what happened, in which
// order and with which values, is. For `lastcall log diff`.

#include "engine/model/event.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace lastcall::replay {

// What a record says, without ids, bytes and instants: "Session  CallTerminating  remote-bye ...".
[[nodiscard]] std::string saying_of(const Record& record);

// The index of the first record that says something else, or that only one of the two has; nothing
// if both say the same.
[[nodiscard]] std::optional<std::size_t> first_difference(std::span<const Record> one,
                                                          std::span<const Record> other);

}  // namespace lastcall::replay
