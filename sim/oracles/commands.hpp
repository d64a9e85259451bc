#pragma once
// What users ask and are answered: I-14, I-15, PO-3. Notices to the client: I-17.

#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <map>
#include <optional>
#include <vector>

namespace lastcall::sim {

class CommandRules {
 public:
  void on(const CallStarted& event, const Record& record, Report& report);
  void on(const CommandGiven& event, const Record& record, Report& report);
  void on(const OperationStarted& event, const Record& record, Report& report);
  void on(const OperationFinished& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const ClientTold& told, Report& report);
  void on(const ClientAnswered& answered, Report& report);
  void on(const Faulted& fault, Report& report);
  void passed(Instant now, Report& report);
  void end(Report& report);

 private:
  struct Command {
    CallId call;
    Op op = Op::kHangup;
    Position given = 0;
    Position started = 0;
    Position finished = 0;
    int times_given = 0;
    int times_answered = 0;
  };
  struct Call {
    Position ending = 0;
    std::optional<Op> carries_out;  // the operation that this ending is what was asked for
    std::vector<CommandId> running;
    bool told_ending = false;
    bool told_ended = false;
  };
  struct Hangup {
    CallId call;
    Position given = 0;
  };
  Call& call(CallId id);

  std::map<CommandId, Command> commands_;
  Table<CallId, Call> calls_;
  std::vector<Hangup> hangups_;  // at this instant, of calls that live
  bool crashed_ = false;
};

}  // namespace lastcall::sim
