#pragma once
// TransactionLayer: the only layer that transmits. Parses what arrives, matches it to a transaction
// (RFC 3261 17.1.3, 17.2.3), runs the four state machines with their timers (RFC 3261 17, RFC 6026)
// and passes on what is new. Transactions belong to no call: they end by their own timers, so that
// a repeated BYE is answered long after its call was released.

#include "engine/core/layer.hpp"

#include <array>
#include <optional>
#include <string>

namespace lastcall::core {

enum class TransactionRole : std::uint8_t { kServer, kClient };
[[nodiscard]] constexpr auto names_of(TransactionRole) {
  return std::array<std::string_view, 2>{"server", "client"};
}

// The states of RFC 3261 17 and RFC 6026; Calling is Trying for an INVITE. Terminated is "gone".
enum class TransactionPhase : std::uint8_t {
  kTrying,
  kProceeding,
  kAccepted,
  kCompleted,
  kConfirmed
};
[[nodiscard]] constexpr auto names_of(TransactionPhase) {
  return std::array<std::string_view, 5>{"Trying", "Proceeding", "Accepted", "Completed",
                                         "Confirmed"};
}

struct Transaction {
  TransactionRole role = TransactionRole::kServer;
  TransactionPhase phase = TransactionPhase::kTrying;
  Method method = Method::kOther;
  CallId call;
  LayerId owner = LayerId::kDialog;  // client: who is told what becomes of it
  Endpoint peer;                     // where its messages go
  Endpoint local;                    // the port of ours they leave from
  std::string head;                  // server: what every response copies
  std::string to_tag;                // server: the tag of the responses
  std::string wire;                  // the last message sent: the request, or the newest response
  Duration interval{};               // between repeats
  std::optional<Instant> resend_at;
  std::optional<Instant> ends_at;
  Timer end_timer = Timer::kGiveUp;  // what ends_at is

  bool operator==(const Transaction&) const = default;
  static constexpr auto kFields = std::tuple{
      field("role", &Transaction::role),         field("phase", &Transaction::phase),
      field("method", &Transaction::method),     field("call", &Transaction::call),
      field("owner", &Transaction::owner),       field("peer", &Transaction::peer),
      field("local", &Transaction::local),       field("head", &Transaction::head),
      field("to_tag", &Transaction::to_tag),     field("wire", &Transaction::wire),
      field("interval", &Transaction::interval), field("resend_at", &Transaction::resend_at),
      field("ends_at", &Transaction::ends_at),   field("end_timer", &Transaction::end_timer)};
};

struct TransactionLayer {
  using Input = ToTransaction;
  using Event = TransactionEvent;
  struct State {
    Table<TransactionId, Transaction> live;
    DeadlineIndex deadlines;                                     // owner: the transaction
    std::array<std::uint64_t, kEnumSize<DropReason>> dropped{};  // datagrams, by reason
    bool operator==(const State&) const = default;
    static constexpr auto kFields =
        std::tuple{field("live", &State::live), field("deadlines", &State::deadlines)};
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
};

}  // namespace lastcall::core
