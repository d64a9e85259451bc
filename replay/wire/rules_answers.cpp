// Exactly one final response to every request, and the ACK that a refusal needs.

#include "replay/wire/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace lastcall::replay::wire {
namespace {

struct Hop {
  const Call& call;
  const Request& request;
  const Transaction& transaction;

  [[nodiscard]] const Message& first() const { return call.at(transaction.requests.front()); }
  [[nodiscard]] const Message& last() const { return call.at(transaction.requests.back()); }
  [[nodiscard]] Indices finals() const { return finals_of(call, transaction); }
};

// "hold", where the INVITE asks for one: what people look for.
std::string purpose_of(const Hop& hop) {
  const bool is_hold =
      hop.request.method == Method::kInvite && hop.request.is_in_dialog() && holds(hop.first().sip);
  return is_hold ? "The hold by " + words_for(hop.request) + " was never confirmed"
                 : words_for(hop.request) + " was never answered";
}

// When the peer must have answered finally; nothing for an INVITE that may ring for long.
std::optional<std::int64_t> answer_due(const Hop& hop) {
  const std::int64_t begin = hop.first().mark.at_ns;
  if (hop.request.method != Method::kInvite) return begin + kTimeoutNs;
  for (const Request& each : hop.call.requests) {
    if (each.method == Method::kCancel && each.cseq == hop.request.cseq &&
        first_accept(hop.call, each) != nullptr) {
      return hop.call.first_of(each).mark.at_ns + kTimeoutNs;
    }
  }
  if (!hop.transaction.responses.empty()) return std::nullopt;
  return begin + kTimeoutNs;
}

void judge_silence(const Hop& hop, const Scope& scope, Findings& findings) {
  if (!hop.finals().empty()) return;
  if (hop.call.may_have(hop.request.name, hop.request.cseq, false)) return;
  const auto due = answer_due(hop);
  const bool is_broken = due && scope.end_ns >= *due;
  const std::size_t sent = hop.transaction.requests.size();
  std::string sentence = purpose_of(hop);
  if (sent > 1) {
    sentence += fmt::format(": sent {} times in {}", sent,
                            seconds(hop.last().mark.at_ns - hop.first().mark.at_ns));
  }
  // Who gets no answer over UDP repeats himself (Timer E), unless the answer took another way.
  const bool is_quiet = sent == 1 && !is_reliable(hop.first().source.transport);
  if (is_broken && is_quiet) {
    sentence += ", though it was not repeated: its answer may have passed beside the tap";
  }
  if (!is_broken) {
    sentence += fmt::format(", but the capture ends {} after it",
                            seconds(scope.end_ns - hop.first().mark.at_ns));
  }
  findings.push_back({.kind = is_broken ? Kind::kBroken : Kind::kOpen,
                      .rule = "I-26",
                      .cites = "RFC 3261 17.1",
                      .sentence = sentence + ".",
                      .at_ns = hop.first().mark.at_ns,
                      .packets = packets_of(hop.call, hop.transaction.requests),
                      .is_order_known = !is_quiet});
}

// Two different final responses. Several 2xx with different tags are forks, and may be.
void judge_contradiction(const Hop& hop, Findings& findings) {
  std::set<int> statuses;
  Indices shown;
  for (const std::size_t each : hop.finals()) {
    const int status = hop.call.at(each).sip.status();
    if (statuses.insert(status / 100 == 2 ? 200 : status).second) shown.push_back(each);
  }
  if (shown.size() < 2) return;
  const Message& second = hop.call.at(shown[1]);
  findings.push_back(
      {.rule = "I-28",
       .cites = "RFC 3261 17.2.1",
       .sentence = fmt::format("{} and {} to one {}.", hop.call.at(shown[0]).sip.status(),
                               second.sip.status(), words_for(hop.request)),
       .at_ns = second.mark.at_ns,
       .packets = packets_of(hop.call, shown)});
}

void judge_408(const Hop& hop, Findings& findings) {
  if (hop.request.method == Method::kInvite) return;
  for (const std::size_t each : hop.finals()) {
    if (hop.call.at(each).sip.status() != 408) continue;
    findings.push_back({.rule = "I-26",
                        .cites = "RFC 4320 4.2",
                        .sentence = fmt::format("408 to {}: it comes too late for anybody, and "
                                                "must not be sent.",
                                                words_for(hop.request)),
                        .at_ns = hop.call.at(each).mark.at_ns,
                        .packets = {hop.call.at(each).mark.packet}});
    return;
  }
}

// Each refusal of an INVITE is acknowledged hop by hop, with the branch of the INVITE.
void judge_refusal_ack(const Hop& hop, const Scope& scope, Findings& findings) {
  if (hop.request.method != Method::kInvite) return;
  Indices refusals = hop.finals();
  std::erase_if(refusals, [&](std::size_t each) { return hop.call.at(each).sip.status() < 300; });
  if (refusals.empty()) return;
  const Message& refusal = hop.call.at(refusals.front());
  if (hop.transaction.has_foreign_ack) {
    findings.push_back(
        {.rule = "I-30",
         .cites = "RFC 3261 17.1.1.3",
         .sentence = fmt::format("The ACK for the {} has another branch than its {}.",
                                 refusal.sip.status(), words_for(hop.request)),
         .at_ns = hop.call.at(hop.transaction.acks.front()).mark.at_ns,
         .packets = packets_of(hop.call, hop.transaction.acks)});
  }
  if (!hop.transaction.acks.empty() || hop.call.may_have("ACK", hop.request.cseq, true)) return;
  const bool is_broken = scope.end_ns >= refusal.mark.at_ns + kTimeoutNs;
  const std::size_t sent = refusals.size();
  findings.push_back(
      {.kind = is_broken ? Kind::kBroken : Kind::kOpen,
       .rule = "I-30",
       .cites = "RFC 3261 17.1.1.3",
       .sentence =
           fmt::format("No ACK for this {} to {}{}{}.", refusal.sip.status(),
                       words_for(hop.request), sent > 1 ? fmt::format(", sent {} times", sent) : "",
                       is_broken ? "" : ", but the capture ends soon after it"),
       .at_ns = refusal.mark.at_ns,
       .packets = packets_of(hop.call, refusals)});
}

// The INVITE on the same hop that this CANCEL names; null if there is none.
const Transaction* invite_of(const Hop& cancel) {
  const Message& message = cancel.first();
  for (const Transaction& each : cancel.call.transactions) {
    if (each.requests.empty()) continue;
    const Message& invite = cancel.call.at(each.requests.front());
    if (invite.sip.method() == Method::kInvite && invite.sip.cseq() == message.sip.cseq() &&
        invite.sip.via().branch == message.sip.via().branch &&
        invite.sip.via().host == message.sip.via().host) {
      return &each;
    }
  }
  return nullptr;
}

void judge_cancel(const Hop& hop, Findings& findings) {
  if (hop.request.method != Method::kCancel) return;
  const Message& cancel = hop.first();
  const Transaction* invite = invite_of(hop);
  if (invite == nullptr) {
    if (hop.call.begins_inside) return;
    findings.push_back({.rule = "I-34",
                        .cites = "RFC 3261 9.1",
                        .sentence = "This CANCEL has the branch of no INVITE.",
                        .at_ns = cancel.mark.at_ns,
                        .packets = {cancel.mark.packet}});
    return;
  }
  if (!invite->responses.empty()) {
    const Message& heard = hop.call.at(invite->responses.front());
    if (heard.mark.at_ns <= cancel.mark.at_ns) return;
  }
  findings.push_back(
      {.rule = "I-34",
       .cites = "RFC 3261 9.1",
       .sentence = "A CANCEL before any provisional response to its INVITE.",
       .at_ns = cancel.mark.at_ns,
       .packets = {hop.call.at(invite->requests.front()).mark.packet, cancel.mark.packet}});
}

}  // namespace

void judge_answers(const Call& call, const Scope& scope, Findings& findings) {
  for (const Unreadable& each : call.unreadable) {
    findings.push_back({.rule = "grammar",
                        .cites = "RFC 3261 7.3",
                        .sentence = each.fault,
                        .at_ns = each.mark.at_ns,
                        .packets = {each.mark.packet}});
  }
  for (const Request& request : call.requests) {
    for (const std::size_t index : request.hops) {
      const Hop hop{call, request, call.transactions[index]};
      judge_silence(hop, scope, findings);
      judge_contradiction(hop, findings);
      judge_408(hop, findings);
      judge_refusal_ack(hop, scope, findings);
      judge_cancel(hop, findings);
    }
  }
}

}  // namespace lastcall::replay::wire
