#include "engine/core/directory.hpp"

namespace lastcall::core {

void Directory::apply(const Event& event) {
  if (const auto* started = get_event<CallStarted>(event)) {
    live_ids(started->call).session = started->session;
    sessions_.put(started->session, started->call);
  } else if (const auto* taken = get_event<CommandTaken>(event)) {
    if (taken->op != Op::kCall) return;
    live_ids(taken->call).command = taken->command;
    commands_.put(taken->command, taken->call);
  } else if (const auto* dialog = get_event<DialogStarted>(event)) {
    add_dialog(dialog->call, dialog->dialog);
  } else if (const auto* ending = get_event<CallTerminating>(event)) {
    if (Ids* ids = live_.find(ending->call)) ids->ending = true;
  } else if (const auto* tomb = get_event<TombstoneEnded>(event)) {
    bury(tomb->call);
  }
}

// A dialog may have started a moment before its call, because the peer's INVITE comes to it first;
// and so has the command that places one.
Directory::Ids& Directory::live_ids(CallId call) {
  Ids* ids = live_.find(call);
  return ids == nullptr ? live_.put(call, {}) : *ids;
}

void Directory::add_dialog(CallId call, DialogId dialog) {
  // A fork that answers after the end is known to the tombstone, not to the living.
  Ids* ended = ended_.find(call);
  Ids& ids = ended == nullptr ? live_ids(call) : *ended;
  ids.dialogs.push_back(dialog);
  dialogs_.put(dialog, call);
}

void Directory::release(const CallTerminated& end) {
  const Ids* live = live_.find(end.call);
  if (live == nullptr) return;  // the fold of any log is defined; I-02 says that it was wrong
  Ids ids = *live;
  live_.erase(end.call);
  ids.ended = Ended{.cause = end.cause, .status = end.status, .forced = end.forced, .at = end.at};
  ended_.put(end.call, std::move(ids));
  if (!end.remembered) bury(end.call);
}

void Directory::bury(CallId call) {
  const Ids* ids = ended_.find(call);
  if (ids == nullptr) return;  // under Rules::kImmediate nothing was remembered
  sessions_.erase(ids->session);
  commands_.erase(ids->command);
  for (const DialogId dialog : ids->dialogs) dialogs_.erase(dialog);
  ended_.erase(call);
}

Whereabouts Directory::find(CallId call) const {
  if (const Ids* ids = live_.find(call)) return {ids->ending ? Found::kEnding : Found::kLive, call};
  if (ended_.contains(call)) return {Found::kEnded, call};
  return {};
}

Whereabouts Directory::find(SessionId session) const {
  const CallId* call = sessions_.find(session);
  return call == nullptr ? Whereabouts{} : find(*call);
}

Whereabouts Directory::find(DialogId dialog) const {
  const CallId* call = dialogs_.find(dialog);
  return call == nullptr ? Whereabouts{} : find(*call);
}

CallId Directory::placed_by(CommandId command) const {
  const CallId* call = commands_.find(command);
  return call == nullptr ? CallId{} : *call;
}

const Ended* Directory::ended(CallId call) const {
  const Ids* ids = ended_.find(call);
  return ids == nullptr ? nullptr : &*ids->ended;
}

const Directory::Ids* Directory::ids_of(CallId call) const {
  const Ids* ids = live_.find(call);
  return ids == nullptr ? ended_.find(call) : ids;
}

std::span<const DialogId> Directory::dialogs(CallId call) const {
  const Ids* ids = ids_of(call);
  if (ids == nullptr) return {};
  return ids->dialogs;
}

}  // namespace lastcall::core
