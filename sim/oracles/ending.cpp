#include "sim/oracles/ending.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::sim {
namespace {

constexpr Rule kI01{"I-01", "A call begins to end at most once."};
constexpr Rule kI02{"I-02", "A call ends at most once."};
constexpr Rule kI03{"I-03", "A call ends only after CallTerminating."};
constexpr Rule kI04{"I-04", "A call goes through its states in the allowed order."};
constexpr Rule kI05{"I-05", "After CallTerminated nothing of the call changes any more."};
constexpr Rule kI10{"I-10",
                    "An end is unforced exactly when every required layer confirmed; a forced one "
                    "comes from the deadline and names who is missing."};
constexpr Rule kI11{"I-11", "The deadline of an ending is fixed once and fires once, when due."};
constexpr Rule kI12{"I-12", "Each required layer confirms at most once, while the call is ending."};
constexpr Rule kI13{"I-13",
                    "A confirmation is judged by what has come before: early, not required, again, "
                    "or accepted."};
constexpr Rule kI16{"I-16", "The cause of an end is that of its first trigger."};
constexpr Rule kI18{"I-18", "A call that begins to end has ended by its deadline."};
constexpr Rule kI56{"I-56",
                    "What the log says of an ending before a crash is not done again after it."};
constexpr Rule kI57{"I-57",
                    "A call that was ending at a crash ends by its deadline, or at once after the "
                    "recovery."};
constexpr Rule kI19{"I-19", "A call ends at the instant of its last confirmation."};
constexpr Rule kI20{"I-20", "Nothing of a call starts or changes once it is ending."};

bool may_change(CallState from, CallState to) {
  using enum CallState;
  switch (to) {
    case kIdle:
      return false;
    case kInitiating:
      return from == kIdle;
    case kRinging:
      return from == kIdle || from == kInitiating;
    case kConnected:
      return from == kInitiating || from == kRinging || from == kOnHold || from == kConnected;
    case kOnHold:
      return from == kConnected || from == kOnHold;
    case kTerminating:
      return from != kIdle && from < kTerminating;
    case kTerminated:
      return from == kTerminating;
  }
  return false;
}

}  // namespace

EndingRules::Call& EndingRules::call(CallId id) {
  Call* found = calls_.find(id);
  return found != nullptr ? *found : calls_.put(id, {});
}

// Whether the engine was lost, or stood still, since the call began to end.
bool EndingRules::again(const Call& each, const Report& report) {
  return report.up_since > each.since;
}

void EndingRules::change(CallId id, CallState to, const Record& record, Report& report) {
  Call& each = call(id);
  if (!may_change(each.state, to)) {
    const bool over = each.state >= CallState::kTerminating;
    report.broken({over && to < CallState::kTerminating ? kI20 : kI04,
                   id,
                   fmt::format("{} to {}", name(each.state), name(to)),
                   fmt::format("{} took it from {} to {}.", type_of(record.event), name(each.state),
                               name(to)),
                   {record.pos}});
  }
  each.state = to;
}

void EndingRules::on(const CallStarted& event, const Record& record, Report& report) {
  const bool caller = event.role == CallRole::kCaller;
  change(event.call, caller ? CallState::kInitiating : CallState::kRinging, record, report);
}
void EndingRules::on(const CallRinging& event, const Record& record, Report& report) {
  change(event.call, CallState::kRinging, record, report);
}
void EndingRules::on(const CallConnected& event, const Record& record, Report& report) {
  change(event.call, CallState::kConnected, record, report);
}
void EndingRules::on(const SessionChanged& event, const Record& record, Report& report) {
  const bool held = !event.held_by.empty();
  change(event.call, held ? CallState::kOnHold : CallState::kConnected, record, report);
}

void EndingRules::on(const CallTerminating& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  if (each.ending != 0) {
    report.broken({again(each, report) ? kI56 : kI01,
                   event.call,
                   "",
                   "It began again.",
                   {each.ending, record.pos}});
    return;
  }
  change(event.call, CallState::kTerminating, record, report);
  each.ending = record.pos;
  each.cause = event.cause;
  each.required = event.required;
  each.deadline = event.deadline;
  each.since = record.at;
  if (event.required.empty()) return;  // nobody is waited for, so there is nothing to be late for
  deadlines_.emplace(event.deadline, event.call);
  if (event.deadline != record.at + report.config.cleanup_timeout) {
    report.broken({kI11,
                   event.call,
                   "deadline",
                   fmt::format("It was set to {}.", seconds(event.deadline)),
                   {record.pos}});
  }
}

void EndingRules::on(const TriggerAbsorbed& event, const Record& record, Report& report) {
  const Call& each = call(event.call);
  if (each.ending == 0) {
    report.broken({kI16,
                   event.call,
                   "absorbed",
                   fmt::format("{} came first and was absorbed.", name(event.cause)),
                   {record.pos}});
  }
  must_live(event.call, record, report);
}

void EndingRules::on(const CleanupConfirmed& event, const Record& record, Report& report) {
  check_verdict(event, call(event.call), report);
  if (event.verdict != Verdict::kAccepted) return;
  Call& each = call(event.call);
  const auto wrong = [&]() -> std::string_view {
    if (each.ending == 0) return "before the ending began";
    if (each.ended != 0) return "after the end";
    if (!each.required.contains(event.layer)) return "without being required";
    if (each.accepted.contains(event.layer)) return "twice";
    return {};
  }();
  if (!wrong.empty()) {
    report.broken({kI12,
                   event.call,
                   fmt::format("{} {}", name(event.layer), wrong),
                   fmt::format("{} was accepted {}.", name(event.layer), wrong),
                   {record.pos}});
    return;
  }
  each.accepted.insert(event.layer);
  if (each.accepted == each.required) confirmed_.push_back(event.call);
}

void EndingRules::check_verdict(const CleanupConfirmed& event, const Call& each, Report& report) {
  if (event.verdict == Verdict::kAccepted || each.ended != 0) return;
  const Verdict right = each.ending == 0                       ? Verdict::kEarly
                        : !each.required.contains(event.layer) ? Verdict::kNotRequired
                        : each.accepted.contains(event.layer)  ? Verdict::kDuplicate
                                                               : Verdict::kAccepted;
  if (event.verdict == right) return;
  report.broken({kI13,
                 event.call,
                 fmt::format("{} {}", name(event.layer), name(event.verdict)),
                 fmt::format("{} was judged {} and is {}.", name(event.layer), name(event.verdict),
                             name(right)),
                 {each.ending, report.at}});
}

void EndingRules::on(const DeadlineDue& event, const Record& record, Report& report) {
  if (event.deadline.timer != Timer::kCleanup) return;
  Call& each = call(event.call);
  const auto wrong = [&]() -> std::string_view {
    if (each.ending == 0 || record.at < each.deadline) return "before it was due";
    if (each.fired != 0) return "twice";
    if (record.at > report.late_after(each.deadline)) return "too late";
    return {};
  }();
  if (!wrong.empty()) {
    report.broken({kI11,
                   event.call,
                   std::string{wrong},
                   fmt::format("It fired {} at {}.", wrong, seconds(record.at)),
                   {record.pos}});
  }
  each.fired = record.pos;
}

void EndingRules::on(const CallTerminated& event, const Record& record, Report& report) {
  Call& each = call(event.call);
  if (each.ended != 0) {
    report.broken({again(each, report) ? kI56 : kI02,
                   event.call,
                   "",
                   "It ended again.",
                   {each.ended, record.pos}});
    return;
  }
  if (each.ending == 0) {
    report.broken(
        {kI03, event.call, std::string{name(each.state)}, "It ended without one.", {record.pos}});
  } else {
    change(event.call, CallState::kTerminated, record, report);
    check_completeness(event, each, report);
    if (event.cause != each.cause) {
      report.broken(
          {kI16,
           event.call,
           "cause",
           fmt::format("It began with {} and ended with {}.", name(each.cause), name(event.cause)),
           {each.ending, record.pos}});
    }
  }
  each.ended = record.pos;
  deadlines_.erase({each.deadline, event.call});
}

void EndingRules::check_completeness(const CallTerminated& event, const Call& each,
                                     Report& report) {
  const CleanupLayers missing = each.required.without(each.accepted);
  const auto wrong = [&]() -> std::string {
    if (event.missing != missing) {
      return fmt::format("says that [{}] are missing, but [{}] are", to_text(event.missing),
                         to_text(missing));
    }
    if (!event.forced && !missing.empty()) {
      return fmt::format("is unforced without {}", to_text(missing));
    }
    if (event.forced && missing.empty()) return "is forced though all confirmed";
    if (event.forced && each.fired == 0) return "is forced before the deadline fired";
    return {};
  }();
  if (wrong.empty()) return;
  report.broken(
      {kI10, event.call, wrong, fmt::format("This one {}.", wrong), {each.ending, report.at}});
}

void EndingRules::must_live(CallId id, const Record& record, Report& report) {
  const Call* each = calls_.find(id);
  if (each == nullptr || each->ended == 0) return;
  report.broken({kI05,
                 id,
                 std::string{type_of(record.event)},
                 fmt::format("{} followed it.", type_of(record.event)),
                 {each->ended, record.pos}});
}

void EndingRules::must_not_begin(CallId id, const Record& record, Report& report) {
  const Call* each = calls_.find(id);
  if (each == nullptr || each->ending == 0) return;
  if (each->ended != 0) return must_live(id, record, report);
  report.broken({kI20,
                 id,
                 std::string{type_of(record.event)},
                 fmt::format("{} followed CallTerminating.", type_of(record.event)),
                 {each->ending, record.pos}});
}

void EndingRules::on(const LegStarted& event, const Record& record, Report& report) {
  must_not_begin(event.call, record, report);
}
void EndingRules::on(const OperationStarted& event, const Record& record, Report& report) {
  must_live(event.call, record, report);
}
void EndingRules::on(const StreamOpening& event, const Record& record, Report& report) {
  must_not_begin(event.call, record, report);
}
// Mail of the living call may still be under way to the media layer when its ending begins.
void EndingRules::must_not_start(CallId id, const Record& record, Report& report) {
  const Call& each = call(id);
  if (each.cleaning == 0) return;
  report.broken({kI20,
                 id,
                 std::string{type_of(record.event)},
                 fmt::format("{} followed CallTerminating.", type_of(record.event)),
                 {each.ending, record.pos}});
}
void EndingRules::on(const MediaCleaning& event, const Record& record, Report&) {
  call(event.call).cleaning = record.pos;
}
void EndingRules::on(const StreamOpened& event, const Record& record, Report& report) {
  must_not_start(event.call, record, report);
}
void EndingRules::on(const StreamDirected& event, const Record& record, Report& report) {
  must_not_start(event.call, record, report);
}
void EndingRules::on(const MediaHeld& event, const Record& record, Report& report) {
  must_not_start(event.call, record, report);
}
void EndingRules::on(const ClientAttached& event, const Record& record, Report& report) {
  must_live(event.call, record, report);
}

void EndingRules::passed(Instant now, Report& report) {
  for (const CallId id : confirmed_) {
    const Call& each = call(id);
    if (each.ended != 0) continue;
    report.broken(
        {kI19, id, "", "All required layers had confirmed, and time went on.", {each.ending}});
  }
  confirmed_.clear();
  while (!deadlines_.empty()) {
    const auto [deadline, id] = *deadlines_.begin();
    if (now != kNever && (report.down || report.late_after(deadline) >= now)) return;
    const Call& each = call(id);
    const CleanupLayers missing = each.required.without(each.accepted);
    report.broken({again(each, report) ? kI57 : kI18,
                   id,
                   "never ends",
                   fmt::format("It began to end, its deadline at {} passed and ended nothing: a "
                               "call that never ends, still waiting for {}.",
                               seconds(deadline), missing.empty() ? "nobody" : to_text(missing)),
                   {each.ending}});
    deadlines_.erase(deadlines_.begin());
  }
}

}  // namespace lastcall::sim
