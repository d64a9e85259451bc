// How a call ends: what a BYE is answered with, and what may not begin or succeed after it.

#include "replay/wire/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay::wire {
namespace {

// How long who took part in a BYE must know its dialog at least: Timer K (RFC 3261 17.1.2.2).
constexpr std::int64_t kMemoryNs = 5'000'000'000;

// The first other BYE of the same dialog that was seen before this one; null if there is none.
const Request* bye_before(const Call& call, const Request& bye) {
  for (const Request& each : call.requests) {
    if (each.method == Method::kBye && &each != &bye && is_same_dialog(each, bye) &&
        each.first < bye.first) {
      return &each;
    }
  }
  return nullptr;
}

// Whether the capture shows that there was such a dialog.
bool is_dialog_known(const Call& call, const Request& bye) {
  return std::ranges::any_of(call.messages, [&](const Message& each) {
    const bool is_accept = each.sip.is_response() && each.sip.method() == Method::kInvite &&
                           each.sip.status() / 100 == 2;
    const bool is_same = (each.sip.from_tag() == bye.from_tag && each.sip.to_tag() == bye.to_tag) ||
                         (each.sip.from_tag() == bye.to_tag && each.sip.to_tag() == bye.from_tag);
    return is_accept && is_same;
  });
}

void judge_bye_answer(const Call& call, const Request& bye, Findings& findings) {
  const Message* final = first_final(call, bye);
  if (final == nullptr) return;
  const int status = final->sip.status();
  if (status < 300 || status == 401 || status == 407) return;
  const Message& sent = call.first_of(bye);
  Finding found{.rule = "I-27",
                .cites = "RFC 3261 15.1.2",
                .sentence = fmt::format("{} to a BYE of a live dialog.", status),
                .at_ns = final->mark.at_ns,
                .packets = {sent.mark.packet, final->mark.packet}};
  const Request* before = bye_before(call, bye);
  if (before == nullptr) {
    if (!is_dialog_known(call, bye)) return;
    findings.push_back(std::move(found));
    return;
  }
  const Message& first = call.first_of(*before);
  const Message* answer = first_accept(call, *before);
  const bool is_crossing =
      before->sender != bye.sender && (answer == nullptr || answer->mark.at_ns > sent.mark.at_ns);
  const std::int64_t late = sent.mark.at_ns - (answer ? answer : &first)->mark.at_ns;
  if (!is_crossing && (late > kMemoryNs || is_reliable(sent.source.transport))) return;
  found.cites = "RFC 5407 3.2.1";
  found.sentence =
      is_crossing
          ? fmt::format("{} to a BYE that crossed the other side's: both get 200.", status)
          : fmt::format("{} to a BYE {} after the end: the dialog must still be remembered.",
                        status, seconds(late));
  found.packets.insert(found.packets.begin(), first.mark.packet);
  findings.push_back(std::move(found));
}

// What may still begin after a BYE: the rest of subscriptions, and what answers others.
bool may_follow_bye(const Request& request) {
  return request.method == Method::kNotify || request.method == Method::kSubscribe ||
         request.method == Method::kPrack || request.method == Method::kCancel ||
         !request.is_in_dialog();
}

// A BYE that failed may be tried again, with credentials or elsewhere.
bool is_second_try(const Call& call, const Request& bye) {
  if (bye.method != Method::kBye) return false;
  const Request* before = bye_before(call, bye);
  if (before == nullptr || before->sender != bye.sender) return false;
  const Message* final = first_final(call, *before);
  return final != nullptr && final->sip.status() >= 300 && final->sip.status() != 481;
}

void judge_new_request(const Call& call, const Request& request, Findings& findings) {
  if (may_follow_bye(request)) return;
  const Message& sent = call.first_of(request);
  const Message* sign = first_sign_of_end(call, request, request.sender);
  if (sign == nullptr || sign == &sent || sign->mark.at_ns >= sent.mark.at_ns) return;
  if (is_second_try(call, request)) return;
  const bool is_answer = sign->sip.is_response();
  findings.push_back({.rule = "I-31",
                      .cites = "RFC 3261 15.1.1",
                      .sentence = fmt::format("The {} sends {} {} after it {} in the same dialog.",
                                              name(request.sender), words_for(request),
                                              seconds(sent.mark.at_ns - sign->mark.at_ns),
                                              is_answer ? "answered BYE" : "sent BYE"),
                      .at_ns = sent.mark.at_ns,
                      .packets = {sign->mark.packet, sent.mark.packet},
                      .is_order_known = is_same_tap(*sign, sent)});
}

void judge_late_accept(const Call& call, const Request& request, Findings& findings) {
  const bool is_of_call = request.method == Method::kInvite || request.method == Method::kUpdate ||
                          request.method == Method::kInfo;
  if (!is_of_call || !request.is_in_dialog()) return;
  const Message* accept = first_accept(call, request);
  const Message* sign = first_sign_of_end(call, request, other(request.sender));
  if (accept == nullptr || sign == nullptr || sign->mark.at_ns >= accept->mark.at_ns) return;
  findings.push_back(
      {.rule = "I-32",
       .cites = "RFC 5407 3.2.2",
       .sentence =
           fmt::format("{} to {} {} after BYE: 481 or 487 belongs here.", accept->sip.status(),
                       words_for(request), seconds(accept->mark.at_ns - sign->mark.at_ns)),
       .at_ns = accept->mark.at_ns,
       .packets = {sign->mark.packet, call.first_of(request).mark.packet, accept->mark.packet},
       .is_order_known = is_same_tap(*sign, *accept)});
}

// Who is still in a call when the capture ends, and whether anything still flows.
void judge_standing_call(const Call& call, const Scope& scope, Findings& findings) {
  const Life life = life_of(call);
  if (life.state != "answered") return;
  std::int64_t last = call.messages.back().mark.at_ns;
  std::int64_t last_media = 0;
  for (const Stream& each : call.streams) last_media = std::max(last_media, each.last.at_ns);
  last = std::max(last, last_media);
  std::string sentence = "Nobody has hung up when the capture ends";
  if (last_media != 0 && scope.end_ns - last_media > 1'000'000'000) {
    sentence += fmt::format("; its last RTP is {} old", seconds(scope.end_ns - last_media));
  }
  findings.push_back({.kind = Kind::kOpen,
                      .rule = "I-54",
                      .cites = "RFC 3261 15",
                      .sentence = sentence + ".",
                      .at_ns = last,
                      .packets = {call.messages.back().mark.packet}});
}

}  // namespace

void judge_ending(const Call& call, const Scope& scope, Findings& findings) {
  for (const Request& request : call.requests) {
    if (request.method == Method::kBye) judge_bye_answer(call, request, findings);
    judge_new_request(call, request, findings);
    judge_late_accept(call, request, findings);
  }
  judge_standing_call(call, scope, findings);
}

}  // namespace lastcall::replay::wire
