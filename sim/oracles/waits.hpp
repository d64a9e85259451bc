#pragma once
// What the layers of ending calls wait for, and what caused what: PO-5, I-51.
//
// Once the ending of a call has begun, a layer waits for the world only: Media for the report that
// its stream has stopped, Client for the notice to be taken, Dialog for nothing. Two layers that
// wait although the world owes them nothing wait for each other, for nobody else is left.

#include "sim/oracles/rule.hpp"

#include <string>
#include <utility>
#include <vector>

namespace lastcall::sim {

class WaitRules {
 public:
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const CleanupConfirmed& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const MediaCleaning& event, const Record& record, Report& report);
  void on(const StreamStopping& event, const Record& record, Report& report);
  void on(const StreamClosed& event, const Record& record, Report& report);
  void on(const MediaHeld& event, const Record& record, Report& report);
  void on(const MediaLetGo& event, const Record& record, Report& report);
  void on(const ClientAttached& event, const Record& record, Report& report);
  void on(const EndingAnnounced& event, const Record& record, Report& report);
  void on(const ClientReleased& event, const Record& record, Report& report);
  void passed(Instant now, Report& report);

 private:
  struct Call {
    CallId call;
    CleanupLayers missing;
    Position ending = 0;
    bool cleaning = false;   // Media has been told
    bool stopping = false;   // and its stream has not been reported stopped
    int holders = 0;         // of its media
    bool attached = false;   // the client knows of it
    bool announced = false;  // and has been told of the ending
    bool taken = false;      // and has taken it in
  };
  [[nodiscard]] Call& call(CallId id);
  // Its layers that wait though the world owes them nothing.
  [[nodiscard]] static CleanupLayers stuck(const Call& call);

  std::vector<Call> calls_;
};

class CauseRules {
 public:
  void see(const Record& record, Report& report);
  void link(CallId a, CallId b);

 private:
  std::vector<CallId> call_of_;  // by position
  std::vector<std::pair<CallId, CallId>> links_;
};

}  // namespace lastcall::sim
