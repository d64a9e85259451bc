#pragma once
// PO-1: a forced end needs a fault of the world. If there was none, what the missing layer waited
// for is read from the log: which reports and mail had reached it, and what only the end could
// still bring. That spells out wait cycles.

#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <vector>

namespace lastcall::sim {

class ForcedEndRules {
 public:
  void on(const CallConnected& event, const Record& record, Report& report);
  void on(const SessionChanged& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const CleanupConfirmed& event, const Record& record, Report& report);
  void on(const EndingAnnounced& event, const Record& record, Report& report);
  void on(const NoticeTaken& event, const Record& record, Report& report);
  void on(const StreamStarted& event, const Record& record, Report& report);
  void on(const StreamStopped& event, const Record& record, Report& report);
  void on(const FrameRefused& event, const Record& record, Report& report);
  void on(const DeadlineDue& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const Faulted& fault, Report& report);

 private:
  // Positions of what the layers of a call were told while it was ending; 0: never.
  struct Call {
    bool excused = false;
    bool on_hold = false;
    bool streaming = false;
    Position ending = 0;
    Position announced = 0;
    Position notice_taken = 0;
    Position stream_stopped = 0;
    Position frame_refused = 0;
    Position fired = 0;
    std::vector<Position> confirmed;
  };
  // What is said of one missing layer, and what it waited for in a word.
  struct Wait {
    std::string tale;
    std::string origin;
  };
  Call& call(CallId id);
  static Wait client_waits(const Call& call);
  static Wait media_waits(const Call& call);
  static Wait dialog_waits();

  Table<CallId, Call> calls_;
  bool all_excused_ = false;
};

}  // namespace lastcall::sim
