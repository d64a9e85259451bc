#pragma once
// Hand-made runs for the tests of the oracles: records and trace entries in the order in which they
// are told, and the invariants they break.

#include "sim/oracle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace lastcall::sim {

inline constexpr CallId kCall{7};
inline constexpr SessionId kSession{8};
inline constexpr DialogId kDialog{9};
inline constexpr StreamId kStream{10};
inline constexpr TransactionId kInvite{20};
inline constexpr TransactionId kBye{21};
inline constexpr CommandId kCommand{30};
inline constexpr CleanupLayers kAllLayers{CleanupLayer::kDialog, CleanupLayer::kMedia,
                                          CleanupLayer::kClient};

// Tells the oracles a run, one thing after the other.
class Told {
 public:
  Told() : oracles_(OracleConfig{}) {}

  Told& at(std::int64_t ms) {
    now_ = instant_ns(ms * 1'000'000);
    return *this;
  }
  template <class Fact>
  Told& record(Fact fact) {
    oracles_.see(Record{++pos_, now_, cause_, event_of(std::move(fact))});
    return *this;
  }
  Told& trace(Happening what) {
    oracles_.see(TraceEntry{now_, pos_, std::move(what)});
    return *this;
  }
  Told& heard(std::string message) {
    (void)record(DatagramReceived{{}, {}, {std::move(message)}});
    cause_ = pos_;
    return *this;
  }
  Told& said(std::string message) { return trace(DatagramSent{0, 1, std::move(message), false}); }

  // A call of ours, up to the talking.
  Told& started(CallRole role = CallRole::kCallee) {
    return record(LegStarted{.call = kCall,
                             .role = role,
                             .invite = kInvite,
                             .sip_call_id = "id@bob",
                             .local_tag = "ours",
                             .local_uri = "<sip:a@a>",
                             .remote_uri = "<sip:b@b>"})
        .record(DialogStarted{.call = kCall,
                              .dialog = kDialog,
                              .remote_tag = "theirs",
                              .remote_target = "<sip:b@b>",
                              .routes = {}})
        .record(CallStarted{.call = kCall,
                            .session = kSession,
                            .role = role,
                            .peer = "<sip:b@b>",
                            .rings_until = now_});
  }
  Told& connected() { return started().record(connected_event()); }
  Told& ending(Cause cause = Cause::kRemoteBye) {
    return record(CallTerminating{kCall, cause, 0, kAllLayers, now_ + limits::kCleanupTimeout});
  }
  Told& confirmed(CleanupLayer layer, Verdict verdict = Verdict::kAccepted) {
    return record(CleanupConfirmed{kCall, layer, verdict});
  }
  Told& all_confirmed() {
    return confirmed(CleanupLayer::kDialog)
        .confirmed(CleanupLayer::kMedia)
        .confirmed(CleanupLayer::kClient);
  }
  Told& fired() {
    return record(DeadlineDue{LayerId::kSession, kCall, {now_, Timer::kCleanup, kCall.value}});
  }
  Told& ended(CleanupLayers missing = {}, Cause cause = Cause::kRemoteBye) {
    return record(CallTerminated{.call = kCall,
                                 .cause = cause,
                                 .forced = !missing.empty(),
                                 .missing = missing,
                                 .at = now_,
                                 .remembered = false});
  }
  // The whole of a good ending.
  Told& ended_well() { return ending().all_confirmed().ended(); }

  // What was found once nothing more happens.
  std::vector<Finding> findings() {
    oracles_.end(now_);
    return oracles_.take_findings();
  }

  static CallConnected connected_event() {
    CallConnected event;
    event.call = kCall;
    return event;
  }

 private:
  Oracles oracles_;
  Instant now_{};
  Position pos_ = 0;
  Position cause_ = 0;  // the message that was heard last
};

inline std::vector<std::string> rules_of(const std::vector<Finding>& findings) {
  std::vector<std::string> rules;
  for (const Finding& each : findings) rules.push_back(each.invariant);
  return rules;
}

inline bool breaks(const std::vector<Finding>& findings, const std::string& rule) {
  return std::ranges::count(findings, rule, &Finding::invariant) != 0;
}

// EXPECT_BREAKS(told, "I-01"): the rule is among what was found.
#define EXPECT_BREAKS(told, rule)                                                                 \
  do {                                                                                            \
    const auto found_ = (told).findings();                                                        \
    EXPECT_TRUE(breaks(found_, rule)) << "found: " << ::testing::PrintToString(rules_of(found_)); \
  } while (false)
#define EXPECT_SILENT(told) EXPECT_EQ(rules_of((told).findings()), std::vector<std::string>{})

}  // namespace lastcall::sim
