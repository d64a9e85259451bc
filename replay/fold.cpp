#include "replay/fold.hpp"

#include <fmt/format.h>

namespace lastcall::replay {
namespace {

void take(CallLine& line, const Record& record) {
  const Event& event = record.event;
  if (get_event<CallRinging>(event)) {
    line.state = CallState::kRinging;
  } else if (get_event<CallConnected>(event)) {
    line.state = CallState::kConnected;
    line.answered = record.at;
  } else if (const auto* changed = get_event<SessionChanged>(event)) {
    if (!line.ending) {
      line.state = changed->held_by.empty() ? CallState::kConnected : CallState::kOnHold;
    }
  } else if (const auto* ending = get_event<CallTerminating>(event)) {
    ++line.endings;
    line.state = CallState::kTerminating;
    line.cause = ending->cause;
    line.ending = record.at;
  } else if (const auto* end = get_event<CallTerminated>(event)) {
    ++line.ends;
    line.state = CallState::kTerminated;
    line.cause = end->cause;
    line.forced = end->forced;
    line.missing = end->missing;
    line.ended = record.at;
  }
}

}  // namespace

core::State fold(std::span<const Record> records, Position upto) {
  core::State state;
  for (const Record& record : records) {
    if (record.pos > upto) break;
    core::fold_event(state, core::LayerTable{}, record.event);
  }
  return state;
}

std::string_view CallLine::shown_state() const {
  return state == CallState::kTerminated && !answered ? "Failed" : name(state);
}

void CallList::add(const Record& record) {
  const CallId call = call_of(record.event);
  if (!call) return;
  if (const auto* leg = get_event<LegStarted>(record.event)) {
    sip_call_ids_.put(call, leg->sip_call_id);
    if (const std::size_t* known = index_.find(call)) calls_[*known].sip_call_id = leg->sip_call_id;
  } else if (const auto* started = get_event<CallStarted>(record.event)) {
    index_.put(call, calls_.size());
    const std::string* sip_call_id = sip_call_ids_.find(call);
    const bool is_caller = started->role == CallRole::kCaller;
    calls_.push_back({.call = call,
                      .session = started->session,
                      .role = started->role,
                      .peer = started->peer,
                      .sip_call_id = sip_call_id ? *sip_call_id : std::string{},
                      .state = is_caller ? CallState::kInitiating : CallState::kRinging,
                      .missing = {},
                      .started = record.at});
  } else if (const std::size_t* known = index_.find(call)) {
    take(calls_[*known], record);
  }
}

const CallLine* CallList::find(CallId call) const {
  const std::size_t* index = index_.find(call);
  return index ? &calls_[*index] : nullptr;
}

CallList calls_of(std::span<const Record> records) {
  CallList list;
  for (const Record& record : records) list.add(record);
  return list;
}

std::vector<std::string> improper_ends(const CallList& list) {
  std::vector<std::string> sentences;
  for (const CallLine& line : list.calls()) {
    if (line.endings <= 1 && line.ends <= 1 && line.ends <= line.endings) continue;
    sentences.push_back(fmt::format("call {}: {} CallTerminating and {} CallTerminated",
                                    to_hex(line.call), line.endings, line.ends));
  }
  return sentences;
}

}  // namespace lastcall::replay
