#pragma once
// Resolver: carries out searches for targets (RFC 3263), remembers the answers for as long as DNS
// says they hold, and bounds how many are asked for at a time. Whom to ask is given to it: in
// production DnsClient. Used from the shard's thread only.

#include "engine/host/targets.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lastcall::host {

class Resolver {
 public:
  using Answered = std::function<void(Answer)>;
  using Lookup = std::function<void(const Question&, Answered)>;
  using Targets = std::vector<Endpoint>;
  using Clock = std::chrono::steady_clock;

  Resolver(Lookup lookup, TargetSearch::Means means);

  // Calls `done` once: at once if nothing has to be asked. Nowhere, if the name leads nowhere,
  // nobody answers, or too many are being asked for.
  void resolve(const std::string& uri, std::function<void(Targets)> done);

  // What was refused because of a limit.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Search {
    TargetSearch targets;
    std::function<void(Targets)> done;
  };
  struct Known {
    Answer answer;
    Clock::time_point until;
  };
  void go_on(const std::shared_ptr<Search>& search);
  void remember(const Question& question, const Answer& answer);
  [[nodiscard]] const Answer* known(const Question& question);

  Lookup lookup_;
  TargetSearch::Means means_;
  std::map<Question, Known> known_;
  std::size_t under_way_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace lastcall::host
