#include "sim/oracles/exchanges.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kI36{"I-36",
                    "We begin no INVITE in a dialog while another INVITE or an offer is under way "
                    "in it."};
constexpr Rule kI37{"I-37", "An INVITE of the peer that meets one of ours is not accepted."};
constexpr Rule kI59{"I-59", "A request inside a dialog takes the route set of its dialog."};
constexpr Rule kPo4{"PO-4",
                    "A hold of ours begins and ends with the answer to the offer that asked for "
                    "it, not with its sending nor with its failure."};
constexpr Rule kPo6{"PO-6", "An ACK that was due before a BYE leaves before it."};

bool makes_offers(Method method) { return method == Method::kInvite || method == Method::kUpdate; }

}  // namespace

ExchangeRules::Leg& ExchangeRules::leg(CallId id) {
  const auto it = std::ranges::find(legs_, id, &Leg::call);
  if (it != legs_.end()) return *it;
  legs_.push_back({.call = id});
  return legs_.back();
}

const ExchangeRules::Own* ExchangeRules::own_invite(const Leg& leg) {
  const auto it = std::ranges::find(leg.own, Method::kInvite, &Own::method);
  return it == leg.own.end() ? nullptr : &*it;
}

void ExchangeRules::on(const LegStarted& event, const Record&, Report&) {
  Leg& each = leg(event.call);
  each.sip_call_id = event.sip_call_id;
  each.invite = event.invite;
}
void ExchangeRules::on(const DialogStarted& event, const Record&, Report&) {
  leg(event.call).remote_tags.emplace_back(event.dialog, event.remote_tag);
}

void ExchangeRules::on(const RequestSent& event, const Record& record, Report& report) {
  Leg& each = leg(event.call);
  if (event.method == Method::kBye) each.bye = record.pos;
  if (!makes_offers(event.method)) return;
  const bool invite = event.method == Method::kInvite;
  const Position other = !each.own.empty() ? each.own.front().since : each.peer_since;
  // An UPDATE without an offer may meet anything (RFC 3311 5.1).
  if (invite && other != 0) {
    report.broken({kI36,
                   event.call,
                   each.own.empty() ? "the peer's" : "our own",
                   each.own.empty() ? "One of the peer was pending." : "One of ours was pending.",
                   {other, record.pos}});
  }
  each.own.push_back({event.transaction, event.method, record.pos});
}
void ExchangeRules::on(const RequestMended& event, const Record&, Report&) {
  Leg& each = leg(event.call);
  if (each.invite == event.refused) each.invite = event.transaction;
  for (Own& own : each.own) {
    if (own.transaction == event.refused) own.transaction = event.transaction;
  }
}
void ExchangeRules::on(const RequestFinished& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  std::erase_if(each.own, [&](const Own& own) { return own.transaction == event.transaction; });
  if (makes_offers(event.method) && event.status < 300) each.answered = record.at;
}

void ExchangeRules::on(const RequestAccepted& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  if (event.method == Method::kUpdate) each.answered = record.at;  // at once, or not at all
  if (event.method == Method::kBye) each.over = true;
  if (event.method != Method::kInvite) return;
  each.peer_invite = event.transaction;
  each.peer_since = record.pos;
}

void ExchangeRules::on(const AcceptSent& event, const Record& record, Report& report) {
  Leg& each = leg(event.call);
  each.answered = record.at;
  if (event.transaction == each.invite) return;
  if (const Own* own = own_invite(each)) {
    report.broken({kI37,
                   event.call,
                   "accepted",
                   "This one met one of ours and was accepted.",
                   {own->since, record.pos}});
  }
  each.peer_invite = {};
  each.peer_since = 0;
}
void ExchangeRules::on(const InviteRefused& event, const Record&, Report&) {
  Leg& each = leg(event.call);
  if (event.transaction != each.peer_invite) return;
  each.peer_invite = {};
  each.peer_since = 0;
}

void ExchangeRules::on(const AckSent& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  each.answered = record.at;
  const auto it =
      std::ranges::find(each.remote_tags, event.dialog, &std::pair<DialogId, std::string>::first);
  if (it == each.remote_tags.end()) return;
  each.acks.push_back({it->second, event.cseq, record.pos});
  const bool known =
      std::ranges::count(each.routes, it->second, &std::pair<std::string, std::string>::first) != 0;
  if (!known) {
    each.routes.emplace_back(it->second,
                             event.routes.empty() ? std::string{} : event.routes.front());
  }
}
void ExchangeRules::on(const AckReceived& event, const Record& record, Report&) {
  leg(event.call).answered = record.at;
}
void ExchangeRules::on(const UpdateAnswered& event, const Record& record, Report&) {
  leg(event.call).answered = record.at;
}
void ExchangeRules::on(const ReliableReceived& event, const Record& record, Report&) {
  leg(event.call).answered = record.at;
}

void ExchangeRules::on(const SessionChanged& event, const Record& record, Report& report) {
  Leg& each = leg(event.call);
  const bool held = event.held_by.contains(HoldSide::kLocal);
  if (held == each.held) return;
  each.held = held;
  // The answer to the peer's offer may carry it as well: its 200 leaves at this instant, unless a
  // BYE crosses it.
  if (each.answered == record.at || each.peer_since != 0 || each.over) return;
  report.broken({kPo4,
                 event.call,
                 held ? "held" : "resumed",
                 held ? "It was held without an answer." : "It was resumed without an answer.",
                 {record.pos}});
}

void ExchangeRules::check_route(const Leg& leg, const SipMessage& request, Report& report) {
  const auto it =
      std::ranges::find(leg.routes, request.to_tag(), &std::pair<std::string, std::string>::first);
  if (it == leg.routes.end()) return;
  const std::string_view route = request.header(Header::kRoute).value_or(std::string_view{});
  if (it->second.empty() ? route.empty() : route.starts_with(it->second)) return;
  report.broken({kI59,
                 leg.call,
                 std::string{name(request.method())},
                 fmt::format("This {} went another way.", name(request.method())),
                 {},
                 {report.entry}});
}

void ExchangeRules::check_order(Leg& leg, const SipMessage& message, Report& report) {
  if (message.method() == Method::kAck) {
    std::erase_if(leg.acks, [&](const Ack& one) {
      return one.cseq == message.cseq() && one.remote_tag == message.to_tag();
    });
    return;
  }
  for (const Ack& one : leg.acks) {
    if (one.remote_tag != message.to_tag() || one.since > leg.bye) continue;
    report.broken(
        {kPo6, leg.call, "BYE first", "The BYE left first.", {one.since, leg.bye}, {report.entry}});
  }
}

void ExchangeRules::on(const Said& said, Report& report) {
  const SipMessage& message = said.message;
  if (!message.is_request() || crashed_) return;
  if (message.method() != Method::kAck && message.method() != Method::kBye) return;
  for (Leg& each : legs_) {
    if (each.sip_call_id != message.call_id()) continue;
    if (message.method() == Method::kBye) check_route(each, message, report);
    check_order(each, message, report);
  }
}

void ExchangeRules::on(const Faulted& fault, Report&) { crashed_ |= fault.what == Fault::kCrash; }

}  // namespace lastcall::sim
