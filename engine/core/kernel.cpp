#include "engine/core/kernel.hpp"

#include "engine/base/check.hpp"
#include "engine/base/hash.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lastcall::core {
namespace {

constexpr std::uint64_t kDeadlineSerial = std::uint64_t{1} << 63;
// More deadlines than this are not offered at once, so that a step costs the same at 100,000 calls.
constexpr std::size_t kDueOfferedMax = 8;

// The id of the layer at place I of the list.
template <std::size_t I>
constexpr LayerId kLayerAt = static_cast<LayerId>(I + 1);

template <class F, std::size_t... I>
void for_each_deadlines(const LayerStates& states, std::index_sequence<I...>, F&& f) {
  (
      [&] {
        if constexpr (requires { std::get<I>(states).deadlines; }) {
          f(kLayerAt<I>, std::get<I>(states).deadlines);
        }
      }(),
      ...);
}

template <class F>
void for_each_deadlines(const LayerStates& states, F&& f) {
  for_each_deadlines(states, std::make_index_sequence<std::tuple_size_v<LayerStates>>{}, f);
}

// After a pause of the process many deadlines may be overdue: those of one call come in the order
// in which they were due (RACES R-PRC-08).
void keep_due_order(std::vector<DeadlineDue>& all) {
  if (all.size() < 2) return;
  std::ranges::stable_sort(all, {}, [](const DeadlineDue& due) { return due.deadline.due; });
  const auto waits = [&all](const DeadlineDue& due) {
    return due.call && std::ranges::any_of(all, [&](const DeadlineDue& other) {
             return other.call == due.call && other.deadline.due < due.deadline.due;
           });
  };
  std::vector<DeadlineDue> first;
  std::ranges::remove_copy_if(all, std::back_inserter(first), waits);
  all = std::move(first);
}

bool still_due(const LayerStates& states, const DeadlineDue& due) {
  bool found = false;
  for_each_deadlines(states, [&](LayerId layer, const DeadlineIndex& index) {
    if (layer == due.layer) found = index.contains(due.deadline, due.call);
  });
  return found;
}

Config with_layers(Config config) {
  config.cleanup_layers = ForEachLayer<Layers>::cleanup_layers();
  return config;
}

}  // namespace

Kernel::Kernel(Config config, Turns turns, LayerTable table)
    : config_(with_layers(std::move(config))),
      turns_(turns),
      table_(table),
      draws_(config_.seed, config_.shard) {}

void Kernel::recover(const Record& record) { fold_event(state_, table_, record.event); }

std::uint64_t Kernel::deliver(Input input) {
  Item item{.content = std::move(input), .serial = ++serials_};
  item.receiver = receiver_of(std::get<Input>(item.content));
  item.call = call_of(std::get<Input>(item.content));
  waiting_.push_back(std::move(item));
  return serials_;
}

bool Kernel::ready(Instant now) const { return !waiting_.empty() || next_deadline() <= now; }

bool Kernel::step(log::EventLog& log, SchedulePolicy& policy, Instant now) {
  const std::span<const Ready> items = ready_items(now);
  if (items.empty()) return false;
  handle_ready(items.size() == 1 ? 0 : policy.pick(items), log, now);
  return true;
}

std::span<const Ready> Kernel::ready_items(Instant now) {
  collect_ready(now);
  return ready_;
}

void Kernel::handle_ready(std::size_t chosen, log::EventLog& log, Instant now) {
  CHECK(chosen < ready_.size(), "a policy picks one of the items it was shown");
  handle(take(chosen), log, now);
  if (!in_turn()) log.seal();
}

// The heads of all mailboxes, then the deadlines that are due. Mail of a turn that has begun comes
// first, and alone if turns are drained.
void Kernel::collect_ready(Instant now) {
  ready_.clear();
  due_.clear();
  const auto add = [&](bool internal) {
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const Item& item = waiting_[i];
      if ((item.turn != 0) != internal || !is_head(i)) continue;
      ready_.push_back({item.sender, item.receiver, item.call, item.serial, internal});
    }
  };
  add(true);
  if (turns_ == Turns::kDrained && !ready_.empty()) return;
  add(false);
  for_each_deadlines(state_.layers, [&](LayerId layer, const DeadlineIndex& index) {
    std::size_t offered = 0;
    index.for_each_due(now, [&](const Deadline& deadline, CallId call) {
      if (offered++ >= kDueOfferedMax) return;
      due_.push_back({layer, call, deadline});
    });
  });
  keep_due_order(due_);
  for (const DeadlineDue& due : due_) {
    const std::uint64_t serial = kDeadlineSerial | hash_of(0, due.layer, due.deadline);
    ready_.push_back({LayerId::kWorld, due.layer, due.call, serial, false});
  }
}

// A mailbox is a FIFO per sender, receiver and call; each datagram is a sender of its own.
bool Kernel::is_head(std::size_t index) const {
  const Item& item = waiting_[index];
  if (item.sender == LayerId::kWorld && item.receiver == LayerId::kTransaction) return true;
  for (std::size_t i = 0; i < index; ++i) {
    const Item& other = waiting_[i];
    if (other.sender == item.sender && other.receiver == item.receiver && other.call == item.call) {
      return false;
    }
  }
  return true;
}

Kernel::Item Kernel::take(std::size_t chosen) {
  const Ready& ready = ready_[chosen];
  if ((ready.serial & kDeadlineSerial) != 0) {
    const std::size_t first_due = ready_.size() - due_.size();
    const DeadlineDue& due = due_[chosen - first_due];
    return {.content = Input{due}, .receiver = due.layer, .call = due.call};
  }
  const auto it = std::find_if(waiting_.begin(), waiting_.end(),
                               [&](const Item& item) { return item.serial == ready.serial; });
  Item item = std::move(*it);
  waiting_.erase(it);
  return item;
}

void Kernel::handle(Item item, log::EventLog& log, Instant now) {
  if (item.turn == 0) {
    item.turn = ++turns_begun_;
    open_.push_back({.id = item.turn});
    Input& input = std::get<Input>(item.content);
    item.cause = log.last() + 1;
    log.append({.pos = item.cause, .at = now, .cause = 0, .event = input});
    turn_of(item.turn).last = item.cause;
    const auto* due = std::get_if<DeadlineDue>(&input);
    const std::optional<DeadlineDue> deadline = due ? std::optional{*due} : std::nullopt;
    item.content = addressed(std::move(input));
    decide_and_record(item, log, now);
    CHECK(!deadline || !still_due(state_.layers, *deadline),
          "handling a deadline moves or removes it");
  } else {
    --internal_;
    --turn_of(item.turn).waiting;
    decide_and_record(item, log, now);
  }
  std::erase_if(open_, [](const Turn& turn) { return turn.waiting == 0 && turn.held == 0; });
}

namespace {

template <std::size_t I = 0>
void decide_in_layer(const LayerTable& table, const LayerStates& states, const Mail& mail,
                     const Context& context, Outbox& out) {
  if constexpr (I < std::tuple_size_v<LayerTable>) {
    if (mail.index() == I) {
      std::get<I>(table).decide(std::get<I>(states), std::get<I>(mail), context, out);
    } else {
      decide_in_layer<I + 1>(table, states, mail, context, out);
    }
  }
}

}  // namespace

void Kernel::decide_and_record(const Item& item, log::EventLog& log, Instant now) {
  decide_in_layer(table_, state_.layers, std::get<Mail>(item.content),
                  {now, state_.directory, config_, draws_}, outbox_);
  // I-53: a command about a call that ended long ago. A layer knows tombstones only, not the log.
  for (GatedOutput& order : outbox_.outputs) {
    auto* reply = std::get_if<Reply>(&order.output);
    const bool lost = reply != nullptr && reply->result == OpResult::kNotFound;
    if (lost && find(reply->call, log) == Found::kEnded) reply->result = OpResult::kEnded;
  }
  const Position cause = record(item, log, now);
  queue_mail(item, cause);
  hold_outputs(item.turn);
}

Position Kernel::record(const Item& item, log::EventLog& log, Instant now) {
  Position newest = item.cause;
  for (Event& event : outbox_.events) {
    newest = log.last() + 1;
    fold_event(state_, table_, event);
    log.append({.pos = newest, .at = now, .cause = item.cause, .event = std::move(event)});
  }
  outbox_.events.clear();
  turn_of(item.turn).last = std::max(turn_of(item.turn).last, newest);
  return newest;
}

void Kernel::queue_mail(const Item& from, Position cause) {
  for (Mail& piece : outbox_.mail) {
    Item item{.sender = from.receiver, .serial = ++serials_, .turn = from.turn, .cause = cause};
    item.receiver = receiver_of(piece);
    item.call = call_of(piece);
    item.content = std::move(piece);
    waiting_.push_back(std::move(item));
    ++internal_;
    ++turn_of(from.turn).waiting;
  }
  outbox_.mail.clear();
}

void Kernel::hold_outputs(TurnId turn) {
  for (GatedOutput& order : outbox_.outputs) {
    held_.push_back({std::move(order), turn});
    ++turn_of(turn).held;
  }
  outbox_.outputs.clear();
}

Kernel::Turn& Kernel::turn_of(TurnId id) {
  const auto it =
      std::find_if(open_.begin(), open_.end(), [&](const Turn& t) { return t.id == id; });
  CHECK(it != open_.end(), "a turn stays open while mail or orders of it wait");
  return *it;
}

// An order leaves when its gate is open and no earlier order of its call still waits.
std::vector<Output> Kernel::take_outputs(Position durable) {
  std::vector<Output> leaving;
  if (held_.empty()) return leaving;
  std::vector<CallId> blocked;
  auto staying = held_.begin();
  for (Held& held : held_) {
    Turn& turn = turn_of(held.turn);
    const bool open = held.order.gate == Gate::kFree || (turn.waiting == 0 && turn.last <= durable);
    const CallId call = held.order.call;
    const bool overtakes = call && std::find(blocked.begin(), blocked.end(), call) != blocked.end();
    if (open && !overtakes) {
      --turn.held;
      leaving.push_back(std::move(held.order.output));
    } else {
      if (call) blocked.push_back(call);
      if (&*staying != &held) *staying = std::move(held);
      ++staying;
    }
  }
  held_.erase(staying, held_.end());
  std::erase_if(open_, [](const Turn& turn) { return turn.waiting == 0 && turn.held == 0; });
  return leaving;
}

}  // namespace lastcall::core
