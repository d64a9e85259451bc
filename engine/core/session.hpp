#pragma once
// SessionLayer: the call as its user sees it: its state, the operation under way, what both sides
// agreed on, and its ending in two phases. It alone writes CallTerminating and CallTerminated
// (core/termination.hpp). It knows no SIP message and no port.

#include "engine/core/cleanup_tracker.hpp"
#include "engine/core/layer.hpp"

#include <optional>
#include <string>

namespace lastcall::core {

// A user's wish that is not answered yet.
struct Operation {
  CommandId command;
  Op op = Op::kHangup;
  bool operator==(const Operation&) const = default;
  static constexpr auto kFields =
      std::tuple{field("command", &Operation::command), field("op", &Operation::op)};
};

struct Session {
  SessionId id;
  CallRole role = CallRole::kCaller;
  CallState state = CallState::kIdle;
  std::string peer;   // who calls, or the URI that was called
  std::string offer;  // callee: the peer's first offer, until it is answered
  Endpoint local_media;
  std::string description;       // our newest SDP; empty: none yet
  std::string described_before;  // the one before an offer that may be withdrawn
  bool unanswered = false;       // our newest SDP is an offer without its answer
  bool offer_holds = false;      // with that offer we hold the call
  bool offer_in_2xx = false;     // the ACK brings its answer, else a response
  HoldSides held_by;
  Endpoint remote_media;
  Direction direction = Direction::kInactive;
  std::uint8_t payload_type = 0;
  RingBack ring_back = RingBack::kNone;  // what the caller hears while it rings
  CallId replaces;                       // the call that ends once this one is connected
  std::optional<Operation> operation;
  std::optional<Instant> rings_until;
  std::optional<CleanupTracker> cleanup;  // set while Terminating

  // Whether we hold the call, or are about to.
  [[nodiscard]] bool wants_hold() const {
    const bool holding = operation && operation->op == Op::kHold;
    return holding || held_by.contains(HoldSide::kLocal);
  }
  // Our call has no answer yet.
  [[nodiscard]] bool calling() const {
    return role == CallRole::kCaller &&
           (state == CallState::kInitiating || state == CallState::kRinging);
  }
  [[nodiscard]] bool established() const {
    return state == CallState::kConnected || state == CallState::kOnHold;
  }

  bool operator==(const Session&) const = default;
  static constexpr auto kFields = std::tuple{field("id", &Session::id),
                                             field("role", &Session::role),
                                             field("state", &Session::state),
                                             field("peer", &Session::peer),
                                             field("offer", &Session::offer),
                                             field("local_media", &Session::local_media),
                                             field("description", &Session::description),
                                             field("described_before", &Session::described_before),
                                             field("unanswered", &Session::unanswered),
                                             field("offer_holds", &Session::offer_holds),
                                             field("offer_in_2xx", &Session::offer_in_2xx),
                                             field("held_by", &Session::held_by),
                                             field("remote_media", &Session::remote_media),
                                             field("direction", &Session::direction),
                                             field("payload_type", &Session::payload_type),
                                             field("ring_back", &Session::ring_back),
                                             field("replaces", &Session::replaces),
                                             field("operation", &Session::operation),
                                             field("rings_until", &Session::rings_until),
                                             field("cleanup", &Session::cleanup)};
};

struct SessionLayer {
  using Input = ToSession;
  using Event = SessionEvent;
  struct State {
    Table<CallId, Session> calls;
    DeadlineIndex deadlines;  // owner: the call
    bool operator==(const State&) const = default;
    static constexpr auto kFields =
        std::tuple{field("calls", &State::calls), field("deadlines", &State::deadlines)};
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
  static void forget(State& state, CallId call);
};

// What a decision about one call needs at hand.
struct CallContext {
  CallId call;
  const Session& session;
  const Context& context;
  Outbox& out;
};

}  // namespace lastcall::core
