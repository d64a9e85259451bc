#include "engine/core/client.hpp"

#include "engine/core/addresses.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

using State = ClientLayer::State;

void reply(const CommandId command, CallId call, OpResult result, Outbox& out) {
  out.perform(call, Gate::kDurable, Reply{command, call, result});
}

// The answer for a call that does not live: nothing is passed on.
OpResult result_without_call(Found found, Op op) {
  if (found == Found::kNotFound) return OpResult::kNotFound;
  return op == Op::kHangup ? OpResult::kOk : OpResult::kEnded;
}

bool is_registration(Op op) { return op == Op::kRegister || op == Op::kUnregister; }

// RFC 3261 10: it is about an address of record, by default our own, and about no call.
void take_registration(const CommandGiven& given, const Context& context, Outbox& out) {
  const std::string aor = given.target.empty() ? address_of_record(context.config) : given.target;
  const CallId call = context.draws.registration(aor);
  if (aor.size() > limits::kTargetBytesMax) {
    return reply(given.command, call, OpResult::kTooMany, out);
  }
  out.record(CommandTaken{call, given.command, given.op});
  out.send(ToRegistration{Operate{call, given.command, given.op, aor}});
}

void take_command(const State& state, const CommandGiven& given, const Context& context,
                  Outbox& out) {
  if (const Command* known = state.commands.find(given.command)) {
    if (known->result) reply(given.command, known->call, *known->result, out);
    return;  // EVENTLOG G4: the same command does nothing new
  }
  if (is_registration(given.op)) return take_registration(given, context, out);
  const bool places = given.op == Op::kCall;
  if (const CallId placed = context.directory.placed_by(given.command)) {
    return reply(given.command, placed, OpResult::kOk, out);  // its call has ended since
  }
  const CallId call =
      places && !given.call ? context.draws.outbound_call(given.command, context.now) : given.call;
  const Found found = context.directory.find(call).found;
  if (places && found != Found::kNotFound) return reply(given.command, call, OpResult::kOk, out);
  if (!places && found != Found::kLive && found != Found::kEnding) {
    return reply(given.command, call, result_without_call(found, given.op), out);
  }
  const CallClient* client = state.calls.find(call);
  const bool many = client != nullptr && client->commands.size() >= limits::kCommandsMax;
  if (many || given.target.size() > limits::kTargetBytesMax) {
    return reply(given.command, call, OpResult::kTooMany, out);
  }
  out.record(CommandTaken{call, given.command, given.op});
  if (places) out.record(ClientAttached{call});
  out.send(ToSession{Operate{call, given.command, given.op, given.target}});
}

void notify_progress(const CallProgressed& progress, Outbox& out) {
  const bool rings = progress.state == CallState::kRinging;
  out.perform(progress.call, Gate::kDurable,
              Notify{.call = progress.call,
                     .notice = NoticeKind::kProgress,
                     .state = progress.state,
                     .cause = {},
                     .forced = false,
                     .missing = {},
                     .peer = {},
                     .text = rings ? std::string{name(progress.ring_back)} : std::string{}});
}

void finish_command(const OperationDone& done, Outbox& out) {
  out.record(CommandAnswered{done.call, done.command, done.op, done.result});
  reply(done.command, done.call, done.result, out);
}

// Whether something may still be remembered of a call: of one that is gone nobody would forget it.
bool lives(CallId call, const Context& context) {
  const Found found = context.directory.find(call).found;
  return found == Found::kLive || found == Found::kEnding;
}

void begin_cleanup(const CallClient* client, const BeginCleanup& cleanup, const Context& context,
                   Outbox& out) {
  if (client != nullptr && client->announced) return;
  const bool live = lives(cleanup.call, context);
  if (live) out.record(EndingAnnounced{cleanup.call});
  out.perform(cleanup.call, Gate::kDurable,
              Notify{.call = cleanup.call,
                     .notice = NoticeKind::kEnding,
                     .state = CallState::kTerminating,
                     .cause = cleanup.cause,
                     .forced = false,
                     .missing = {},
                     .peer = {},
                     .text = cleanup.reason});
  if (live && (client == nullptr || !client->attached)) {
    out.send(ToSession{CleanupDone{cleanup.call, CleanupLayer::kClient}});
  }
}

void notice_taken(const CallClient* client, const NoticeTaken& taken, Outbox& out) {
  const bool awaited = taken.notice == NoticeKind::kEnding && client != nullptr &&
                       client->announced && client->attached;
  if (!awaited) return;
  out.record(ClientReleased{taken.call});
  out.send(ToSession{CleanupDone{taken.call, CleanupLayer::kClient}});
}

void call_ended(const CallEnded& ended, Outbox& out) {
  out.perform(ended.call, Gate::kDurable,
              Notify{.call = ended.call,
                     .notice = NoticeKind::kEnded,
                     .state = CallState::kTerminated,
                     .cause = ended.cause,
                     .forced = ended.forced,
                     .missing = ended.missing,
                     .peer = {}});
}

}  // namespace

void ClientLayer::decide(const State& state, const Input& input, const Context& context,
                         Outbox& out) {
  match(
      input, [&](const CommandGiven& m) { take_command(state, m, context, out); },
      [&](const NoticeTaken& m) { notice_taken(state.calls.find(m.call), m, out); },
      [&](const CallArrived& m) {
        if (lives(m.call, context)) out.record(ClientAttached{m.call});
        out.perform(m.call, Gate::kDurable,
                    Notify{.call = m.call,
                           .notice = NoticeKind::kIncoming,
                           .state = CallState::kRinging,
                           .cause = {},
                           .forced = false,
                           .missing = {},
                           .peer = m.peer});
      },
      [&](const CallJoined& m) {
        if (lives(m.call, context)) out.record(ClientAttached{m.call});
        out.perform(
            m.call, Gate::kDurable,
            Notify{
                .call = m.call, .notice = NoticeKind::kProgress, .state = m.state, .peer = m.peer});
      },
      [&](const CallProgressed& m) { notify_progress(m, out); },
      [&](const OperationDone& m) { finish_command(m, out); },
      [&](const News& m) {
        out.perform(m.call, Gate::kDurable,
                    Notify{.call = m.call, .notice = m.notice, .peer = m.peer, .text = m.text});
      },
      [&](const BeginCleanup& m) { begin_cleanup(state.calls.find(m.call), m, context, out); },
      [&](const AbortCleanup& m) {
        out.perform(m.call, Gate::kFree, AbortCall{m.call, CleanupLayer::kClient});
      },
      [&](const CallEnded& m) { call_ended(m, out); });
}

namespace {

CallClient& client_of(State& state, CallId call) {
  CallClient* client = state.calls.find(call);
  return client == nullptr ? state.calls.put(call, {}) : *client;
}

}  // namespace

void ClientLayer::apply(State& state, const Event& event) {
  match(
      event, [&](const ClientAttached& e) { client_of(state, e.call).attached = true; },
      [&](const EndingAnnounced& e) { client_of(state, e.call).announced = true; },
      [&](const ClientReleased& e) { client_of(state, e.call).attached = false; },
      [&](const CommandTaken& e) {
        state.commands.put(e.command, {e.call, std::nullopt});
        std::vector<CommandId>& commands = client_of(state, e.call).commands;
        commands.push_back(e.command);
        // A registration has no end: of its commands the newest are remembered.
        if (commands.size() > limits::kCommandsMax) {
          state.commands.erase(commands.front());
          commands.erase(commands.begin());
        }
      },
      [&](const CommandAnswered& e) {
        // Answered after its call was released: there is nothing left to remember it by.
        if (Command* command = state.commands.find(e.command)) command->result = e.result;
      });
}

void ClientLayer::forget(State& state, CallId call) {
  const CallClient* client = state.calls.find(call);
  if (client == nullptr) return;
  for (const CommandId command : client->commands) state.commands.erase(command);
  state.calls.erase(call);
}

}  // namespace lastcall::core
