#pragma once
// Where a URI leads to (RFC 3263 4), as a search: it says which question must be answered next, is
// given the answer, and ends with a list of targets, best first. Pure but for the draws that
// weights ask for; asks nobody itself. Called by Resolver.

#include "engine/base/time.hpp"
#include "engine/model/endpoint.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::host {

enum class RecordType : std::uint8_t { kNaptr, kSrv, kAddress };
[[nodiscard]] constexpr auto names_of(RecordType) {
  return std::array<std::string_view, 3>{"naptr", "srv", "address"};
}

struct Question {
  RecordType type = RecordType::kAddress;
  std::string name;
  auto operator<=>(const Question&) const = default;
};

// RFC 3403 4.1, RFC 2782. Names without the dot at the end.
struct Naptr {
  std::uint16_t order = 0;
  std::uint16_t preference = 0;
  std::string flags;
  std::string service;
  std::string replacement;
};
struct Srv {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;  // empty: the service is decidedly not offered
};

// What DNS says: the records of the type asked for, none if there are none.
struct Answer {
  std::vector<Naptr> naptrs;
  std::vector<Srv> srvs;
  std::vector<std::string> addresses;  // numeric, IPv4 and IPv6
  Duration ttl{};
  bool failed = false;  // nobody answered, or not in time
};

class TargetSearch {
 public:
  struct Means {
    bool tls = true;                                   // we speak it
    bool prefer_ipv6 = false;                          // the family of our own address
    std::function<std::uint32_t(std::uint32_t)> draw;  // 0 to its argument, both included
  };
  TargetSearch(std::string_view uri, const Means& means);

  // What must be known next; nothing if the search has ended.
  [[nodiscard]] std::optional<Question> question() const;
  // The answer to question().
  void answer(const Answer& answer);

  // REQUIRES: no question is left. At most limits::kTargetsMax; none if the URI leads nowhere.
  [[nodiscard]] const std::vector<Endpoint>& targets() const { return targets_; }

 private:
  struct Step {
    Question question;
    Transport transport = Transport::kUdp;
    std::uint16_t port = 0;
    bool alternative = false;  // needless once one like it has been found
  };
  void begin(std::string_view uri);
  void follow_naptrs(std::vector<Naptr> naptrs);
  void follow_srvs(const Step& step, std::vector<Srv> srvs);
  void add_targets(const Step& step, const std::vector<std::string>& addresses);
  void ask_for_services();
  [[nodiscard]] std::optional<Transport> transport_of(std::string_view service) const;

  Means means_;
  std::string host_;
  bool secure_ = false;
  std::optional<Transport> wanted_;  // what the URI says
  std::deque<Step> steps_;           // in order of preference
  std::optional<Step> last_resort_;  // if nobody knows of a service: the host's own address
  int asked_ = 0;
  std::vector<Endpoint> targets_;
};

// RFC 2782: by priority; among equals drawn by weight.
[[nodiscard]] std::vector<Srv> in_order(std::vector<Srv> srvs,
                                        const std::function<std::uint32_t(std::uint32_t)>& draw);

}  // namespace lastcall::host
