#pragma once
// Directory: the one register of a call's ids: its CallId and SessionId to its dialogs, and back.
// The layers read it; only applying an event changes it, and release() is the only removal of a
// live id. A released id is answered "ended" until its tombstone ends; after that the log knows.

#include "engine/base/table.hpp"
#include "engine/base/time.hpp"
#include "engine/model/call.hpp"
#include "engine/model/event.hpp"
#include "engine/model/ids.hpp"

#include <optional>
#include <span>
#include <tuple>
#include <vector>

namespace lastcall::core {

// What a tombstone remembers of a call's end.
struct Ended {
  Cause cause = Cause::kLocalHangup;
  int status = 0;
  bool forced = false;
  Instant at;
  bool operator==(const Ended&) const = default;
  static constexpr auto kFields =
      std::tuple{field("cause", &Ended::cause), field("status", &Ended::status),
                 field("forced", &Ended::forced), field("at", &Ended::at)};
};

// The answer to "whose id is this?". `call` is none when found is kNotFound.
struct Whereabouts {
  Found found = Found::kNotFound;
  CallId call;
};

class Directory {
 public:
  // Takes note of CommandTaken, CallStarted, DialogStarted, CallTerminating and TombstoneEnded.
  void apply(const Event& event);

  // Removes every id of the call at once. One caller: applying CallTerminated.
  void release(const CallTerminated& end);

  [[nodiscard]] Whereabouts find(CallId call) const;
  [[nodiscard]] Whereabouts find(SessionId session) const;
  [[nodiscard]] Whereabouts find(DialogId dialog) const;

  // The call that this command placed, live or remembered; none for any other command.
  [[nodiscard]] CallId placed_by(CommandId command) const;

  // How the call ended; nothing while it lives and after its tombstone.
  [[nodiscard]] const Ended* ended(CallId call) const;

  // The dialogs of a live or remembered call, in the order in which they started; valid until the
  // next event.
  [[nodiscard]] std::span<const DialogId> dialogs(CallId call) const;

  [[nodiscard]] std::size_t live_calls() const { return live_.size(); }
  [[nodiscard]] std::size_t remembered_calls() const { return ended_.size(); }

  bool operator==(const Directory&) const = default;

 private:
  struct Ids {
    SessionId session;
    CommandId command;  // that placed it
    std::vector<DialogId> dialogs;
    bool ending = false;
    std::optional<Ended> ended;
    bool operator==(const Ids&) const = default;
    static constexpr auto kFields =
        std::tuple{field("session", &Ids::session), field("command", &Ids::command),
                   field("dialogs", &Ids::dialogs), field("ending", &Ids::ending),
                   field("ended", &Ids::ended)};
  };

  [[nodiscard]] Ids& live_ids(CallId call);
  void add_dialog(CallId call, DialogId dialog);
  void bury(CallId call);
  [[nodiscard]] const Ids* ids_of(CallId call) const;

  Table<CallId, Ids> live_;
  Table<CallId, Ids> ended_;
  Table<SessionId, CallId> sessions_;  // of live and of remembered calls
  Table<DialogId, CallId> dialogs_;
  Table<CommandId, CallId> commands_;

 public:
  static constexpr auto kFields =
      std::tuple{field("live", &Directory::live_), field("ended", &Directory::ended_),
                 field("sessions", &Directory::sessions_), field("dialogs", &Directory::dialogs_),
                 field("commands", &Directory::commands_)};
};

}  // namespace lastcall::core
