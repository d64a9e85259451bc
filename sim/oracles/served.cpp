#include "sim/oracles/served.hpp"

#include "engine/base/hash.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kI26{"I-26",
                    "Every request gets exactly one final response, an INVITE at the latest when "
                    "its call ends, and 408 is for INVITE only."};
constexpr Rule kI27{"I-27",
                    "A BYE of a dialog that lives or is remembered is answered at once, and never "
                    "with 481."};
constexpr Rule kI28{"I-28", "An INVITE never gets two different final responses."};
constexpr Rule kI32{"I-32",
                    "Once a BYE has crossed a dialog, every other request in it is refused at "
                    "once with 481, or 500 if it is late."};
constexpr Rule kI46{"I-46",
                    "The CSeq numbers of the peer never go back: a lower one gets 500, or 481 "
                    "after a BYE."};
constexpr Rule kI40{"I-40",
                    "What is repeated is no news: it gets the same response again, byte for byte."};

std::uint64_t key_of(const SipMessage& message) {
  const Via via = message.via();
  return hash_of(0, via.branch, via.host, via.port, message.method());
}

std::uint64_t dialog_of(std::string_view call_id, std::string_view local, std::string_view remote) {
  return hash_of(0, call_id, local, remote);
}

// Whether the engine goes on at this very instant, with everything that has waited.
bool just_woke(const Report& report) {
  return report.up_since == report.now && report.now != Instant{};
}

}  // namespace

void ServedRules::on(const Heard& heard, Report& report) {
  newest_ = 0;
  const SipMessage& message = heard.message;
  if (!message.is_request() || message.method() == Method::kAck) return;
  const Key key = key_of(message);
  const auto [it, is_new] = requests_.try_emplace(key);
  // A copy that comes behind Timer J or L is a new request (RFC 3261 17.2.2, RFC 6026 7.1), but one
  // that waited while the engine stood still comes before timers that are overdue, or behind them.
  if (!is_new && report.now < it->second.until) return;
  // Whether it was one shows again when that, too, would be over.
  const Instant over = report.now + limits::k64T1;
  if (!is_new && (report.now < it->second.gone || just_woke(report))) {
    it->second.unsure = true;
    it->second.gone = over + report.config.timer_lateness_max;
    return;
  }
  newest_ = key;
  it->second = {.method = message.method(),
                .heard = heard.at,
                .until = over,
                .former = it->second.bytes};
  Known* dialog = known(message);
  if (dialog == nullptr) return;
  Request& request = it->second;
  request.call = dialog->call;
  request.in_dialog = true;
  request.mortal = dialog->mortal;
  if (message.method() == Method::kCancel) return;
  request.late = message.cseq() < dialog->cseq;
  dialog->cseq = std::max(dialog->cseq, message.cseq());
}

ServedRules::Known* ServedRules::known(const SipMessage& request) {
  return dialogs_.find(dialog_of(request.call_id(), request.to_tag(), request.from_tag()));
}

void ServedRules::on(const DatagramDropped&, const Record& record, Report&) {
  const auto it = requests_.find(newest_);
  if (it != requests_.end() && it->second.heard == record.cause) requests_.erase(it);
  newest_ = 0;
}

// After a BYE only what belongs to another usage may be taken (RACES I-32), and PRACK (R-EST-11).
void ServedRules::check_status(const Request& request, int status, Report& report) {
  const auto breach = [&](const Rule& rule) {
    report.broken({rule,
                   request.call,
                   fmt::format("{} {}", name(request.method), status),
                   fmt::format("A {} got {}.", name(request.method), status),
                   {request.heard},
                   {report.entry}});
  };
  const Method method = request.method;
  if (method == Method::kBye || method == Method::kPrack || method == Method::kCancel) return;
  const bool usage = method == Method::kNotify || method == Method::kSubscribe;
  if (request.mortal && !usage && status != 481 && status != 500) breach(kI32);
  if (request.late && status < 400) breach(kI46);
}

void ServedRules::on(const Said& said, Report& report) {
  const SipMessage& message = said.message;
  if (!message.is_response() || message.status() < 200) return;
  const auto it = requests_.find(key_of(message));
  if (it != requests_.end()) check_final(message, it->second, report);
}

void ServedRules::check_final(const SipMessage& message, Request& request, Report& report) {
  const std::uint64_t bytes = hash_of(0, message.bytes());
  const int status = message.status();
  const std::string_view method = name(request.method);
  // What comes that late answers a copy that was a new request, statelessly perhaps.
  const bool stale = request.status != 0 && report.now >= request.until;
  if (request.unsure || stale) return;
  if (request.status == 0 || request.may_be_former) {
    request.may_be_former = request.former == bytes;
    request.status = status;
    request.bytes = bytes;
    request.gone = report.now + limits::k64T1 + report.config.timer_lateness_max;
    check_status(request, status, report);
    if (status == 408 && request.method != Method::kInvite) {
      report.broken({kI26,
                     request.call,
                     fmt::format("{} 408", method),
                     fmt::format("A {} got 408.", method),
                     {request.heard},
                     {report.entry}});
    }
    const bool right = status < 300 || status == 401 || status == 407 || status == 500;
    if (request.method == Method::kBye && request.in_dialog && !right) {
      report.broken({kI27,
                     request.call,
                     fmt::format("BYE {}", status),
                     fmt::format("It was answered {}.", status),
                     {request.heard},
                     {report.entry}});
    }
  } else if (request.status != status) {
    report.broken({request.method == Method::kInvite ? kI28 : kI26,
                   request.call,
                   fmt::format("{} {} and {}", method, request.status, status),
                   fmt::format("A {} got {} and then {}.", method, request.status, status),
                   {request.heard},
                   {report.entry}});
  } else if (request.bytes != bytes) {
    report.broken({kI40,
                   request.call,
                   fmt::format("{} {}", method, status),
                   fmt::format("The {} to {} came in two versions.", status, method),
                   {request.heard},
                   {report.entry}});
  }
}

void ServedRules::on(const LegStarted& event, const Record&, Report&) {
  legs_.put(event.call, {event.sip_call_id, event.local_tag, {}});
}
void ServedRules::on(const DialogStarted& event, const Record&, Report&) {
  Leg* leg = legs_.find(event.call);
  if (leg == nullptr) return;
  const std::uint64_t dialog = dialog_of(leg->sip_call_id, leg->local_tag, event.remote_tag);
  leg->dialogs.emplace_back(event.dialog, dialog);
  dialogs_.put(dialog, {.call = event.call, .cseq = event.remote_cseq});
}
void ServedRules::make_mortal(CallId call, DialogId dialog) {
  const Leg* leg = legs_.find(call);
  if (leg == nullptr) return;
  for (const auto& [id, key] : leg->dialogs) {
    if (id == dialog) dialogs_.find(key)->mortal = true;
  }
}
void ServedRules::on(const RequestSent& event, const Record&, Report&) {
  if (event.method == Method::kBye) make_mortal(event.call, event.dialog);
}
void ServedRules::on(const RequestAccepted& event, const Record&, Report&) {
  if (event.method == Method::kBye) make_mortal(event.call, event.dialog);
}
void ServedRules::on(const FailureAcknowledged& event, const Record& record, Report& report) {
  for (auto& [key, request] : requests_) {
    // Timer I (RFC 3261 17.2.1).
    if (request.transaction == event.transaction) request.until = record.at + limits::kT4;
  }
  if (std::ranges::find(acknowledged_, event.transaction) == acknowledged_.end()) {
    acknowledged_.push_back(event.transaction);
    return;
  }
  report.broken({kI40, event.call, "ACK", "An ACK was taken for new again.", {record.pos}});
}
void ServedRules::on(const TombstoneEnded& event, const Record&, Report&) {
  const Leg* leg = legs_.find(event.call);
  if (leg == nullptr) return;
  for (const auto& [id, key] : leg->dialogs) dialogs_.erase(key);
  legs_.erase(event.call);
  // What still waits for its dialog to handle it will find none.
  for (auto& [key, request] : requests_) {
    if (request.call == event.call && request.status == 0) request.in_dialog = false;
  }
}

void ServedRules::on(const ServerTransactionStarted& event, const Record& record, Report&) {
  const auto it = requests_.find(newest_);
  if (it != requests_.end()) it->second.transaction = event.transaction;
  std::erase(acknowledged_, event.transaction);
  const bool in_dialog = it != requests_.end() && it->second.in_dialog;
  const bool mortal = in_dialog && it->second.mortal;
  const Pending pending{event.transaction, event.call, record.pos};
  if (event.method == Method::kBye && in_dialog)
    byes_.push_back(pending);
  else if (mortal)
    mortals_.push_back(pending);
  if (event.method == Method::kInvite) invites_.push_back(pending);
}

void ServedRules::on(const ResponseSent& event, const Record&, Report&) {
  if (event.status < 200) return;
  const auto same = [&](const Pending& each) { return each.transaction == event.transaction; };
  std::erase_if(byes_, same);
  std::erase_if(mortals_, same);
  std::erase_if(invites_, same);
}

void ServedRules::on(const CallTerminated& event, const Record&, Report&) {
  ended_.insert(event.call);
}

void ServedRules::on(const Faulted& fault, Report&) {
  if (fault.what != Fault::kCrash) return;
  // What was not durable died with the process; the peer repeats it.
  crashed_ = true;
  byes_.clear();
  mortals_.clear();
  invites_.clear();
}

void ServedRules::passed(Instant, Report& report) {
  for (const Pending& bye : byes_) {
    report.broken(
        {kI27, bye.call, "BYE unanswered", "It got no answer at that instant.", {bye.since}});
  }
  byes_.clear();
  for (const Pending& each : mortals_) {
    report.broken({kI32, each.call, "unanswered", "This one got no answer.", {each.since}});
  }
  mortals_.clear();
  if (ended_.empty()) return;
  std::erase_if(invites_, [&](const Pending& invite) {
    if (!ended_.contains(invite.call)) return false;
    report.broken({kI26,
                   invite.call,
                   "INVITE unanswered",
                   "Its call ended without an answer.",
                   {invite.since}});
    return true;
  });
  ended_.clear();
}

void ServedRules::end(Report& report) {
  if (crashed_) return;
  for (const auto& [key, request] : requests_) {
    if (request.status != 0 || request.unsure) continue;
    report.broken({kI26,
                   request.call,
                   fmt::format("{} never answered", name(request.method)),
                   fmt::format("A {} was never answered.", name(request.method)),
                   {request.heard}});
  }
}

}  // namespace lastcall::sim
