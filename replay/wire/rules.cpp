#include "replay/wire/rules.hpp"

#include "engine/sip/body.hpp"
#include "engine/sip/sdp.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay::wire {
namespace {

bool earlier(const Message* a, const Message* b) {
  return b == nullptr || (a != nullptr && a->mark.at_ns < b->mark.at_ns);
}

}  // namespace

std::string words_for(const Request& request) {
  return fmt::format("{} (CSeq {})", request.name, request.cseq);
}

std::string seconds(std::int64_t ns) {
  if (ns < 1'000'000) return fmt::format("{} us", ns / 1'000);
  const std::int64_t ms = ns / 1'000'000;
  return ms < 1'000 ? fmt::format("{} ms", ms) : fmt::format("{}.{:03} s", ms / 1'000, ms % 1'000);
}

std::vector<std::uint64_t> packets_of(const Call& call, const Indices& messages) {
  std::vector<std::uint64_t> packets;
  for (const std::size_t each : messages) packets.push_back(call.at(each).mark.packet);
  return packets;
}

std::vector<std::uint64_t> packets_of(const Call& call, const Request& request) {
  std::vector<std::uint64_t> packets;
  for (const std::size_t hop : request.hops) {
    packets.push_back(call.at(call.transactions[hop].requests.front()).mark.packet);
  }
  return packets;
}

const Message* first_accept(const Call& call, const Request& request) {
  for (const std::size_t each : finals_of(call, request)) {
    if (call.at(each).sip.status() < 300) return &call.at(each);
  }
  return nullptr;
}

const Message* first_final(const Call& call, const Request& request) {
  const Indices finals = finals_of(call, request);
  return finals.empty() ? nullptr : &call.at(finals.front());
}

bool is_same_dialog(const Request& a, const Request& b) {
  return (a.from_tag == b.from_tag && a.to_tag == b.to_tag) ||
         (a.from_tag == b.to_tag && a.to_tag == b.from_tag);
}

bool is_same_tap(const Message& a, const Message& b) { return a.mark.tap == b.mark.tap; }

bool holds(const SipMessage& message) {
  const auto body = sip::body_of_type(message, "application/sdp");
  if (!body) return false;
  const auto sdp = sip::parse_sdp(*body);
  if (!sdp) return false;
  const auto audio = sip::audio(*sdp);
  if (!audio) return false;
  const Direction direction = sip::effective_direction(*sdp, *audio);
  return direction == Direction::kSendOnly || direction == Direction::kInactive ||
         sip::is_held_address(sip::connection_address(*sdp, *audio));
}

const Message* first_sign_of_end(const Call& call, const Request& of, Side side) {
  const Message* sign = nullptr;
  for (const Request& bye : call.requests) {
    if (bye.method != Method::kBye || !is_same_dialog(bye, of)) continue;
    const Message* shown = bye.sender == side ? &call.first_of(bye) : first_accept(call, bye);
    // A BYE that was challenged has ended nothing yet.
    const Message* final = first_final(call, bye);
    const int status = final == nullptr ? 0 : final->sip.status();
    if (status == 401 || status == 407) continue;
    if (shown != nullptr && earlier(shown, sign)) sign = shown;
  }
  return sign;
}

}  // namespace lastcall::replay::wire
