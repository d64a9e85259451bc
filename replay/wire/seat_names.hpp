#pragma once
// The names that one seat drew for itself (tags, branches, CSeq numbers, a Call-ID), and those that
// the engine draws in its place: what others sent to the seat is told to the engine with its own.
// Only for wire/seat.

#include "replay/wire/call.hpp"

#include <map>
#include <string>
#include <vector>

namespace lastcall::replay::wire {

class SeatNames {
 public:
  SeatNames(const Call& call, Side side) : call_(call), side_(side) {}

  // The engine has sent this.
  void learn(const SipMessage& sent);
  // What another party sent, as the engine must see it.
  [[nodiscard]] std::string told(const Message& received) const;

 private:
  struct Asked {
    std::string branch;
    std::uint32_t cseq = 0;
  };
  // The engine's request in place of the seat's that this response answers; null if it sent none.
  [[nodiscard]] const Asked* asked_for(const SipMessage& response) const;
  [[nodiscard]] std::string told_value(const HeaderView& line, const Message& received) const;

  const Call& call_;
  Side side_;
  std::string tag_, call_id_;                        // the engine's
  std::map<std::string, std::vector<Asked>> asked_;  // by method, in order
};

}  // namespace lastcall::replay::wire
