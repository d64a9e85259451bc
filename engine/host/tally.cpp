#include "engine/host/tally.hpp"

namespace lastcall::host {

void Tally::add(const Event& event) {
  if (const auto* started = get_event<CallStarted>(event)) {
    live_[started->call] = false;
    ++started_;
  } else if (const auto* ending = get_event<CallTerminating>(event)) {
    live_[ending->call] = true;
  } else if (const auto* end = get_event<CallTerminated>(event)) {
    live_.erase(end->call);
    ++ended_;
    if (end->forced) ++forced_;
  } else if (const auto* taken = get_event<DutiesTaken>(event)) {
    taken->duties.for_each([&](Duty duty) { owed_[taken->call].insert(duty); });
  } else if (const auto* sent = get_event<RequestSent>(event)) {
    if (sent->method == Method::kBye) owed_[sent->call].insert(Duty::kByeFinal);
  } else if (const auto* done = get_event<DutyDone>(event)) {
    if (const auto it = owed_.find(done->call); it != owed_.end()) {
      it->second.erase(done->duty);
      if (it->second.empty()) owed_.erase(it);
    }
  } else if (const auto* over = get_event<TombstoneEnded>(event)) {
    owed_.erase(over->call);
  } else if (const auto* refused = get_event<AudioRefused>(event)) {
    if (refused->found == Found::kNotFound) ++not_found_;
  } else if (const auto* answered = get_event<CommandAnswered>(event)) {
    if (answered->result == OpResult::kNotFound) ++not_found_;
  }
}

std::vector<CallId> Tally::not_ending() const {
  std::vector<CallId> calls;
  for (const auto& [call, ending] : live_) {
    if (!ending) calls.push_back(call);
  }
  return calls;
}

}  // namespace lastcall::host
