// What flows beside SIP: RTP after its sender knew that the call is over, and sessions that outlive
// their timer.

#include "engine/sip/scan.hpp"
#include "replay/wire/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay::wire {
namespace {

// Packets on their way and the queues of one host: less proves nothing.
constexpr std::int64_t kToleranceNs = 60'000'000;

// The first message by which this side showed that it knew of the end; null if it never did.
const Message* sign_of_end(const Call& call, Side side) {
  const Message* sign = nullptr;
  for (const Request& request : call.requests) {
    if (request.method != Method::kBye) continue;
    const Message* shown = first_sign_of_end(call, request, side);
    if (shown != nullptr && (sign == nullptr || shown->mark.at_ns < sign->mark.at_ns)) sign = shown;
  }
  return sign;
}

void judge_late_rtp(const Call& call, const Stream& stream, Findings& findings) {
  if (stream.is_rtcp || stream.is_guessed) return;
  const Message* sign = sign_of_end(call, stream.sender);
  if (sign == nullptr) return;
  const std::int64_t late = stream.last.at_ns - sign->mark.at_ns;
  if (late <= kToleranceNs) return;
  findings.push_back(
      {.rule = "I-21",
       .cites = "RFC 3261 15",
       .sentence = fmt::format("RTP {} after BYE: the {} sends on from {} after it {}.",
                               seconds(late), name(stream.sender),
                               to_text(capture::source_of(stream.flow, Transport::kUdp)),
                               sign->sip.is_request() ? "hung up" : "answered BYE"),
       .at_ns = stream.last.at_ns,
       .packets = {sign->mark.packet, stream.last.packet},
       .is_order_known = sign->mark.tap == stream.last.tap});
}

std::optional<std::int64_t> session_expires_ns(const SipMessage& message) {
  const auto value = message.header("Session-Expires");
  if (!value) return std::nullopt;
  const auto number = sip::parse_number(sip::trim(value->substr(0, value->find(';'))), 1'000'000);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::int64_t>(*number) * 1'000'000'000;
}

// RFC 4028 10: no call lives on without a refresh.
void judge_session_timer(const Call& call, const Scope& scope, Findings& findings) {
  const Message* refresh = nullptr;
  std::int64_t length = 0;
  for (const Message& each : call.messages) {
    if (!each.sip.is_response() || each.sip.status() / 100 != 2) continue;
    if (each.sip.method() != Method::kInvite && each.sip.method() != Method::kUpdate) continue;
    refresh = &each;
    length = session_expires_ns(each.sip).value_or(0);
  }
  if (refresh == nullptr || length == 0) return;
  const std::int64_t end = refresh->mark.at_ns + length;
  if (scope.end_ns < end || life_of(call).ended_by) return;
  findings.push_back({.rule = "I-49",
                      .cites = "RFC 4028 10",
                      .sentence = fmt::format("The session was to expire {} after this {}, and was "
                                              "neither refreshed nor ended.",
                                              seconds(length), refresh->sip.status()),
                      .at_ns = end,
                      .packets = {refresh->mark.packet}});
}

}  // namespace

void judge_media(const Call& call, const Scope& scope, Findings& findings) {
  for (const Stream& each : call.streams) judge_late_rtp(call, each, findings);
  judge_session_timer(call, scope, findings);
}

}  // namespace lastcall::replay::wire
