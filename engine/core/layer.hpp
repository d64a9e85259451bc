#pragma once
// What a layer is made of: the context it decides in, the outbox it fills, the ordered index of its
// deadlines. A layer is a struct with Input, Event, State and the plain functions
//
//   static void decide(const State&, const Input&, const Context&, Outbox&);  pure, changes nothing
//   static void apply(State&, const Event&);                                  the only mutator
//   static void forget(State&, CallId);            optional: part of applying CallTerminated
//   static constexpr CleanupLayer kCleanup = ...;  only if it must confirm before a release
//
// Instants enter as Context::now; whatever is drawn or timed and matters is written into the event.

#include "engine/base/sorted_set.hpp"
#include "engine/base/time.hpp"
#include "engine/core/directory.hpp"
#include "engine/core/draws.hpp"
#include "engine/model/event.hpp"
#include "engine/model/limits.hpp"
#include "engine/model/mail.hpp"
#include "engine/model/output.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace lastcall::core {

// Whether a callee sends its provisional responses reliably (RFC 3262).
enum class Reliable : std::uint8_t { kOff, kSupported, kRequired };
[[nodiscard]] constexpr auto names_of(Reliable) {
  return std::array<std::string_view, 3>{"off", "supported", "required"};
}

// What stays the same for a whole run.
struct Config {
  Rules rules = Rules::kTwoPhase;
  std::uint64_t seed = 1;
  std::uint8_t shard = 0;
  Endpoint contact;      // where peers reach us by UDP and TCP: Via, Contact
  Endpoint tls_contact;  // by TLS; without a port: not at all
  Endpoint ws_contact;   // by WebSocket (RFC 7118); the same
  std::string user = "lastcall";
  std::string aor;             // who we are in From, and what registers; empty: user at contact
  std::string registrar;       // URI that REGISTER goes to; empty: the domain of `aor`
  std::string outbound_proxy;  // URI of the first hop of all requests outside dialogs; may be empty
  std::string realm;           // not empty: who calls must show credentials for it (RFC 3261 22)
  bool refuse_md5 = false;     // RFC 8760 3: neither asked for nor answered
  std::string users;           // "alice,bob": who can be called here; empty: anybody
  bool follows_refers = true;  // of a peer inside its call (RFC 3515 5.2); others never
  Reliable reliable = Reliable::kSupported;
  bool delayed_offer = false;  // our calls leave the offer to the peer's 2xx (RFC 3261 13.2.1)
  Duration session_expires = limits::kSessionExpires;  // RFC 4028 4; zero: no session timer of ours
  Duration min_se = limits::kMinSe;
  Duration cleanup_timeout = limits::kCleanupTimeout;
  Duration ring_timeout = limits::kRingTimeout;
  CleanupLayers cleanup_layers;  // from the list of layers; the kernel fills it in
};

struct Context {
  Instant now;
  const Directory& directory;
  const Config& config;
  const Draws& draws;
};

// An order to the world and when it may leave. `call` keeps the outputs of one call in log order.
struct GatedOutput {
  CallId call;
  Gate gate = Gate::kDurable;
  Output output;
};

// What one decision records, sends and performs, each in order.
struct Outbox {
  std::vector<Event> events;
  std::vector<Mail> mail;
  std::vector<GatedOutput> outputs;

  Outbox();
  ~Outbox();
  Outbox(Outbox&&) noexcept;
  Outbox& operator=(Outbox&&) noexcept;
  Outbox(const Outbox&);
  Outbox& operator=(const Outbox&);

  // A fact. It happens in this step: it is logged and applied before anything else is decided.
  template <class Fact>
  void record(Fact fact) {
    add(event_of(std::move(fact)));
  }
  // Mail to a layer: send(ToMedia{OpenStream{call}}).
  template <class ToLayer>
  void send(ToLayer piece) {
    add(Mail{std::move(piece)});
  }
  void perform(CallId call, Gate gate, Output output);

 private:
  void add(Event event);
  void add(Mail piece);
};

// The deadlines of one layer, in the order in which they fall due; among equals by owner.
class DeadlineIndex {
 public:
  void add(const Deadline& deadline, CallId call) { set_.insert({deadline, call}); }
  void remove(const Deadline& deadline, CallId call) { set_.erase({deadline, call}); }
  [[nodiscard]] bool contains(const Deadline& deadline, CallId call) const {
    return set_.contains({deadline, call});
  }
  [[nodiscard]] Instant next() const { return set_.empty() ? kNever : set_.front().first.due; }
  [[nodiscard]] std::size_t size() const { return set_.size(); }

  // Calls f(deadline, call) for all that are due at `now`, soonest first.
  template <class F>
  void for_each_due(Instant now, F&& f) const {
    set_.for_each_while([&](const std::pair<Deadline, CallId>& each) {
      if (each.first.due > now) return false;
      f(each.first, each.second);
      return true;
    });
  }
  bool operator==(const DeadlineIndex&) const = default;

 private:
  SortedSet<std::pair<Deadline, CallId>> set_;

 public:
  static constexpr auto kFields = std::tuple{field("set", &DeadlineIndex::set_)};
};

}  // namespace lastcall::core
