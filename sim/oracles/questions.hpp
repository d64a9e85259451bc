#pragma once
// Questions about ids, judged where they are asked: I-08, I-09, I-53. All who were told "call not
// found" about one call make one finding, which names them.

#include "engine/base/enum_set.hpp"
#include "engine/base/table.hpp"
#include "sim/oracles/rule.hpp"

#include <cstddef>
#include <vector>

namespace lastcall::sim {

class QuestionRules {
 public:
  void on(const CallStarted& event, const Record& record, Report& report);
  void on(const CallTerminating& event, const Record& record, Report& report);
  void on(const CallTerminated& event, const Record& record, Report& report);
  void on(const CommandAsked& asked, Report& report);
  void on(const ClientAnswered& answered, Report& report);
  void on(const LookedUp& question, Report& report);

 private:
  struct Call {
    Position ending = 0;
    Position ended = 0;
    EnumSet<Asker> lost;  // who was told "not found"
    std::size_t finding = 0;
  };
  void not_found(CallId id, Asker asker, Report& report);

  Table<CallId, Call> calls_;
  Table<CommandId, Op> asked_;
};

}  // namespace lastcall::sim
