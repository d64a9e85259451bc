// The races of RFC 5407 that a capture shows, however they ended: messages that passed each other
// on their way. A tap sees one order; both sides may have seen the other.

#include "replay/wire/rules.hpp"

#include <fmt/format.h>

namespace lastcall::replay::wire {
namespace {

void add(Findings& findings, const Call& call, const Request& first, const Request& second,
         const char* race, std::string sentence) {
  const Message& later = call.first_of(second);
  const std::int64_t apart = later.mark.at_ns - call.first_of(first).mark.at_ns;
  findings.push_back({.kind = Kind::kRace,
                      .rule = race,
                      .cites = "RFC 5407",
                      .sentence = fmt::format("{}, {} apart.", sentence, seconds(apart)),
                      .at_ns = later.mark.at_ns,
                      .packets = {call.first_of(first).mark.packet, later.mark.packet},
                      .is_order_known = false});
}

// Whether `second` left before its sender had answered `first`.
bool crosses(const Call& call, const Request& first, const Request& second) {
  if (first.sender == second.sender || first.first > second.first) return false;
  const Message* answer = first_final(call, first);
  return answer == nullptr || answer->mark.at_ns >= call.first_of(second).mark.at_ns;
}

void name_crossing(const Call& call, const Request& first, const Request& second,
                   Findings& findings) {
  if (!is_same_dialog(first, second) || !crosses(call, first, second)) return;
  const bool is_bye_first = first.method == Method::kBye;
  const bool is_bye_second = second.method == Method::kBye;
  const bool is_offer_first = first.method == Method::kInvite;
  const bool is_offer_second = second.method == Method::kInvite;
  if (is_bye_first && is_bye_second)
    add(findings, call, first, second, "R-5407-3.2.1", "BYE crosses BYE");
  else if ((is_bye_first && is_offer_second) || (is_offer_first && is_bye_second))
    add(findings, call, first, second, "R-5407-3.2.2",
        fmt::format("BYE crosses {}", holds(call.first_of(is_bye_first ? second : first).sip)
                                          ? "the re-INVITE of a hold"
                                          : "re-INVITE"));
  else if (is_offer_first && is_offer_second)
    add(findings, call, first, second, "R-5407-3.3.1", "re-INVITE crosses re-INVITE (glare)");
}

// CANCEL and 2xx to the same INVITE on one hop: it came too late, or nearly so.
void name_cancel(const Call& call, const Request& cancel, Findings& findings) {
  const Message& sent = call.first_of(cancel);
  for (const Request& invite : call.requests) {
    if (invite.method != Method::kInvite || invite.cseq != cancel.cseq ||
        invite.from_tag != cancel.from_tag) {
      continue;
    }
    for (const std::size_t hop : invite.hops) {
      const Transaction& transaction = call.transactions[hop];
      if (transaction.requests.empty()) continue;
      const Message& on_hop = call.at(transaction.requests.front());
      if (on_hop.sip.via().branch != sent.sip.via().branch) continue;
      for (const std::size_t each : transaction.responses) {
        const Message& accept = call.at(each);
        if (accept.sip.status() / 100 != 2) continue;
        findings.push_back(
            {.kind = Kind::kRace,
             .rule = "R-5407-3.1.2",
             .cites = "RFC 5407",
             .sentence = fmt::format("CANCEL crosses {} to its INVITE: the call must be "
                                     "acknowledged and ended with BYE.",
                                     accept.sip.status()),
             .at_ns = std::max(sent.mark.at_ns, accept.mark.at_ns),
             .packets = {sent.mark.packet, accept.mark.packet},
             .is_order_known = false});
        return;
      }
    }
  }
}

}  // namespace

void name_races(const Call& call, Findings& findings) {
  for (const Request& first : call.requests) {
    if (first.method == Method::kCancel) name_cancel(call, first, findings);
    if (!first.is_in_dialog()) continue;
    for (const Request& second : call.requests) {
      if (&first != &second && second.is_in_dialog() && first.first < second.first) {
        name_crossing(call, first, second, findings);
      }
    }
  }
}

}  // namespace lastcall::replay::wire
