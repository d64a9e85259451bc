#pragma once
// TransactionLayer: the only layer that transmits. Parses what arrives, matches it to a transaction
// (RFC 3261 17.1.3, 17.2.3), runs the four state machines with their timers (RFC 3261 17, RFC 6026)
// and passes on what is new. Transactions belong to no call: they end by their own timers, so that
// a repeated BYE is answered long after its call was released.

#include "engine/core/layer.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::core {

enum class TransactionRole : std::uint8_t { kServer, kClient };
[[nodiscard]] constexpr auto names_of(TransactionRole) {
  return std::array<std::string_view, 2>{"server", "client"};
}

// The states of RFC 3261 17 and RFC 6026; Calling is Trying for an INVITE. Resolving: a request of
// ours whose name is being looked up; nothing has been sent. Terminated is "gone".
enum class TransactionPhase : std::uint8_t {
  kResolving,
  kTrying,
  kProceeding,
  kAccepted,
  kCompleted,
  kConfirmed
};
[[nodiscard]] constexpr auto names_of(TransactionPhase) {
  return std::array<std::string_view, 6>{"Resolving", "Trying",    "Proceeding",
                                         "Accepted",  "Completed", "Confirmed"};
}

struct Transaction {
  TransactionRole role = TransactionRole::kServer;
  TransactionPhase phase = TransactionPhase::kTrying;
  Method method = Method::kOther;
  CallId call;
  LayerId owner = LayerId::kDialog;  // client: who is told
  TransactionId first;               // client: the id its owner knows it by
  TransactionId original;            // server: the same request on another path
  Endpoint peer;                     // where its messages go
  Endpoint fallback;                 // server: where to if that connection is gone
  Endpoint local;                    // the port of ours they leave from
  std::vector<Endpoint> targets;     // client: where else it may go (RFC 3263 4.3)
  std::string server;                // client: the name that a certificate must show
  bool cancelling = false;           // client: a CANCEL waits for its provisional response
  std::string head;                  // server: what every response copies
  std::string to_tag;                // server: the tag of the responses
  std::string wire;                  // the last message sent: the request, or the newest response
  Duration interval{};               // between repeats
  std::optional<Instant> resend_at;
  std::optional<Instant> ends_at;
  Timer end_timer = Timer::kGiveUp;  // what ends_at is

  bool operator==(const Transaction&) const = default;
  static constexpr auto kFields = std::tuple{field("role", &Transaction::role),
                                             field("phase", &Transaction::phase),
                                             field("method", &Transaction::method),
                                             field("call", &Transaction::call),
                                             field("owner", &Transaction::owner),
                                             field("first", &Transaction::first),
                                             field("original", &Transaction::original),
                                             field("peer", &Transaction::peer),
                                             field("fallback", &Transaction::fallback),
                                             field("local", &Transaction::local),
                                             field("targets", &Transaction::targets),
                                             field("server", &Transaction::server),
                                             field("cancelling", &Transaction::cancelling),
                                             field("head", &Transaction::head),
                                             field("to_tag", &Transaction::to_tag),
                                             field("wire", &Transaction::wire),
                                             field("interval", &Transaction::interval),
                                             field("resend_at", &Transaction::resend_at),
                                             field("ends_at", &Transaction::ends_at),
                                             field("end_timer", &Transaction::end_timer)};
};

// How many answers that nothing vouches for each source has had in one second (SEC-03).
struct Rations {
  Instant window;
  Table<std::string, std::uint32_t> by_source;
  bool operator==(const Rations&) const = default;
  static constexpr auto kFields =
      std::tuple{field("window", &Rations::window), field("by_source", &Rations::by_source)};
};

// A server that is overloaded.
struct Avoided {
  Endpoint server;
  Instant until;
  bool operator==(const Avoided&) const = default;
  static constexpr auto kFields =
      std::tuple{field("server", &Avoided::server), field("until", &Avoided::until)};
};

struct TransactionLayer {
  using Input = ToTransaction;
  using Event = TransactionEvent;
  struct State {
    Table<TransactionId, Transaction> live;
    Table<TransactionId, TransactionId> attempts;   // a request's first id: its newest attempt
    Table<TransactionId, TransactionId> originals;  // of live server transactions (8.2.2.2)
    Rations rations;
    std::vector<Avoided> avoided;  // at most limits::kAvoidedMax, the newest last
    DeadlineIndex deadlines;       // owner: the transaction
    std::array<std::uint64_t, kEnumSize<DropReason>> dropped{};  // datagrams, by reason
    bool operator==(const State&) const = default;
    static constexpr auto kFields =
        std::tuple{field("live", &State::live),           field("attempts", &State::attempts),
                   field("originals", &State::originals), field("rations", &State::rations),
                   field("avoided", &State::avoided),     field("deadlines", &State::deadlines)};

    // The attempt that a request of ours is at, by the id its owner knows; null if it is over.
    [[nodiscard]] const Transaction* attempt(TransactionId first) const {
      return live.find(attempt_id(first));
    }
    [[nodiscard]] TransactionId attempt_id(TransactionId first) const {
      const TransactionId* newest = attempts.find(first);
      return newest == nullptr ? first : *newest;
    }
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
};

}  // namespace lastcall::core
