#pragma once
// Kernel: the whole engine as a copyable value, without clock, thread or IO. The host and the
// simulation drive it alike: deliver() what the world says, step() until nothing is ready, take the
// outputs whose gate is open. Log and policy are passed in. One thread at a time.
//
// A turn is one input and all the mail it causes. Production drains a turn before it begins the
// next; simulation may interleave turns.

#include "engine/core/layer.hpp"
#include "engine/core/layers.hpp"
#include "engine/core/schedule.hpp"
#include "engine/core/state.hpp"
#include "engine/log/event_log.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace lastcall::core {

// Whether a turn ends before the next begins.
enum class Turns : std::uint8_t { kDrained, kInterleaved };
[[nodiscard]] constexpr auto names_of(Turns) {
  return std::array<std::string_view, 2>{"drained", "interleaved"};
}

class Kernel {
 public:
  explicit Kernel(Config config, Turns turns = Turns::kDrained, LayerTable table = {});

  // Starts from what a log holds: the state is the fold of these events. Before the first
  // deliver().
  void recover(const Record& record);

  // From now on the engine takes what was drawn in another run instead of drawing. Before the first
  // deliver(); a rerun of a captured call is the only caller (replay/wire/seat).
  void draw_from(Drawn drawn) { draws_.take_from(std::move(drawn)); }

  // Takes in what the world says. It waits until a step handles it. Returns the serial of its item.
  std::uint64_t deliver(Input input);

  // Handles one ready item: decide, log, apply, queue the mail, hold the outputs. False if nothing
  // was ready at `now`. `now` never goes back.
  bool step(log::EventLog& log, SchedulePolicy& policy, Instant now);

  // A step in two halves, for a world whose own acts take part in the order: what is ready at
  // `now`, in the default order, and the handling of one of them. REQUIRES: nothing else was called
  // between the two.
  [[nodiscard]] std::span<const Ready> ready_items(Instant now);
  void handle_ready(std::size_t chosen, log::EventLog& log, Instant now);

  // Whether anything waits, or is due at `now`.
  [[nodiscard]] bool ready(Instant now) const;
  // Whether a turn has begun and not ended; a crash or a commit cannot fall here.
  [[nodiscard]] bool in_turn() const { return internal_ > 0; }

  // Moves out the orders that may leave now that the log is durable up to `durable`, in log order
  // per call.
  [[nodiscard]] std::vector<Output> take_outputs(Position durable);
  // Whether orders wait for the log to become durable.
  [[nodiscard]] bool holds_outputs() const { return !held_.empty(); }

  // The next instant at which a deadline is due; kNever if there is none.
  [[nodiscard]] Instant next_deadline() const { return core::next_deadline(state_); }

  // Whose id this is: answered from the directory, then from the log. Never kNotFound for an id
  // that was given out (I-53), except under Rules::kImmediate, which remembers nothing.
  template <class AnyId>
  [[nodiscard]] Found find(AnyId id, const log::EventLog& log) const {
    const Whereabouts found = state_.directory.find(id);
    if constexpr (std::is_same_v<AnyId, CallId>) {
      if (found.found == Found::kNotFound && config_.rules == Rules::kTwoPhase &&
          log.find_end(id)) {
        return Found::kEnded;
      }
    }
    return found.found;
  }

  // What the future depends on beside the state, for whoever compares kernels: f(sender, receiver,
  // call, turn, content) for each waiting item, in order of arrival; f(order, turn) for each order
  // that waits for its gate, in log order; f(turn, newest position) for each open turn.
  template <class F>
  void for_each_waiting(F&& f) const {
    for (const Item& item : waiting_) {
      f(item.sender, item.receiver, item.call, item.turn, item.content);
    }
  }
  template <class F>
  void for_each_held(F&& f) const {
    for (const Held& held : held_) f(held.order, held.turn);
  }
  template <class F>
  void for_each_turn(F&& f) const {
    for (const Turn& turn : open_) f(turn.id, turn.last);
  }

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const LayerTable& table() const { return table_; }
  [[nodiscard]] Turns turns() const { return turns_; }

 private:
  using TurnId = std::uint64_t;

  struct Item {
    std::variant<Input, Mail> content;
    LayerId sender = LayerId::kWorld;
    LayerId receiver = LayerId::kTransaction;
    CallId call;
    std::uint64_t serial = 0;
    TurnId turn = 0;
    Position cause = 0;
  };
  struct Turn {
    TurnId id = 0;
    Position last = 0;  // the newest position it has logged
    int waiting = 0;    // internal mail not yet handled
    int held = 0;       // orders that have not left
  };
  struct Held {
    GatedOutput order;
    TurnId turn = 0;
  };

  void collect_ready(Instant now);
  [[nodiscard]] bool is_head(std::size_t index) const;
  [[nodiscard]] Item take(std::size_t chosen);
  void handle(Item item, log::EventLog& log, Instant now);
  // One decision, and what follows from it.
  void decide_and_record(const Item& item, log::EventLog& log, Instant now);
  // Empty the outbox. The first logs and applies, and returns the position that caused what
  // follows.
  Position record(const Item& item, log::EventLog& log, Instant now);
  void queue_mail(const Item& from, Position cause);
  void hold_outputs(TurnId turn);
  [[nodiscard]] Turn& turn_of(TurnId id);

  Config config_;
  Turns turns_;
  LayerTable table_;
  Draws draws_;
  State state_;
  std::vector<Item> waiting_;     // in order of arrival
  std::vector<Held> held_;        // in log order
  std::vector<Turn> open_;        // turns with waiting mail or held orders, oldest first
  std::vector<Ready> ready_;      // of the last collect_ready(): first the mail, then the deadlines
  std::vector<DeadlineDue> due_;  // the deadlines among them, in the same order
  Outbox outbox_;                 // empty between decisions; kept for its capacity
  std::uint64_t serials_ = 0;
  TurnId turns_begun_ = 0;
  int internal_ = 0;  // waiting internal mail
};

}  // namespace lastcall::core
