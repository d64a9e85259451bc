#include "replay/wire/traffic.hpp"

#include "engine/sip/headers.hpp"
#include "replay/capture/start_line.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lastcall::replay::wire {

bool Traffic::is_copy(std::vector<Message>& messages, const capture::Captured& captured) {
  if (taps_ == Taps::kOne) return false;
  for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
    const std::int64_t age = captured.mark.at_ns - it->mark.at_ns;
    if (age > kForeignCopyNs) return false;
    const bool is_near = it->mark.tap != captured.mark.tap || age <= kCopyNs;
    if (!is_near || it->source != captured.source || it->destination != captured.destination ||
        it->sip.bytes() != captured.message->bytes()) {
      continue;
    }
    const bool is_told = it->ip_id != 0 && captured.ip_id != 0;
    if (is_told && it->ip_id != captured.ip_id) continue;
    // Traces that do not name both addresses show what one program sent and received, once each.
    if (captured.source.host.empty() || captured.destination.host.empty()) return false;
    it->copies.push_back(captured.mark);
    ++merged_;
    return true;
  }
  return false;
}

Traffic::Pile& Traffic::pile_of(std::string_view call_id) {
  auto it = index_.find(call_id);
  if (it == index_.end()) {
    it = index_.emplace(std::string{call_id}, piles_.size()).first;
    piles_.emplace_back();
  }
  return piles_[it->second];
}

// Reads what a parser would refuse as far as it goes.
void Traffic::add_unreadable(const capture::Captured& captured) {
  const auto line = capture::start_line(captured.bytes);
  const std::string_view call_id = capture::header_value(captured.bytes, Header::kCallId);
  const auto cseq = sip::parse_cseq(capture::header_value(captured.bytes, Header::kCseq));
  if (!line || call_id.empty()) {
    ++unreadable_;
    return;
  }
  Unreadable found{.mark = captured.mark, .status = line->status, .fault = captured.fault};
  found.method = line->status == 0 ? line->method : cseq ? cseq->method : "";
  if (cseq) found.cseq = cseq->number;
  pile_of(call_id).unreadable.push_back(std::move(found));
}

void Traffic::add(const capture::Captured& captured) {
  if (!captured.message) return add_unreadable(captured);
  std::vector<Message>& messages = pile_of(captured.message->call_id()).messages;
  if (is_copy(messages, captured)) return;
  if (kept_bytes_ + captured.bytes.size() > kKeptBytesMax) {
    ++left_out_;
    return;
  }
  kept_bytes_ += captured.bytes.size();
  messages.push_back({.mark = captured.mark,
                      .first_packet = captured.first_packet,
                      .source = captured.source,
                      .destination = captured.destination,
                      .sip = *captured.message,
                      .ip_id = captured.ip_id});
}

Calls Traffic::take() {
  Calls taken{.merged = merged_, .unreadable = unreadable_, .left_out = left_out_};
  for (Pile& pile : piles_) {
    if (pile.messages.empty()) {
      taken.unreadable += pile.unreadable.size();
      continue;
    }
    // Several interfaces of a file need not be in order.
    std::ranges::stable_sort(pile.messages, {},
                             [](const Message& each) { return each.mark.at_ns; });
    Call call = build(std::move(pile.messages));
    call.unreadable = std::move(pile.unreadable);
    (call.has_invite ? taken.calls : taken.others).push_back(std::move(call));
  }
  const auto began = [](const Call& call) { return call.messages.front().mark.at_ns; };
  std::ranges::stable_sort(taken.calls, {}, began);
  taken.unbound = streams_.bind(taken.calls);
  taken.links = links_of(taken.calls);
  *this = Traffic{taps_};
  return taken;
}

}  // namespace lastcall::replay::wire
