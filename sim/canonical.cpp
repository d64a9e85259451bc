#include "sim/canonical.hpp"

#include "engine/base/kinds.hpp"
#include "engine/base/match.hpp"
#include "sim/world.hpp"

#include <boost/pfr.hpp>
#include <xxhash.h>

#include <algorithm>
#include <concepts>
#include <map>
#include <optional>
#include <ranges>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace lastcall::sim {
namespace {

template <class T>
inline constexpr bool kIsTable = false;
template <class K, class V>
inline constexpr bool kIsTable<Table<K, V>> = true;
template <class T>
inline constexpr bool kIsSortedSet = false;
template <class T>
inline constexpr bool kIsSortedSet<SortedSet<T>> = true;
template <class T>
concept List = std::ranges::range<T> && !std::convertible_to<T, std::string_view>;

}  // namespace

// Values without what tells two worlds apart that go on alike: instants count from `now`, as an
// engine knows no other time than the distance to its deadlines. Without `now` they are left out.
class Canon {
 public:
  explicit Canon(std::optional<Instant> now) : now_(now) {}

  template <class T>
  void add(const T& value) {
    if constexpr (std::is_same_v<T, Instant>) {
      add_instant(value);
    } else if constexpr (std::is_same_v<T, SipMessage>) {
      input_.add(value.bytes());
    } else if constexpr (kIsVariant<T>) {
      input_.add(value.index());
      std::visit([this](const auto& each) { this->add(each); }, value);
    } else if constexpr (kIsOptional<T>) {
      input_.add(value.has_value());
      if (value) add(*value);
    } else if constexpr (std::is_same_v<T, core::State>) {
      add(value.directory);
      std::apply([this](const auto&... layer) { (this->add(layer), ...); }, value.layers);
    } else if constexpr (kIsPair<T>) {
      add(value.first);
      add(value.second);
    } else if constexpr (kIsSortedSet<T>) {
      input_.add(value.size());
      value.for_each_while([this](const auto& each) {
        this->add(each);
        return true;
      });
    } else if constexpr (kIsTable<T>) {
      input_.add(value.sum([this](const auto& key, const auto& entry) {
        Canon each{now_};
        each.add(key);
        each.add(entry);
        return each.hash64(0);
      }));
    } else if constexpr (List<T>) {
      input_.add(std::ranges::size(value));
      for (const auto& each : value) add(each);
    } else if constexpr (Described<T>) {
      for_each_field(value, [this](std::string_view, const auto& each) { this->add(each); });
    } else if constexpr (requires { HashInput{}.add(value); }) {
      input_.add(value);
    } else {
      // Mail is never logged, so it has no list of fields.
      boost::pfr::for_each_field(value, [this](const auto& each) { this->add(each); });
    }
  }

  [[nodiscard]] std::uint64_t hash64(std::uint64_t seed) const { return input_.hash64(seed); }
  [[nodiscard]] std::string_view bytes() const { return input_.bytes(); }

 private:
  void add_instant(Instant at) {
    if (!now_) return;
    if (at == kNever) return input_.add(at);
    input_.add(at - *now_);
  }

  std::optional<Instant> now_;
  HashInput input_;
};

// Places in the log as what follows knows them: by the commit that makes them durable.
class Places {
 public:
  Places(const Disk& disk, const Agenda& agenda) : durable_(disk.log().durable()) {
    agenda.for_each([this](Instant, const Entry& entry) {
      const auto* commit = std::get_if<CommitLands>(&entry);
      if (commit != nullptr && commit->durable > durable_) commits_.push_back(commit->durable);
    });
    std::ranges::sort(commits_);
  }
  // 0: is durable; n: with the n-th commit under way; one more: with one that was not asked for.
  [[nodiscard]] std::size_t rank(Position place) const {
    if (place <= durable_) return 0;
    return 1 +
           static_cast<std::size_t>(std::ranges::lower_bound(commits_, place) - commits_.begin());
  }

 private:
  Position durable_;
  std::vector<Position> commits_;
};

namespace {

// Each mailbox is a sequence; among them there is no order. Each datagram is a mailbox of its own.
// To which turn a piece of mail belongs makes no difference: nothing is sealed before all are over.
std::uint64_t hash_of_mail(const core::Kernel& kernel, Instant now) {
  std::map<std::tuple<LayerId, LayerId, CallId>, std::size_t> lengths;
  std::uint64_t sum = 0;
  kernel.for_each_waiting(
      [&](LayerId sender, LayerId receiver, CallId call, std::uint64_t turn, const auto& content) {
        const bool alone = sender == LayerId::kWorld && receiver == LayerId::kTransaction;
        const std::size_t place = alone ? 0 : lengths[{sender, receiver, call}]++;
        Canon input{now};
        input.add(sender);
        input.add(receiver);
        input.add(call);
        input.add(place);
        input.add(turn != 0);
        input.add(content);
        sum += input.hash64(1);
      });
  return sum;
}

// Who carries an order out.
LayerId carrier_of(const Output& order) {
  return match(
      order, [](const StartStream&) { return LayerId::kMedia; },
      [](const DirectStream&) { return LayerId::kMedia; },
      [](const StopStream&) { return LayerId::kMedia; },
      [](const AbortCall& abort) {
        return abort.layer == CleanupLayer::kMedia ? LayerId::kMedia : LayerId::kClient;
      },
      [](const Notify&) { return LayerId::kClient; }, [](const Reply&) { return LayerId::kClient; },
      [](const auto&) { return LayerId::kTransaction; });
}

// Orders leave with the commit of their turn, those of a call in their order; what leaves together
// for several carriers has no order among them.
std::uint64_t hash_of_held(const core::Kernel& kernel, const Places& places, Instant now) {
  std::map<std::uint64_t, Position> lasts;
  kernel.for_each_turn([&](std::uint64_t turn, Position last) { lasts[turn] = last; });
  std::map<CallId, std::size_t> leaves;
  std::map<std::pair<std::size_t, LayerId>, std::size_t> lengths;
  std::uint64_t sum = 0;
  kernel.for_each_held([&](const core::GatedOutput& held, std::uint64_t turn) {
    std::size_t with = held.gate == Gate::kFree ? 0 : places.rank(lasts[turn]);
    if (held.call) with = leaves[held.call] = std::max(leaves[held.call], with);
    const LayerId carrier = carrier_of(held.output);
    Canon input{now};
    input.add(with);
    input.add(carrier);
    input.add(lengths[{with, carrier}]++);
    input.add(held.output);
    sum += input.hash64(6);
  });
  return sum;
}

}  // namespace

void Past::add(const Record& record) {
  Canon input{std::nullopt};
  input.add(record.event);
  sum_ += input.hash64(2);
}

namespace {

std::uint64_t hash_of_fact(const Happening& fact) {
  Canon input{std::nullopt};
  input.add(fact);
  return input.hash64(3);
}

// Whether neither rules nor promises remember it (sim/oracles, sim/expect): questions and frames
// are right or wrong where they stand, what peers send shows when it arrives, and of what has
// arrived the responses count.
bool is_forgotten(const Happening& fact) {
  const auto* sent = std::get_if<DatagramSent>(&fact);
  const auto* arrived = std::get_if<DatagramArrived>(&fact);
  return std::holds_alternative<LookedUp>(fact) || std::holds_alternative<FrameSent>(fact) ||
         std::holds_alternative<FramePlayed>(fact) ||
         (sent != nullptr && sent->from != kEngineIndex) ||
         (arrived != nullptr && !arrived->bytes.starts_with("SIP/2.0 "));
}

}  // namespace

void Past::add(const TraceEntry& entry) {
  if (is_forgotten(entry.what)) return;
  const std::uint64_t hash = hash_of_fact(entry.what);
  if (std::holds_alternative<DatagramArrived>(entry.what)) {
    if (std::ranges::find(arrivals_, hash) != arrivals_.end()) return;
    arrivals_.push_back(hash);
  }
  sum_ += hash;
}

bool Past::would_change(const DatagramArrived& arrival) const {
  return !is_forgotten(arrival) &&
         std::ranges::find(arrivals_, hash_of_fact(arrival)) == arrivals_.end();
}

void Party::add_to(Canon& input) const {
  if (const Peer* peer = scripted()) {
    input.add(*peer);
  } else {
    engine().add_to(input);
  }
}

void Client::add_to(Canon& input, Instant now) const {
  const auto& [silent, calls_back, commands, busy_until, calls, unanswered] = *this;
  input.add(silent);
  input.add(calls_back);
  input.add(commands);
  input.add(std::max(busy_until, now));
  for (const Known& each : calls) {
    input.add(each.call);
    input.add(each.state);
  }
  input.add(unanswered);
}

void Disk::add_to(Canon& input, Instant now, const Places& places) const {
  const auto& [log, asked, busy_until, to_failure, failed] =
      *this;  // a new member does not compile
  input.add(places.rank(log.last()));
  input.add(places.rank(asked));
  input.add(std::max(busy_until, now));
  input.add(to_failure);
  input.add(failed);
}

void SecondEngine::add_to(Canon& input) const {
  const auto& [kernel, log, commands, call, state, streams] = *this;
  input.add(kernel.state());
  input.add(log.last() - log.durable());
  input.add(commands);
  input.add(call);
  input.add(state);
  input.add(streams);
}

// Whether its coming will change nothing.
bool World::is_idle(const DatagramLands& due, const Past& past) const {
  return due.to != kEngineIndex && peers_[due.to - 1U].is_deaf_to(due.bytes) &&
         !past.would_change({due.from, due.to, due.bytes});
}

// What lands at one instant at different actors has no order, and neither have the datagrams to the
// engine and the acts, which it takes up in any order.
std::uint64_t World::hash_of_agenda(const Places& places, const Past& past) const {
  std::map<std::pair<Instant, ActorIndex>, std::size_t> counts;
  std::uint64_t sum = 0;
  agenda_.for_each([&](Instant at, const Entry& entry) {
    const auto* commit = std::get_if<CommitLands>(&entry);
    if (commit != nullptr && commit->durable <= disk_.log().durable()) return;  // overtaken
    const auto* datagram = std::get_if<DatagramLands>(&entry);
    if (datagram != nullptr && is_idle(*datagram, past)) return;
    const bool alone = (datagram != nullptr && datagram->to == kEngineIndex) ||
                       std::holds_alternative<PumpTicks>(entry) ||
                       std::holds_alternative<StreamCloses>(entry) ||
                       std::holds_alternative<NoticeReaches>(entry);
    Canon input{now_};
    input.add(at);
    input.add(alone ? 0 : ++counts[{at, datagram != nullptr ? datagram->to : kEngineIndex}]);
    input.add(entry.index());
    if (commit != nullptr) {
      input.add(places.rank(commit->durable));
    } else {
      input.add(entry);
    }
    sum += input.hash64(5);
  });
  return sum;
}

void World::add_to(Canon& input, const Past& past) const {
  // A new member does not compile here. Left out is how this world came about.
  const auto& [scenario, now, steps, kernel, disk, media, client, peers, network, agenda, decisions,
               policy, trace, all_acts, acts_begun, asking, newest_input, offered, offered_at,
               given, races, race_may_begin, audio_flows, partner, recorder, setup_end, reborn,
               drawn_deadline, lateness, crashes, process, to_crash, to_stall] = *this;
  const Places places{disk, agenda};
  input.add(kernel.state());
  input.add(kernel.in_turn());
  input.add(hash_of_mail(kernel, now));
  input.add(hash_of_held(kernel, places, now));
  disk.add_to(input, now, places);
  input.add(media);
  client.add_to(input, now);
  for (const Party& each : peers) each.add_to(input);
  input.add(network);
  input.add(hash_of_agenda(places, past));
  std::uint64_t acts = 0;
  for (const Act& act : all_acts) {
    Canon each{now};
    each.add(act.as.sender);
    each.add(act.as.call);
    each.add(act.what);
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

StateKey key_of(const World& world, const Past& past) {
  Canon input{world.now()};
  input.add(past.hash());
  world.add_to(input, past);
  const XXH128_hash_t hash = XXH3_128bits(input.bytes().data(), input.bytes().size());
  return {hash.low64, hash.high64};
}

}  // namespace lastcall::sim
