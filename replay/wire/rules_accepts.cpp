// What follows the acceptance of an INVITE: its ACK, the repeats that go on without one, forks, and
// the BYE that a callee may not send yet.

#include "replay/wire/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lastcall::replay::wire {
namespace {

// The 2xx of one answerer (To tag) to an INVITE, and the ACKs for them, everywhere.
struct Acceptance {
  const Call& call;
  const Request& invite;
  std::string tag;
  Indices accepts;
  Indices acks;

  [[nodiscard]] const Message& first() const { return call.at(accepts.front()); }
  [[nodiscard]] std::string words() const {
    return fmt::format("{} to {}", first().sip.status(), words_for(invite));
  }
};

std::vector<Acceptance> acceptances_of(const Call& call, const Request& invite) {
  std::vector<Acceptance> found;
  for (const std::size_t each : finals_of(call, invite)) {
    const SipMessage& sip = call.at(each).sip;
    if (sip.status() >= 300) continue;
    auto it = std::ranges::find(found, sip.to_tag(), &Acceptance::tag);
    if (it == found.end()) {
      found.push_back({call, invite, std::string{sip.to_tag()}, {}, {}});
      it = std::prev(found.end());
    }
    it->accepts.push_back(each);
  }
  for (Acceptance& each : found) {
    for (const std::size_t ack : call.acks) {
      const SipMessage& sip = call.at(ack).sip;
      if (sip.cseq() == invite.cseq && sip.from_tag() == invite.from_tag &&
          sip.to_tag() == each.tag) {
        each.acks.push_back(ack);
      }
    }
  }
  return found;
}

void judge_missing_ack(const Acceptance& it, const Scope& scope, Findings& findings) {
  if (!it.acks.empty() || it.call.may_have("ACK", it.invite.cseq, true)) return;
  const bool is_broken = scope.end_ns >= it.first().mark.at_ns + kTimeoutNs;
  const std::size_t sent = it.accepts.size();
  findings.push_back({.kind = is_broken ? Kind::kBroken : Kind::kOpen,
                      .rule = "I-29",
                      .cites = "RFC 3261 13.2.2.4",
                      .sentence = fmt::format("No ACK for this {}{}{}.", it.words(),
                                              sent > 1 ? fmt::format(", seen {} times", sent) : "",
                                              is_broken ? "" : ", but the capture ends soon"),
                      .at_ns = it.first().mark.at_ns,
                      .packets = packets_of(it.call, it.accepts)});
}

// The copies of the 2xx on one hop against the ACKs that went back there.
struct HopCopies {
  Indices accepts;
  Indices acks;
};

std::vector<HopCopies> hops_of(const Acceptance& it) {
  std::map<std::pair<Endpoint, Endpoint>, HopCopies> hops;
  for (const std::size_t each : it.accepts) {
    const Message& accept = it.call.at(each);
    hops[{accept.source, accept.destination}].accepts.push_back(each);
  }
  std::vector<HopCopies> found;
  for (auto& [way, copies] : hops) {
    for (const std::size_t each : it.acks) {
      const Message& ack = it.call.at(each);
      if (ack.destination == way.first || ack.source == way.second) copies.acks.push_back(each);
    }
    if (copies.acks.empty()) copies.acks = it.acks;  // it took another way than the 2xx
    found.push_back(std::move(copies));
  }
  return found;
}

// Every copy of a 2xx is acknowledged: one that is repeated shows that its ACK was lost or late.
void judge_late_ack(const Acceptance& it, const HopCopies& hop, Findings& findings) {
  const Message& first = it.call.at(hop.accepts.front());
  const Message& ack = it.call.at(hop.acks.front());
  Indices before = hop.accepts;
  std::erase_if(before, [&](std::size_t each) { return each > hop.acks.front(); });
  if (before.size() < 2) return;
  before.push_back(hop.acks.front());
  findings.push_back(
      {.rule = "I-29",
       .cites = "RFC 3261 13.2.2.4",
       .sentence =
           fmt::format("{} was sent {} times before its ACK came, {} after the first: "
                       "copies or their ACKs were lost, or the ACK was late.",
                       it.words(), before.size() - 1, seconds(ack.mark.at_ns - first.mark.at_ns)),
       .at_ns = it.call.at(before[1]).mark.at_ns,
       .packets = packets_of(it.call, before),
       .is_order_known = false});
}

void judge_repeats(const Acceptance& it, const HopCopies& hop, Findings& findings) {
  Indices after = hop.accepts;
  std::erase_if(after, [&](std::size_t each) { return each < hop.acks.front(); });
  if (after.empty()) return;
  const bool is_unheard = after.size() >= 3;
  const bool is_unanswered = after.back() > hop.acks.back();
  if (!is_unheard && !is_unanswered) return;
  findings.push_back(
      {.rule = is_unheard ? "I-45" : "I-29",
       .cites = is_unheard ? "RFC 3261 13.3.1.4" : "RFC 3261 13.2.2.4",
       .sentence = is_unheard
                       ? fmt::format("{} is repeated {} times after its ACK has passed: the ACK "
                                     "does not arrive, or is not taken.",
                                     it.words(), after.size())
                       : fmt::format("{} came again after its ACK, and was not acknowledged again.",
                                     it.words()),
       .at_ns = it.call.at(after.front()).mark.at_ns,
       .packets = packets_of(it.call, after),
       .is_order_known = false});
}

// RFC 3261 13.3.1.4: who gets no ACK for 64*T1 ends the dialog with a BYE.
void judge_giving_up(const Acceptance& it, const Scope& scope, Findings& findings) {
  const std::int64_t due = it.first().mark.at_ns + kTimeoutNs;
  constexpr std::int64_t kGraceNs = 2'000'000'000;
  if (!it.acks.empty() || it.call.may_have("ACK", it.invite.cseq, true)) return;
  if (it.invite.is_in_dialog() || scope.end_ns < due + kGraceNs) return;
  const bool is_ended = std::ranges::any_of(it.call.requests, [&](const Request& each) {
    return each.method == Method::kBye && (each.from_tag == it.tag || each.to_tag == it.tag);
  });
  if (is_ended) return;
  findings.push_back({.rule = "I-45",
                      .cites = "RFC 3261 13.3.1.4",
                      .sentence = fmt::format("No ACK for the {} within 32 s, and no BYE: the "
                                              "callee holds a call that nobody has.",
                                              it.words()),
                      .at_ns = due,
                      .packets = packets_of(it.call, it.accepts)});
}

// The acceptance that made the dialog in which the callee sends this BYE, by whichever INVITE (one
// may have been challenged); nothing if there is none.
std::optional<Acceptance> acceptance_for(const Call& call, const Request& bye) {
  for (const Request& invite : call.requests) {
    const bool may_be = invite.method == Method::kInvite && !invite.is_in_dialog() &&
                        invite.sender != bye.sender && invite.from_tag == bye.to_tag;
    if (!may_be) continue;
    for (Acceptance& each : acceptances_of(call, invite)) {
      if (each.tag == bye.from_tag) return std::move(each);
    }
  }
  return std::nullopt;
}

// A BYE by the callee before the ACK of its 2xx, or with no 2xx at all. That the ACK passed the tap
// after the BYE proves that the callee had not got it.
void judge_early_bye(const Call& call, const Request& bye, Findings& findings) {
  if (call.begins_inside || bye.sender == Side::kCaller) return;
  const auto it = acceptance_for(call, bye);
  const Message& sent = call.first_of(bye);
  if (!it || sent.mark.at_ns < it->first().mark.at_ns) {
    if (call.may_have("INVITE", 0, false)) return;
    findings.push_back({.rule = "I-33",
                        .cites = "RFC 3261 15",
                        .sentence = "The callee sends BYE though it has not accepted the call: a "
                                    "refusal belongs here.",
                        .at_ns = sent.mark.at_ns,
                        .packets = {sent.mark.packet}});
    return;
  }
  const bool has_ack = !it->acks.empty() && it->acks.front() < bye.first;
  if (has_ack || sent.mark.at_ns >= it->first().mark.at_ns + kTimeoutNs) return;
  if (it->acks.empty() && call.may_have("ACK", it->invite.cseq, true)) return;
  Finding found{.rule = "I-33",
                .cites = "RFC 3261 15",
                .sentence = fmt::format("The callee sends BYE {} after its {}, before the ACK.",
                                        seconds(sent.mark.at_ns - it->first().mark.at_ns),
                                        it->first().sip.status()),
                .at_ns = sent.mark.at_ns,
                .packets = {it->first().mark.packet, sent.mark.packet},
                .is_order_known = !it->acks.empty()};
  if (!it->acks.empty()) found.packets.push_back(call.at(it->acks.front()).mark.packet);
  findings.push_back(std::move(found));
}

// RFC 3261 13.2.2.4: of several that accept, all are acknowledged and all but one get BYE.
void judge_forks(const Call& call, const Request& invite, const Scope& scope, Findings& findings) {
  const std::vector<Acceptance> accepted = acceptances_of(call, invite);
  if (accepted.size() < 2) return;
  std::size_t kept = 0;
  Indices shown;
  for (const Acceptance& each : accepted) {
    shown.push_back(each.accepts.front());
    const bool is_ended = std::ranges::any_of(call.requests, [&](const Request& bye) {
      return bye.method == Method::kBye && (bye.to_tag == each.tag || bye.from_tag == each.tag);
    });
    if (!is_ended) ++kept;
  }
  if (kept < 2 || scope.end_ns < call.at(shown.back()).mark.at_ns + kTimeoutNs) return;
  findings.push_back(
      {.rule = "I-48",
       .cites = "RFC 3261 13.2.2.4",
       .sentence = fmt::format("{} parties accepted one {}, and {} of them were kept.",
                               accepted.size(), words_for(invite), kept),
       .at_ns = call.at(shown[1]).mark.at_ns,
       .packets = packets_of(call, shown)});
}

// RFC 3262 3: who responds reliably repeats until a PRACK names the response.
void judge_pracks(const Call& call, const Request& invite, const Scope& scope, Findings& findings) {
  std::set<std::string> told;
  for (const std::size_t hop : invite.hops) {
    for (const std::size_t each : call.transactions[hop].responses) {
      const Message& response = call.at(each);
      const auto rseq = response.sip.header("RSeq");
      if (response.sip.status() >= 200 || !rseq || !told.insert(std::string{*rseq}).second)
        continue;
      const std::string wanted = fmt::format("{} {} INVITE", *rseq, invite.cseq);
      const bool is_acknowledged = std::ranges::any_of(
          call.messages, [&](const Message& prack) { return prack.sip.header("RAck") == wanted; });
      const Message* final = first_final(call, invite);
      const std::int64_t due = response.mark.at_ns + kTimeoutNs;
      if (is_acknowledged || (final != nullptr && final->mark.at_ns < due)) continue;
      if (scope.end_ns < due) continue;
      findings.push_back({.rule = "RFC 3262",
                          .cites = "RFC 3262 4",
                          .sentence = fmt::format("No PRACK for this {} (RSeq {}) to {}.",
                                                  response.sip.status(), *rseq, words_for(invite)),
                          .at_ns = response.mark.at_ns,
                          .packets = {response.mark.packet}});
    }
  }
}

}  // namespace

void judge_accepts(const Call& call, const Scope& scope, Findings& findings) {
  for (const Request& request : call.requests) {
    if (request.method == Method::kBye) judge_early_bye(call, request, findings);
    if (request.method != Method::kInvite) continue;
    for (const Acceptance& each : acceptances_of(call, request)) {
      judge_missing_ack(each, scope, findings);
      judge_giving_up(each, scope, findings);
      if (each.acks.empty()) continue;
      for (const HopCopies& hop : hops_of(each)) {
        judge_late_ack(each, hop, findings);
        judge_repeats(each, hop, findings);
      }
    }
    judge_forks(call, request, scope, findings);
    judge_pracks(call, request, scope, findings);
  }
}

}  // namespace lastcall::replay::wire
