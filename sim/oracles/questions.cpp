#include "sim/oracles/questions.hpp"

#include <fmt/format.h>

namespace lastcall::sim {
namespace {

constexpr Rule kI06{"I-06", "The ids of a call are dropped only by its end, all at once."};
constexpr Rule kI08{"I-08", "A question about a call that lives is answered live or ending."};
constexpr Rule kI09{"I-09", "A call is found only as long as it lives."};
constexpr Rule kI53{"I-53",
                    "A question about an id that was given out is never answered \"not found\"."};

std::string place_of(const EnumSet<Asker>& lost) {
  return fmt::format("call not found: {}", to_text(lost));
}

}  // namespace

void QuestionRules::on(const CallStarted& event, const Record&, Report&) {
  if (!calls_.contains(event.call)) calls_.put(event.call, {});
}
void QuestionRules::on(const CallTerminating& event, const Record& record, Report&) {
  if (Call* each = calls_.find(event.call)) each->ending = record.pos;
}
void QuestionRules::on(const CallTerminated& event, const Record& record, Report&) {
  if (Call* each = calls_.find(event.call)) each->ended = record.pos;
}
void QuestionRules::on(const CommandAsked& asked, Report&) {
  asked_.put(asked.command.command, asked.command.op);
}

void QuestionRules::on(const ClientAnswered& answered, Report& report) {
  if (answered.reply.result != OpResult::kNotFound) return;
  const Op* op = asked_.find(answered.reply.command);
  const bool hold = op != nullptr && (*op == Op::kHold || *op == Op::kResume);
  not_found(answered.reply.call, hold ? Asker::kHold : Asker::kClient, report);
}

void QuestionRules::on(const LookedUp& question, Report& report) {
  if (question.found == Found::kNotFound) return not_found(question.call, question.asker, report);
  const Call* each = calls_.find(question.call);
  if (each == nullptr) return;
  const bool says_ended = question.found == Found::kEnded;
  if (says_ended == (each->ended != 0)) return;
  report.broken({says_ended ? kI08 : kI09,
                 question.call,
                 std::string{name(question.asker)},
                 fmt::format("{} was answered {}.", name(question.asker), name(question.found)),
                 {},
                 {report.entry}});
}

void QuestionRules::not_found(CallId id, Asker asker, Report& report) {
  Call* each = calls_.find(id);
  if (each == nullptr || each->lost.contains(asker)) return;
  const Rule& rule = each->ended == 0 ? kI06 : kI53;
  const bool first = each->lost.empty();
  each->lost.insert(asker);
  if (first) {
    each->finding = report.broken({rule, id, "", "", {}, {}});
    if (each->ending != 0) report.finding(each->finding).records.push_back(each->ending);
    if (each->ended != 0) report.finding(each->finding).records.push_back(each->ended);
  }
  Finding& finding = report.finding(each->finding);
  finding.at = report.at;
  finding.when = report.now;
  if (finding.invariant != rule.id) return;
  finding.origin = origin_of(rule, place_of(each->lost));
  finding.sentence = tell(
      rule, fmt::format("\"Call not found\" was told to: {}; the call {}.", to_text(each->lost),
                        each->ended != 0 ? "had ended, and nothing remembered it" : "was alive"));
  finding.entries.push_back(report.entry);
}

}  // namespace lastcall::sim
