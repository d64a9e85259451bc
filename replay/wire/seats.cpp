#include "replay/wire/seats.hpp"

#include <fmt/format.h>

namespace lastcall::replay::wire {

std::expected<Seat, std::string> find_seat(const Call& call, const std::string& as) {
  const Message& first = call.messages.front();
  if (first.source.host.empty()) return std::unexpected("the trace names no addresses");
  const Side sender = call.sender_of(first);
  if (as.empty() || as == "callee") {
    return sender == Side::kCaller ? Seat{first.destination, Side::kCallee}
                                   : Seat{first.source, Side::kCallee};
  }
  if (as == "caller") {
    return sender == Side::kCaller ? Seat{first.source, Side::kCaller}
                                   : Seat{first.destination, Side::kCaller};
  }
  for (const Message& each : call.messages) {
    const Side side = call.sender_of(each);
    if (as == each.source.host || as == to_text(each.source)) return Seat{each.source, side};
    if (as == each.destination.host || as == to_text(each.destination)) {
      return Seat{each.destination, other(side)};
    }
  }
  return std::unexpected(fmt::format("nobody sits at '{}'", as));
}

}  // namespace lastcall::replay::wire
