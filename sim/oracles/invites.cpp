#include "sim/oracles/invites.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace lastcall::sim {
namespace {

constexpr Rule kI29{"I-29", "Every 2xx to an INVITE of ours, repeats too, is acknowledged once."};
constexpr Rule kI30{"I-30",
                    "Every refusal of an INVITE of ours, repeats too, is acknowledged once, with "
                    "the INVITE's branch and Request-URI."};
constexpr Rule kI34{"I-34",
                    "A CANCEL follows a provisional response, precedes the final one, and repeats "
                    "the INVITE's identity; one per INVITE."};

// An ACK is due at once, but it may have to wait behind orders of its call that wait for the disk.
constexpr Duration kHeldMax = std::chrono::seconds{1};

}  // namespace

void InviteRules::on(const Heard& heard, Report& report) {
  refused_.clear();
  accepted_.reset();
  newest_ = heard.at;
  const SipMessage& message = heard.message;
  if (!message.is_response() || message.method() != Method::kInvite) return;
  if (message.status() < 200) return;
  const std::string_view branch = message.via().branch;
  if (!invites_.contains(branch)) return;
  const bool accepts = message.status() < 300;
  if (accepts) {
    accepted_ = AcceptKey{message.call_id(), message.cseq(), message.to_tag()};
  } else {
    refused_ = branch;
  }
  Finals& finals = accepts ? accepts_[*accepted_] : refusals_[refused_];
  if (finals.heard == 0) finals.at = heard.at;
  finals.unsure |= report.up_since != Instant{};
  finals.status = message.status();
  if (finals.heard++ == finals.acknowledged) finals.since = report.now;
  overdue_ = std::min(overdue_, finals.since);
}

void InviteRules::on(const DatagramDropped&, const Record& record, Report&) {
  if (record.cause != newest_) return;
  if (accepted_) --accepts_[*accepted_].heard;
  if (!refused_.empty()) --refusals_[refused_].heard;
  newest_ = 0;
}

void InviteRules::on(const Said& said, Report& report) {
  const SipMessage& message = said.message;
  if (!message.is_request()) return;
  if (message.method() == Method::kAck) return sent_ack(message, report);
  if (message.method() == Method::kCancel) return sent_cancel(message, report);
  if (message.method() != Method::kInvite) return;
  invites_.try_emplace(std::string{message.via().branch},
                       Invite{std::string{message.request_uri()}, std::string{message.call_id()},
                              std::string{message.from_tag()}, message.cseq()});
}

void InviteRules::sent_ack(const SipMessage& ack, Report& report) {
  const auto invite = invites_.find(ack.via().branch);
  if (invite == invites_.end()) {
    Finals& finals = accepts_[AcceptKey{ack.call_id(), ack.cseq(), ack.to_tag()}];
    ++finals.acknowledged;
    return;
  }
  Finals& finals = refusals_[invite->first];
  ++finals.acknowledged;
  if (ack.request_uri() == invite->second.uri && ack.cseq() == invite->second.cseq) return;
  report.broken({kI30,
                 {},
                 "other target",
                 "An ACK went elsewhere than its INVITE.",
                 {finals.at},
                 {report.entry}});
}

void InviteRules::sent_cancel(const SipMessage& cancel, Report& report) {
  const auto invite = invites_.find(cancel.via().branch);
  const bool same = invite != invites_.end() && cancel.request_uri() == invite->second.uri &&
                    cancel.call_id() == invite->second.call_id &&
                    cancel.from_tag() == invite->second.from_tag &&
                    cancel.cseq() == invite->second.cseq;
  if (same) return;
  report.broken({kI34, {}, "identity", "A CANCEL matches no INVITE of ours.", {}, {report.entry}});
}

void InviteRules::on(const ClientTransactionStarted& event, const Record&, Report&) {
  if (event.method == Method::kInvite) transactions_.try_emplace(event.transaction);
}
void InviteRules::on(const ProvisionalReceived& event, const Record&, Report&) {
  if (const auto it = transactions_.find(event.transaction); it != transactions_.end()) {
    it->second.provisional = true;
  }
}
void InviteRules::on(const FinalReceived& event, const Record&, Report&) {
  if (const auto it = transactions_.find(event.transaction); it != transactions_.end()) {
    it->second.final = true;
  }
}

void InviteRules::on(const CancelSent& event, const Record& record, Report& report) {
  Cancelled& invite = transactions_[event.transaction];
  const auto wrong = [&]() -> std::string_view {
    if (invite.cancel != 0) return "a second time";
    if (!invite.provisional) return "before any provisional response";
    if (invite.final) return "after the final response";
    return {};
  }();
  if (!wrong.empty()) {
    report.broken({kI34,
                   event.call,
                   std::string{wrong},
                   fmt::format("It was sent {}.", wrong),
                   {record.pos}});
  }
  invite.cancel = record.pos;
}

void InviteRules::on(const Faulted& fault, Report&) { crashed_ |= fault.what == Fault::kCrash; }

void InviteRules::judge(const Finals& finals, Report& report) {
  if (finals.heard == finals.acknowledged || finals.unsure) return;
  const bool few = finals.acknowledged < finals.heard;
  report.broken({finals.status >= 300 ? kI30 : kI29,
                 {},
                 few ? "too few" : "too many",
                 fmt::format("The {} came {} times, its ACK left {} times.", finals.status,
                             finals.heard, finals.acknowledged),
                 {finals.at}});
}

void InviteRules::judge_overdue(Instant now, Report& report) {
  overdue_ = kNever;
  const auto look_at = [&](const Finals& finals) {
    if (finals.heard <= finals.acknowledged) return;
    if (std::max(finals.since, report.up_since) + kHeldMax < now) {
      judge(finals, report);
    } else {
      overdue_ = std::min(overdue_, finals.since);
    }
  };
  for (const auto& [branch, finals] : refusals_) look_at(finals);
  for (const auto& [key, finals] : accepts_) look_at(finals);
}

void InviteRules::passed(Instant now, Report& report) {
  if (crashed_ || report.down || now == kNever || overdue_ == kNever || overdue_ + kHeldMax >= now)
    return;
  judge_overdue(now, report);
}

void InviteRules::end(Report& report) {
  if (crashed_) return;  // an ACK may have died with the process
  for (const auto& [branch, finals] : refusals_) judge(finals, report);
  for (const auto& [key, finals] : accepts_) judge(finals, report);
}

}  // namespace lastcall::sim
