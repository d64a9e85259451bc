#pragma once
// Which calls are legs of one conversation: a back-to-back user agent gives each leg its own
// Call-ID and tags. By rule, where a message says so (Session-ID of RFC 7989, Replaces, an
// icid-value, a header with the other Call-ID); else by hints, and then it is only likely.

#include "replay/wire/call.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lastcall::replay::wire {

struct Link {
  std::size_t first = 0;  // the call that began first
  std::size_t second = 0;
  bool is_certain = false;  // by rule
  std::string why;          // "the same Session-ID"
};

// In the order of the second calls; a call is linked to the one that it follows most likely.
[[nodiscard]] std::vector<Link> links_of(const std::vector<Call>& calls);

}  // namespace lastcall::replay::wire
