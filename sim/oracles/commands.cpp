#include "sim/oracles/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kI14{"I-14", "An operation that changes a call has no effect once it is ending."};
constexpr Rule kI15{"I-15",
                    "Every command gets exactly one answer, and no operation outlives its call."};
constexpr Rule kI17{"I-17",
                    "A client is told CallEnding, then CallEnded, once each, then nothing."};
constexpr Rule kPo3{"PO-3", "A hangup of a live call begins its ending at the same instant."};

// The operation that an ending with this cause carries out, besides hangup.
std::optional<Op> carried_out_by(Cause cause) {
  if (cause == Cause::kLocalReject) return Op::kReject;
  if (cause == Cause::kTransferred) return Op::kTransfer;
  return std::nullopt;
}

}  // namespace

CommandRules::Call& CommandRules::call(CallId id) {
  Call* found = calls_.find(id);
  return found != nullptr ? *found : calls_.put(id, {});
}

void CommandRules::on(const CallStarted& event, const Record&, Report&) { call(event.call); }

void CommandRules::on(const CommandGiven& event, const Record& record, Report&) {
  Command& command = commands_[event.command];
  ++command.times_given;
  if (command.times_given > 1) return;  // the same command again: the same answer again
  command.call = event.call;
  command.op = event.op;
  command.given = record.pos;
  const Call* live = calls_.find(event.call);
  if (event.op == Op::kHangup && live != nullptr && live->ending == 0) {
    hangups_.push_back({event.call, record.pos});
  }
}

void CommandRules::on(const ClientAnswered& answered, Report& report) {
  Command& command = commands_[answered.reply.command];
  ++command.times_answered;
  if (command.times_answered <= std::max(command.times_given, 1) || crashed_) return;
  report.broken(
      {kI15,
       command.call,
       fmt::format("{} answered again", name(command.op)),
       fmt::format("{} was answered again: {}.", name(command.op), name(answered.reply.result)),
       {command.given},
       {report.entry}});
}

void CommandRules::on(const OperationStarted& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  Command& command = commands_[event.command];
  command.call = event.call;
  command.op = event.op;
  command.started = record.pos;
  each.running.push_back(event.command);
  if (each.ending == 0 || event.op == Op::kHangup) return;
  if (event.op == Op::kReject && each.carries_out == Op::kReject) return;
  report.broken({kI14,
                 event.call,
                 std::string{name(event.op)},
                 fmt::format("{} was begun.", name(event.op)),
                 {each.ending, record.pos}});
}

void CommandRules::on(const OperationFinished& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  Command& command = commands_[event.command];
  std::erase(each.running, event.command);
  if (command.finished != 0) {
    report.broken({kI15,
                   event.call,
                   fmt::format("{} finished again", name(command.op)),
                   fmt::format("{} finished again.", name(command.op)),
                   {command.finished, record.pos}});
  }
  command.finished = record.pos;
  if (each.ending == 0 || event.result != OpResult::kOk || command.op == Op::kHangup) return;
  if (each.carries_out == command.op) return;
  report.broken({kI14,
                 event.call,
                 std::string{name(command.op)},
                 fmt::format("{} was done.", name(command.op)),
                 {each.ending, record.pos}});
}

void CommandRules::on(const CallTerminating& event, const Record& record, Report&) {
  Call& each = call(event.call);
  if (each.ending == 0) {
    each.ending = record.pos;
    each.carries_out = carried_out_by(event.cause);
  }
  std::erase_if(hangups_, [&](const Hangup& hangup) { return hangup.call == event.call; });
}

void CommandRules::on(const CallTerminated& event, const Record& record, Report& report) {
  for (const CommandId running : call(event.call).running) {
    const Command& command = commands_[running];
    report.broken({kI15,
                   event.call,
                   fmt::format("{} unfinished", name(command.op)),
                   fmt::format("{} was still running when the call ended.", name(command.op)),
                   {command.started, record.pos}});
  }
}

void CommandRules::on(const ClientTold& told, Report& report) {
  Call& each = call(told.notice.call);
  const NoticeKind kind = told.notice.notice;
  const auto wrong = [&]() -> std::string {
    if (each.told_ended) return fmt::format("{} after CallEnded", name(kind));
    if (kind == NoticeKind::kEnding && each.told_ending) return "CallEnding twice";
    if (kind == NoticeKind::kEnded && !each.told_ending) return "CallEnded without CallEnding";
    return {};
  }();
  each.told_ending |= kind == NoticeKind::kEnding;
  each.told_ended |= kind == NoticeKind::kEnded;
  // A client that was told before a crash is told again after it.
  if (wrong.empty() || crashed_) return;
  report.broken(
      {kI17, told.notice.call, wrong, fmt::format("It was told {}.", wrong), {}, {report.entry}});
}

void CommandRules::on(const Faulted& fault, Report&) { crashed_ |= fault.what == Fault::kCrash; }

void CommandRules::passed(Instant, Report& report) {
  for (const Hangup& hangup : hangups_) {
    report.broken({kPo3, hangup.call, "", "It was given, and time went on.", {hangup.given}});
  }
  hangups_.clear();
}

void CommandRules::end(Report& report) {
  if (crashed_) return;  // a command that was not durable died with the process
  for (const auto& [id, command] : commands_) {
    if (command.times_given == 0 || command.times_answered >= 1) continue;
    report.broken({kI15,
                   command.call,
                   fmt::format("{} unanswered", name(command.op)),
                   fmt::format("{} was never answered.", name(command.op)),
                   {command.given}});
  }
}

}  // namespace lastcall::sim
