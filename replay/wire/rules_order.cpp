// Offers that overlap or collide, the wait after a collision, CSeq numbers, and holds that the
// other side does not keep.

#include "engine/sip/body.hpp"
#include "engine/sip/sdp.hpp"
#include "replay/wire/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace lastcall::replay::wire {
namespace {

bool is_reinvite(const Request& request) {
  return request.method == Method::kInvite && request.is_in_dialog();
}

// A side begins an INVITE while its own one before is open.
void judge_overlap(const Call& call, const Request& later, Findings& findings) {
  for (const Request& before : call.requests) {
    if (!is_reinvite(before) || &before == &later || before.sender != later.sender ||
        before.first >= later.first || !is_same_dialog(before, later)) {
      continue;
    }
    const Message* final = first_final(call, before);
    const Message& sent = call.first_of(later);
    const std::int64_t gap = sent.mark.at_ns - call.first_of(before).mark.at_ns;
    if (final == nullptr ? gap > kTimeoutNs : final->mark.at_ns <= sent.mark.at_ns) continue;
    findings.push_back(
        {.rule = "I-36",
         .cites = "RFC 3261 14.1",
         .sentence = fmt::format("The {} sends {} while its own {} is open.", name(later.sender),
                                 words_for(later), words_for(before)),
         .at_ns = sent.mark.at_ns,
         .packets = {call.first_of(before).mark.packet, sent.mark.packet},
         .is_order_known = final != nullptr});
  }
}

// A side accepts the other's INVITE while its own one is open: it owes 491. Its own is surely open
// if the final response to that one passes the tap later than its answer.
void judge_glare(const Call& call, const Request& own, const Request& theirs, Findings& findings) {
  const Message* answer = first_accept(call, theirs);
  if (answer == nullptr || own.sender == theirs.sender || !is_same_dialog(own, theirs)) return;
  const Message* own_final = first_final(call, own);
  const bool is_open = call.first_of(own).mark.at_ns < answer->mark.at_ns && own_final != nullptr &&
                       own_final->mark.at_ns > answer->mark.at_ns;
  if (!is_open) return;
  findings.push_back({.rule = "I-37",
                      .cites = "RFC 3261 14.2",
                      .sentence = fmt::format("The {} answers {} with {} while its own {} is open: "
                                              "491 belongs here.",
                                              name(own.sender), words_for(theirs),
                                              answer->sip.status(), words_for(own)),
                      .at_ns = answer->mark.at_ns,
                      .packets = {call.first_of(own).mark.packet, call.first_of(theirs).mark.packet,
                                  answer->mark.packet},
                      .is_order_known = is_same_tap(*answer, *own_final)});
}

// RFC 3261 14.1: who made the Call-ID waits 2.1 to 4 s after a 491. What the tap sees is not less
// than what was waited.
void judge_wait(const Call& call, const Request& retry, Findings& findings) {
  constexpr std::int64_t kOwnerWaitNs = 2'100'000'000;
  constexpr std::int64_t kToleranceNs = 10'000'000;
  if (retry.sender != Side::kCaller) return;
  for (const Request& before : call.requests) {
    if (!is_reinvite(before) || before.sender != retry.sender || before.first >= retry.first) {
      continue;
    }
    const Message* final = first_final(call, before);
    if (final == nullptr || final->sip.status() != 491) continue;
    const std::int64_t waited = call.first_of(retry).mark.at_ns - final->mark.at_ns;
    if (waited < 0 || waited >= kOwnerWaitNs - kToleranceNs) continue;
    findings.push_back({.rule = "I-38",
                        .cites = "RFC 3261 14.1",
                        .sentence = fmt::format("The caller tries again {} after 491: it has to "
                                                "wait 2.1 s at least.",
                                                seconds(waited)),
                        .at_ns = call.first_of(retry).mark.at_ns,
                        .packets = {final->mark.packet, call.first_of(retry).mark.packet}});
  }
}

void judge_cseq(const Call& call, const Request& request, Findings& findings) {
  if (!request.is_in_dialog() || request.method == Method::kCancel) return;
  for (const Request& before : call.requests) {
    const bool is_before = before.first < request.first && before.sender == request.sender &&
                           is_same_dialog(before, request);
    if (!is_before || before.cseq < request.cseq) continue;
    findings.push_back(
        {.rule = "I-35",
         .cites = "RFC 3261 12.2.1.1",
         .sentence = fmt::format("The {} sends {} after {}: the number must grow.",
                                 name(request.sender), words_for(request), words_for(before)),
         .at_ns = call.first_of(request).mark.at_ns,
         .packets = {call.first_of(before).mark.packet, call.first_of(request).mark.packet},
         .is_order_known = is_same_tap(call.first_of(before), call.first_of(request))});
    return;
  }
}

std::optional<Direction> audio_direction(const SipMessage& message) {
  const auto body = sip::body_of_type(message, "application/sdp");
  const auto sdp = body ? sip::parse_sdp(*body) : std::unexpected(sip::ParseError{});
  const auto audio = sdp ? sip::audio(*sdp) : std::nullopt;
  if (!audio) return std::nullopt;
  return sip::effective_direction(*sdp, *audio);
}

// RFC 3264 6.1: who is asked to listen only may not answer that it goes on sending.
void judge_hold(const Call& call, const Request& invite, Findings& findings) {
  const Message* accept = first_accept(call, invite);
  const auto offered = audio_direction(call.first_of(invite).sip);
  const auto answered = accept ? audio_direction(accept->sip) : std::nullopt;
  if (!offered || !answered) return;
  const bool must_be_quiet = *offered == Direction::kSendOnly || *offered == Direction::kInactive;
  const bool sends = *answered == Direction::kSendRecv || *answered == Direction::kSendOnly;
  if (!must_be_quiet || !sends) return;
  findings.push_back(
      {.rule = "I-36",
       .cites = "RFC 3264 6.1",
       .sentence = fmt::format("The hold by {} asks for {}, and is answered with {}.",
                               words_for(invite), name(*offered), name(*answered)),
       .at_ns = accept->mark.at_ns,
       .packets = {call.first_of(invite).mark.packet, accept->mark.packet}});
}

}  // namespace

void judge_order(const Call& call, const Scope&, Findings& findings) {
  for (const Request& request : call.requests) {
    judge_cseq(call, request, findings);
    if (!is_reinvite(request)) continue;
    judge_overlap(call, request, findings);
    judge_wait(call, request, findings);
    judge_hold(call, request, findings);
    for (const Request& theirs : call.requests) {
      if (is_reinvite(theirs)) judge_glare(call, request, theirs, findings);
    }
  }
}

}  // namespace lastcall::replay::wire
