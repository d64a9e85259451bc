#include "sim/canonical.hpp"

#include "engine/base/match.hpp"
#include "sim/world.hpp"

#include <boost/pfr.hpp>
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <type_traits>
#include <vector>

namespace lastcall::sim {
namespace {

template <class T>
inline constexpr bool kIsVariant = false;
template <class... Ts>
inline constexpr bool kIsVariant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// Adds values that HashInput does not know too: mail is never logged, so it has no list of fields.
template <class T>
void add(HashInput& input, const T& value) {
  if constexpr (std::is_same_v<T, SipMessage>) {
    input.add(value.bytes());
  } else if constexpr (kIsVariant<T>) {
    input.add(value.index());
    std::visit([&](const auto& each) { add(input, each); }, value);
  } else if constexpr (kIsList<T>) {
    input.add(value.size());
    for (const auto& each : value) add(input, each);
  } else if constexpr (kIsOptional<T>) {
    input.add(value.has_value());
    if (value) add(input, *value);
  } else if constexpr (Described<T> || !std::is_aggregate_v<T>) {
    input.add(value);
  } else {
    boost::pfr::for_each_field(value, [&](const auto& field) { add(input, field); });
  }
}

// Open turns by their age, since their ids count all turns of the run; and how far each is from
// being durable.
class Turns {
 public:
  Turns(const core::Kernel& kernel, const log::MemoryLog& log) : log_(log) {
    kernel.for_each_turn([&](std::uint64_t id, Position last) { turns_.emplace_back(id, last); });
  }
  void add(HashInput& input, std::uint64_t turn) const {
    const auto it = std::ranges::find(turns_, turn, [](const auto& each) { return each.first; });
    if (it == turns_.end()) return input.add(0);
    input.add(1 + (it - turns_.begin()));
    input.add(it->second <= log_.durable() ? 0 : 1 + log_.last() - it->second);
  }

 private:
  const log::MemoryLog& log_;
  std::vector<std::pair<std::uint64_t, Position>> turns_;
};

// Each mailbox is a sequence; among them there is no order. Each datagram is a mailbox of its own.
std::uint64_t hash_of_mail(const core::Kernel& kernel, const Turns& turns) {
  std::map<std::tuple<LayerId, LayerId, CallId>, std::size_t> lengths;
  std::uint64_t sum = 0;
  HashInput input;
  kernel.for_each_waiting(
      [&](LayerId sender, LayerId receiver, CallId call, std::uint64_t turn, const auto& content) {
        const bool alone = sender == LayerId::kWorld && receiver == LayerId::kTransaction;
        const std::size_t place = alone ? 0 : lengths[{sender, receiver, call}]++;
        input.clear();
        input.add(sender);
        input.add(receiver);
        input.add(call);
        input.add(place);
        turns.add(input, turn);
        add(input, content);
        sum += input.hash64(1);
      });
  return sum;
}

enum class Phase : std::uint8_t { kNoCall, kLive, kEnding, kEnded };

Phase phase_of(const World& world, CallId call) {
  switch (world.kernel().state().directory.find(call).found) {
    case Found::kLive:
      return Phase::kLive;
    case Found::kEnding:
      return Phase::kEnding;
    case Found::kEnded:
      return Phase::kEnded;
    default:
      return Phase::kNoCall;
  }
}

// The call that a happening is about; the newest one for datagrams.
CallId call_of(const Happening& what, const World& world) {
  return std::visit(
      [&](const auto& each) {
        if constexpr (requires { each.call; }) return each.call;
        return world.client().current();
      },
      what);
}

}  // namespace

void Past::add(const Record& record, const World& world) {
  HashInput input;
  input.add(phase_of(world, call_of(record.event)));
  input.add(record.at);
  input.add(record.event);
  sum_ += input.hash64(2);
}

void Past::add(const TraceEntry& entry, const World& world) {
  HashInput input;
  input.add(phase_of(world, sim::call_of(entry.what, world)));
  input.add(entry.at);
  sim::add(input, entry.what);
  sum_ += input.hash64(3);
}

void World::add_to(HashInput& input) const {
  // A new member does not compile here. Left out is how this world came about.
  const auto& [scenario, now, steps, kernel, disk, media, client, peers, network, agenda, decisions,
               policy, trace, all_acts, acts_begun, asking, newest_input, offered, offered_at,
               given, races, race_may_begin, audio_flows, partner, recorder, setup_end, reborn,
               drawn_deadline, lateness, crashes, process, to_crash, to_stall] = *this;
  const log::MemoryLog& log = disk.log();
  const Turns turns{kernel, log};
  input.add(now);
  input.add(core::hash_of_state(kernel.state()));
  input.add(kernel.in_turn());
  input.add(hash_of_mail(kernel, turns));
  kernel.for_each_held([&](const core::GatedOutput& held, std::uint64_t turn) {
    input.add(held.call);
    input.add(held.gate);
    input.add(held.output);
    turns.add(input, turn);
  });
  disk.add_to(input, now);
  input.add(media);
  client.add_to(input, now);
  for (const Party& each : peers) each.add_to(input);
  input.add(network);
  agenda.for_each([&](Instant at, const Entry& entry) {
    input.add(at);
    const auto* commit = std::get_if<CommitLands>(&entry);
    if (commit != nullptr) {
      input.add(log.last() - commit->durable);
    } else {
      sim::add(input, entry);
    }
  });
  std::uint64_t acts = 0;
  for (const Act& act : all_acts) {
    HashInput each;
    each.add(act.as.sender);
    each.add(act.as.call);
    sim::add(each, act.what);
    acts += each.hash64(4);
  }
  input.add(acts);
  for (const Asking& each : asking) {
    input.add(each.call);
    input.add(each.asker);
  }
  input.add(recorder);
  input.add(given);
  input.add(races);
  input.add(race_may_begin);
  input.add(audio_flows);
  input.add(crashes);
  input.add(process);
  input.add(to_stall);
  input.add(to_crash);
}

StateKey key_of(const World& world, std::uint64_t past) {
  HashInput input;
  input.add(past);
  world.add_to(input);
  const XXH128_hash_t hash = XXH3_128bits(input.bytes().data(), input.bytes().size());
  return {hash.low64, hash.high64};
}

}  // namespace lastcall::sim
