#include "sim/crossing.hpp"

#include "sim/known_messages.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace lastcall::sim {
namespace {

bool is_kind(const std::string& bytes, const MessageKind& kind) {
  // Most messages are told apart by their first word, without being parsed.
  if (!bytes.starts_with(kind.status != 0 ? "SIP/2.0" : name(kind.method))) return false;
  const auto message = message_of(bytes);
  return message && message->method() == kind.method && message->status() == kind.status;
}

// When a datagram was on its way, by places in the trace.
struct Flight {
  std::size_t sent = 0;
  std::size_t arrived = 0;
};

struct Way {
  std::uint8_t from = 0;
  std::uint8_t to = 0;
};

std::vector<Flight> flights(const Trace& trace, Way way, const MessageKind& kind) {
  std::vector<Flight> found;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const auto* sent = std::get_if<DatagramSent>(&trace[i].what);
    const bool ours = sent != nullptr && sent->from == way.from && sent->to == way.to;
    if (!ours || sent->lost || !is_kind(sent->bytes, kind)) continue;
    for (std::size_t j = i + 1; j < trace.size(); ++j) {
      const auto* arrived = std::get_if<DatagramArrived>(&trace[j].what);
      if (arrived == nullptr || arrived->from != way.from || arrived->to != way.to) continue;
      if (arrived->bytes != sent->bytes) continue;
      found.push_back({i, j});
      break;
    }
  }
  return found;
}

}  // namespace

bool has(const Trace& trace, const Crossing& crossing) {
  const auto ones = flights(trace, {crossing.one, crossing.other}, crossing.ones);
  if (ones.empty()) return false;
  const auto others = flights(trace, {crossing.other, crossing.one}, crossing.others);
  return std::ranges::any_of(ones, [&](const Flight& one) {
    return std::ranges::any_of(others, [&](const Flight& other) {
      return one.sent < other.arrived && other.sent < one.arrived;
    });
  });
}

}  // namespace lastcall::sim
