#include "sim/oracles/duties.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kI42{"I-42",
                    "An ended call is remembered as long as something is owed to its peer."};
constexpr Rule kI43{"I-43",
                    "What is owed to the peer is done once, and every confirmed dialog of an ended "
                    "call is ended by a BYE."};
constexpr Rule kI45{"I-45",
                    "A 2xx to an INVITE is repeated until its ACK; if that never comes, BYE "
                    "follows at 64*T1."};
constexpr Rule kI48{"I-48",
                    "Each fork that accepts our INVITE is acknowledged, and all but the one that "
                    "becomes the call get a BYE at once."};

}  // namespace

DutyRules::Dialog* DutyRules::Leg::find(DialogId id) {
  const auto it = std::ranges::find(dialogs, id, &Dialog::id);
  return it == dialogs.end() ? nullptr : &*it;
}

DutyRules::Leg& DutyRules::leg(CallId id) {
  const auto it = std::ranges::find(legs_, id, &Leg::call);
  if (it != legs_.end()) return *it;
  legs_.push_back({.call = id});
  return legs_.back();
}

void DutyRules::owe_bye(const Leg& each, DialogId dialog, const Bye& bye) {
  Bye owed = bye;
  owed.call = each.call;
  owed.dialog = dialog;
  byes_.push_back(owed);
}

void DutyRules::on(const LegStarted& event, const Record&, Report&) {
  Leg& each = leg(event.call);
  each.role = event.role;
  each.sip_call_id = event.sip_call_id;
  each.local_tag = event.local_tag;
  each.invite_cseq = event.invite_cseq;
}
void DutyRules::on(const RequestMended& event, const Record&, Report&) {
  if (event.method == Method::kInvite && leg(event.call).kept == DialogId{}) {
    leg(event.call).invite_cseq = event.cseq;
  }
}
void DutyRules::on(const DialogStarted& event, const Record&, Report&) {
  leg(event.call).dialogs.push_back({.id = event.dialog, .remote_tag = event.remote_tag});
}

void DutyRules::on(const AcceptSent& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  each.accepted = event.dialog;
  each.accepted_cseq = event.cseq;
  each.accepted_since = record.pos;
  each.gives_up_at = event.gives_up_at;
  each.ack_heard = kNever;
  soonest_ = std::min(soonest_, event.gives_up_at);
}

void DutyRules::hear_fork(const Heard& heard) {
  const SipMessage& accept = heard.message;
  if (accept.method() != Method::kInvite || accept.status() / 100 != 2) return;
  for (const Leg& each : legs_) {
    const bool forked = each.dialogs.size() > 1 && each.invite_cseq == accept.cseq() &&
                        each.sip_call_id == accept.call_id();
    if (forked) forks_.push_back({each.call, std::string{accept.to_tag()}, heard.at});
  }
}

void DutyRules::on(const DatagramDropped&, const Record& record, Report&) {
  std::erase_if(forks_, [&](const Fork& fork) { return fork.heard == record.cause; });
}

void DutyRules::check_forks(Report& report) {
  for (const Fork& fork : forks_) {
    Leg& each = leg(fork.call);
    const auto dialog = std::ranges::find(each.dialogs, fork.remote_tag, &Dialog::remote_tag);
    const bool known = dialog != each.dialogs.end() && dialog->confirmed != 0;
    if (known || crashed_) continue;
    report.broken({kI48, fork.call, "no ACK", "This one was not acknowledged.", {fork.heard}});
  }
  forks_.clear();
}

// The ACK on the wire, whatever the engine makes of it.
void DutyRules::on(const Heard& heard, Report& report) {
  const SipMessage& ack = heard.message;
  if (ack.is_response()) return hear_fork(heard);
  if (!ack.is_request() || ack.method() != Method::kAck) return;
  for (Leg& each : legs_) {
    if (each.accepted == DialogId{} || each.accepted_cseq != ack.cseq()) continue;
    if (each.sip_call_id != ack.call_id() || each.local_tag != ack.to_tag()) continue;
    each.ack_heard = std::min(each.ack_heard, report.now);
  }
}

void DutyRules::on(const AcceptResent& event, const Record& record, Report& report) {
  const Leg& each = leg(event.call);
  if (record.at <= each.ack_heard) return;
  report.broken(
      {kI45,
       event.call,
       "repeated",
       fmt::format("Its ACK had come at {}, and it was repeated.", seconds(each.ack_heard)),
       {each.accepted_since, record.pos}});
}

void DutyRules::on(const AckReceived& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  each.accepted = {};
  each.gives_up_at = kNever;
  Dialog* dialog = each.find(event.dialog);
  if (dialog != nullptr && dialog->confirmed == 0) dialog->confirmed = record.pos;
}

void DutyRules::on(const AcceptUnacknowledged& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  each.accepted = {};
  each.gives_up_at = kNever;
  owe_bye(each, event.dialog,
          {.rule = &kI45, .since = record.pos, .why = "Its ACK never came, and no BYE followed."});
}

void DutyRules::on(const AckSent& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  Dialog* dialog = each.find(event.dialog);
  if (dialog == nullptr || each.role == CallRole::kCallee) return;
  if (dialog->confirmed != 0 || event.cseq != each.invite_cseq) return;
  dialog->confirmed = record.pos;
  if (each.ending == 0 && each.kept == DialogId{}) {
    each.kept = event.dialog;
    return;
  }
  owe_bye(each, event.dialog,
          {.rule = &kI48, .since = record.pos, .why = "This one was left without."});
}

void DutyRules::on(const RequestSent& event, const Record& record, Report&) {
  if (event.method != Method::kBye) return;
  Leg& each = leg(event.call);
  if (Dialog* dialog = each.find(event.dialog)) dialog->mortal = record.pos;
  const bool known =
      std::ranges::count(each.duties, Duty::kByeFinal, &std::pair<Duty, Position>::first) != 0;
  if (!known) each.duties.emplace_back(Duty::kByeFinal, record.pos);
}

void DutyRules::on(const RequestAccepted& event, const Record& record, Report&) {
  if (event.method != Method::kBye) return;
  Leg& each = leg(event.call);
  if (each.accepted == event.dialog) {
    each.accepted = {};
    each.gives_up_at = kNever;
  }
  if (Dialog* dialog = each.find(event.dialog)) dialog->mortal = record.pos;
}

void DutyRules::on(const CallTerminating& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  if (each.ending == 0) each.ending = record.pos;
}

void DutyRules::on(const DutiesTaken& event, const Record& record, Report&) {
  Leg& each = leg(event.call);
  event.duties.for_each([&](Duty duty) {
    const bool known =
        std::ranges::count(each.duties, duty, &std::pair<Duty, Position>::first) != 0;
    if (!known) each.duties.emplace_back(duty, record.pos);
  });
}

void DutyRules::on(const DutyDone& event, const Record& record, Report& report) {
  Leg& each = leg(event.call);
  const auto it = std::ranges::find(each.duties, event.duty, &std::pair<Duty, Position>::first);
  if (it == each.duties.end()) {
    report.broken({kI43,
                   event.call,
                   fmt::format("{} again", name(event.duty)),
                   fmt::format("{} was done and not owed.", name(event.duty)),
                   {record.pos}});
    return;
  }
  if (event.duty == Duty::kByeOnAck) {
    for (const Dialog& dialog : each.dialogs) {
      owe_bye(each, dialog.id,
              {.rule = &kI43, .since = it->second, .why = "It was struck off without a BYE."});
    }
  }
  each.duties.erase(it);
}

void DutyRules::on(const CallTerminated& event, const Record& record, Report& report) {
  Leg& each = leg(event.call);
  each.ended = record.pos;
  each.ended_at = record.at;
  if (event.missing.contains(CleanupLayer::kDialog) || !event.remembered || crashed_) return;
  for (const Dialog& dialog : each.dialogs) {
    if (dialog.confirmed == 0 || dialog.mortal != 0) continue;
    report.broken({kI43,
                   event.call,
                   "no BYE",
                   "A dialog of this one got none.",
                   {dialog.confirmed, record.pos}});
  }
}

void DutyRules::on(const TombstoneEnded& event, const Record& record, Report& report) {
  const Leg& each = leg(event.call);
  if (each.ended == 0 && !each.sip_call_id.empty()) {
    report.broken({kI42, event.call, "alive", "This one had not even ended.", {record.pos}});
  }
  // Its time is counted from the end; an engine that stood still since then may not be done.
  if (each.duties.empty() || report.up_since > each.ended_at) return;
  const auto& [duty, since] = each.duties.front();
  report.broken({kI43,
                 event.call,
                 fmt::format("{} never", name(duty)),
                 fmt::format("{} was never done.", name(duty)),
                 {since, record.pos}});
}

void DutyRules::on(const Faulted& fault, Report&) { crashed_ |= fault.what == Fault::kCrash; }

void DutyRules::check_waiting(Instant now, Report& report) {
  soonest_ = kNever;
  for (Leg& each : legs_) {
    const bool waits = each.gives_up_at != kNever;
    if (!waits || report.late_after(each.gives_up_at) >= now) {
      soonest_ = std::min(soonest_, each.gives_up_at);
      continue;
    }
    report.broken({kI45,
                   each.call,
                   "waits on",
                   fmt::format("It should have given up at {}.", seconds(each.gives_up_at)),
                   {each.accepted_since}});
    each.gives_up_at = kNever;
  }
}

void DutyRules::passed(Instant now, Report& report) {
  for (const Bye& bye : byes_) {
    const Dialog* dialog = leg(bye.call).find(bye.dialog);
    if (crashed_ || dialog == nullptr || dialog->mortal != 0) continue;
    report.broken({*bye.rule, bye.call, "no BYE", std::string{bye.why}, {bye.since}});
  }
  byes_.clear();
  check_forks(report);
  if (crashed_ || report.down || now == kNever || soonest_ == kNever) return;
  if (report.late_after(soonest_) < now) check_waiting(now, report);
}

}  // namespace lastcall::sim
