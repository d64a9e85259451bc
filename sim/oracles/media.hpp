#pragma once
// Audio and its ports: I-21, I-22, I-24.

#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <set>

namespace lastcall::sim {

class MediaRules {
 public:
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const CleanupConfirmed& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const MediaHeld& event, const Record& record, Report& report);
  void on(const MediaLetGo& event, const Record& record, Report& report);
  void on(const PortOpened& opened, Report& report);
  void on(const PortClosed& closed, Report& report);
  void on(const FrameSent& frame, Report& report);
  void on(const FramePlayed& frame, Report& report);
  void end(Report& report);

 private:
  struct Call {
    Position ending = 0;
    Position ended = 0;
    bool orphaned = false;    // the end was forced without Media: the host reaps what is open
    std::set<StreamId> open;  // ports
    std::set<HolderId> holders;
  };
  Call& call(CallId id);

  Table<CallId, Call> calls_;
  std::set<CallId> with_ports_;
};

}  // namespace lastcall::sim
