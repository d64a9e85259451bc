#include "sim/oracles/dialogs.hpp"

#include <fmt/format.h>

namespace lastcall::sim {
namespace {

constexpr Rule kI31{"I-31", "After a BYE no other request of ours begins in its dialog."};
constexpr Rule kI33{"I-33", "A callee sends no BYE before the ACK of its 200, nor an early one."};
constexpr Rule kI35{"I-35", "The CSeq numbers of our requests in a dialog increase by one."};
constexpr Rule kPo2{"PO-2",
                    "A local hangup of an established call sends BYE at the instant the ending "
                    "begins."};

}  // namespace

DialogRules::Call& DialogRules::call(CallId id) {
  Call* found = calls_.find(id);
  return found != nullptr ? *found : calls_.put(id, {});
}

void DialogRules::on(const LegStarted& event, const Record&, Report&) {
  Call& each = call(event.call);
  each.role = event.role;
  each.invite_cseq = each.cseq = event.invite_cseq;
}
// RFC 3261 8.1.3.5, 22.2: sent once more, with the next CSeq of its dialog or of the INVITE.
void DialogRules::on(const RequestMended& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  if (event.cseq <= each.invite_cseq && !crashed_) {
    report.broken({kI35,
                   event.call,
                   std::string{name(event.method)},
                   fmt::format("{} {} was sent again as {}.", name(event.method), each.invite_cseq,
                               event.cseq),
                   {record.pos}});
  }
  each.cseq = event.cseq;
}
void DialogRules::on(const AcceptSent& event, const Record& record, Report&) {
  Call& each = call(event.call);
  if (each.accepted == kNever) each.accepted = record.at;
}
void DialogRules::on(const AckReceived& event, const Record&, Report&) {
  call(event.call).acknowledged = true;
}
void DialogRules::on(const AckSent& event, const Record&, Report&) {
  call(event.call).acknowledged = true;
}
void DialogRules::on(const AcceptUnacknowledged& event, const Record&, Report&) {
  call(event.call).abandoned = true;
}

void DialogRules::on(const RequestSent& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  Dialog& dialog = each.dialogs[event.dialog];
  const bool is_bye = event.method == Method::kBye;
  const bool is_usage = event.method == Method::kNotify && each.referred;
  if (dialog.mortal != 0 && !is_usage && !(is_bye && (dialog.bye_may_repeat || crashed_))) {
    report.broken({kI31,
                   event.call,
                   std::string{name(event.method)},
                   fmt::format("{} was sent.", name(event.method)),
                   {dialog.mortal, record.pos}});
  }
  check_order(event, each, report);
  if (!is_bye) return;
  if (each.role == CallRole::kCallee) check_bye(event, each, report);
  dialog.mortal = record.pos;
  dialog.bye_may_repeat = false;
  has_bye(event.call);
}

// Each fork counts on from the INVITE that made it (RFC 3261 12.1.2); one count for all forks of a
// leg keeps the order as well.
void DialogRules::check_order(const RequestSent& event, Call& each, Report& report) {
  Dialog& dialog = each.dialogs[event.dialog];
  const std::uint32_t in_dialog = dialog.cseq == 0 ? each.invite_cseq : dialog.cseq;
  const bool next = event.cseq == in_dialog + 1 || event.cseq == each.cseq + 1;
  if (!next && !crashed_) {
    report.broken({kI35,
                   event.call,
                   std::string{name(event.method)},
                   fmt::format("{} {} followed {}.", name(event.method), event.cseq, in_dialog),
                   {report.at}});
  }
  dialog.cseq = event.cseq;
  each.cseq = event.cseq;
}

void DialogRules::check_bye(const RequestSent& event, const Call& each, Report& report) {
  if (each.acknowledged || each.abandoned) return;
  const bool early = each.accepted == kNever;
  if (!early && report.now >= each.accepted + limits::k64T1) return;
  report.broken({kI33,
                 event.call,
                 early ? "early" : "unacknowledged",
                 early ? "It was sent in an early dialog." : "It was sent before the ACK.",
                 {report.at}});
}

void DialogRules::on(const ReferTaken& event, const Record&, Report&) {
  call(event.call).referred = true;
}

void DialogRules::on(const RequestFinished& event, const Record&, Report&) {
  if (event.method != Method::kBye) return;
  // RFC 3261 22.2 and 8.1.3.1: challenged, or lost with its transport.
  const bool again = event.status == 401 || event.status == 407 || event.status == 503;
  call(event.call).dialogs[event.dialog].bye_may_repeat = again;
}

void DialogRules::on(const RequestAccepted& event, const Record& record, Report&) {
  if (event.method != Method::kBye) return;
  call(event.call).dialogs[event.dialog].mortal = record.pos;
  has_bye(event.call);
}

void DialogRules::has_bye(CallId id) {
  call(id).bye = true;
  std::erase_if(hangups_, [&](const Hangup& hangup) { return hangup.call == id; });
}

void DialogRules::on(const CallTerminating& event, const Record& record, Report&) {
  const Call& each = call(event.call);
  if (event.cause != Cause::kLocalHangup || !each.acknowledged || each.bye) return;
  hangups_.push_back({event.call, record.pos});
}

void DialogRules::on(const Faulted& fault, Report&) {
  if (fault.what != Fault::kCrash) return;
  crashed_ = true;
  hangups_.clear();
}

void DialogRules::passed(Instant, Report& report) {
  for (const Hangup& hangup : hangups_) {
    report.broken({kPo2, hangup.call, "", "None was sent, and time went on.", {hangup.ending}});
  }
  hangups_.clear();
}

}  // namespace lastcall::sim
