#include "replay/capture/fragments.hpp"

#include "replay/capture/limits.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lastcall::replay::capture {

std::optional<const char*> Fragments::take(const IpPacket& packet, PacketMark mark) {
  while (!waiting_.empty() && mark.at_ns - waiting_.front().begun_ns > limits::kFragmentWaitNs) {
    hand_on(waiting_.begin());
  }
  const Fragment& fragment = *packet.fragment;
  const std::size_t end = fragment.offset + packet.payload.size() + packet.missing;
  if (end > limits::kDatagramBytesMax) return "A fragment ends behind 65,535 bytes.";
  const Key key{packet.source, packet.destination, packet.protocol, fragment.id};
  const auto partial = find_or_begin(key, mark);
  if (partial->total && end > *partial->total) return "A fragment ends behind the last one.";
  if (!fragment.more && end < partial->bytes.size()) {
    return "The last fragment ends before another one.";
  }
  if (partial->covered.size() >= limits::kFragmentsMax) return "A datagram has too many fragments.";
  partial->mark = mark;
  if (fragment.offset == 0) partial->first_packet = mark.packet;
  if (!fragment.more) partial->total = end;
  cover(*partial, fragment.offset, packet.payload);
  if (is_whole(*partial)) hand_on(partial);
  return std::nullopt;
}

void Fragments::finish() {
  while (!waiting_.empty()) hand_on(waiting_.begin());
}

Fragments::Waiting::iterator Fragments::find_or_begin(const Key& key, PacketMark mark) {
  if (const auto known = index_.find(key); known != index_.end()) return known->second;
  if (waiting_.size() >= limits::kDatagramsMax) hand_on(waiting_.begin());
  waiting_.push_back({.key = key, .first_packet = mark.packet, .begun_ns = mark.at_ns});
  const auto begun = std::prev(waiting_.end());
  index_.emplace(key, begun);
  return begun;
}

// Copies what of `piece` was not there yet, and joins the intervals it touches.
void Fragments::cover(Partial& partial, std::size_t offset, Bytes piece) {
  const std::size_t end = offset + piece.size();
  if (piece.empty()) return;
  if (partial.bytes.size() < end) partial.bytes.resize(end);
  auto& covered = partial.covered;
  auto next = covered.upper_bound(offset);
  if (next != covered.begin() && std::prev(next)->second >= offset) --next;
  std::size_t begin = offset;
  std::size_t joined_end = end;
  std::size_t at = offset;
  while (next != covered.end() && next->first <= end) {
    if (at < next->first) piece.copy(&partial.bytes[at], next->first - at, at - offset);
    at = std::max(at, next->second);
    begin = std::min(begin, next->first);
    joined_end = std::max(joined_end, next->second);
    next = covered.erase(next);
  }
  if (at < end) piece.copy(&partial.bytes[at], end - at, at - offset);
  covered.emplace(begin, joined_end);
}

bool Fragments::is_whole(const Partial& partial) {
  return partial.total && partial.covered.size() == 1 && partial.covered.begin()->first == 0 &&
         partial.covered.begin()->second == *partial.total;
}

void Fragments::hand_on(Waiting::iterator partial) {
  const auto& covered = partial->covered;
  const bool has_begin = !covered.empty() && covered.begin()->first == 0;
  const std::size_t there = has_begin ? covered.begin()->second : 0;
  const std::size_t total = partial->total.value_or(limits::kDatagramBytesMax);
  Reassembled result{.first_packet = partial->first_packet, .mark = partial->mark};
  result.packet = {.source = partial->key.source,
                   .destination = partial->key.destination,
                   .protocol = partial->key.protocol,
                   .payload = Bytes{partial->bytes}.substr(0, there),
                   .missing = total - there};
  hand_on_(result);
  index_.erase(partial->key);
  waiting_.erase(partial);
}

}  // namespace lastcall::replay::capture
