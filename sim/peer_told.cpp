// What a peer can be told to do beside what a well-behaved phone does: repeat itself, by the same
// way or another, fall silent, forget its call, send the caller elsewhere, take another's place.

#include "engine/model/limits.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"
#include "sim/peer.hpp"

#include <algorithm>
#include <ranges>

namespace lastcall::sim {
namespace {

// The message as it comes over another path: its topmost branch differs.
std::string by_another_way(std::string bytes) {
  constexpr std::string_view kBranch = ";branch=z9hG4bK";
  const std::size_t at = bytes.find(kBranch);
  if (at != std::string::npos) bytes.insert(at + kBranch.size(), "other");
  return bytes;
}

bool is_response(const Packet& packet, int status) {
  return packet.bytes.starts_with("SIP/2.0 " + std::to_string(status));
}

}  // namespace

const Packet* Peer::last_sent(Method method, int status) const {
  if (status != 0) {
    for (const Served& served : std::views::reverse(served_)) {
      if (served.method == method && is_response(served.packet, status)) return &served.packet;
    }
    return nullptr;
  }
  for (const Asked& asked : std::views::reverse(asked_)) {
    if (method == Method::kAck && !asked.ack.bytes.empty()) return &asked.ack;
    if (asked.method == method) return &asked.packet;
  }
  return nullptr;
}

Packets Peer::repeat(Method method, int status) const {
  const Packet* last = last_sent(method, status);
  return last == nullptr ? Packets{} : Packets{*last};
}

Packets Peer::repeat_by_another_way(Method method) const {
  const Packet* last = last_sent(method, 0);
  if (last == nullptr) return {};
  return {{last->destination, by_another_way(last->bytes)}};
}

void Peer::forget() {
  if (phase_ == Phase::kNone) return;
  phase_ = Phase::kOver;
  call_id_.clear();
  for (Asked& asked : asked_) asked.repeats = {};
  stop_repeating_accepts();
}

void Peer::fall_silent() {
  is_silent_ = true;
  for (Asked& asked : asked_) asked.repeats = {};
  stop_repeating_accepts();
}

Packets Peer::redirect(const Endpoint& elsewhere, Instant now) {
  if (phase_ != Phase::kRinging) return {};
  phase_ = Phase::kOver;
  Served& served = first_invite();
  served.packet.bytes = sip::response(
      pending_head_, {.status = 302,
                      .to_tag = local_tag_,
                      .lines = sip::header_line(Header::kContact, sip::contact_of(elsewhere))});
  served.repeats = {now + limits::kT1, now + limits::k64T1, limits::kT1};
  return {served.packet};
}

// RFC 3891 6.1: the tags as the one who is asked sees them.
std::string Peer::dialog_to_replace() const {
  if (remote_tag_.empty() || call_id_.empty()) return {};
  return call_id_ + ";to-tag=" + remote_tag_ + ";from-tag=" + local_tag_;
}

}  // namespace lastcall::sim
