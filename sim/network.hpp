#pragma once
// Network: datagrams between actors, with delay, loss and duplication; reordering follows from
// delays. A peer may be cut off for a while, and may be seen at another port from some moment on,
// as behind a NAT. It knows addresses, not messages. Loss is bounded per sender, so that repeats
// get through and a run ends: a network that loses everything shows nothing about an engine.

#include "engine/base/fields.hpp"
#include "engine/model/endpoint.hpp"
#include "sim/scene.hpp"

#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sim {

// Where an actor is: the engine first, then the peers.
[[nodiscard]] Endpoint endpoint_of(ActorIndex actor);

// Which datagrams of a peer are lost while it is cut off.
enum class Way : std::uint8_t { kBoth, kFromIt, kToIt };
[[nodiscard]] constexpr auto names_of(Way) {
  return std::array<std::string_view, 3>{"both ways", "when it sends", "when it is sent to"};
}

// What a decision of the kinds kPartition and kMove means. `from`: the n-th datagram since the
// races began; 0: never.
struct Cut {
  std::uint32_t from = 0;  // to the peer or from it
  Way way = Way::kBoth;
  Duration lasts{};
};
struct Move {
  std::uint32_t from = 0;  // that the peer sends
  bool forgets = false;    // what is sent to the old port leads nowhere
};
inline constexpr std::uint32_t kFaultyDatagrams = 8;  // it begins with one of so many
inline constexpr std::uint32_t kCuts = 1 + kFaultyDatagrams * 3 * std::size(delays::kCut);
inline constexpr std::uint32_t kMoves = 1 + kFaultyDatagrams * 2;
[[nodiscard]] Cut cut_of(std::uint32_t value);
[[nodiscard]] Move move_of(std::uint32_t value);

class Network {
 public:
  static constexpr std::uint32_t kLossesMax = 3;  // per sender

  // `flights`: how long a datagram may travel, the boring one first. It must outlive this.
  explicit Network(std::span<const Duration> flights) : flights_(flights) {}

  // Adds the next actor: the engine first, then the peers.
  void add(const Endpoint& at) { actors_.push_back({.at = at}); }
  [[nodiscard]] const Endpoint& endpoint(ActorIndex actor) const { return actors_[actor].at; }
  // Where its datagrams come from.
  [[nodiscard]] Endpoint source(ActorIndex actor, bool moved) const;

  // Decides which peers will be cut off and which will move.
  void begin_races(const Scene& scene);

  [[nodiscard]] std::span<const Duration> flights() const { return flights_; }

  // Puts the datagram on the agenda as often as it will arrive. An unknown address swallows it.
  // False if it could not be sent and the sender is told.
  bool send(ActorIndex from, const Endpoint& to, std::string bytes, const Scene& scene);

 private:
  struct Actor {
    Endpoint at;
    std::uint32_t losses = 0;
    std::uint32_t cut = 0, move = 0;        // decisions
    std::uint32_t exchanged = 0, sent = 0;  // datagrams since the races began
    Instant cut_until{};
    bool moved = false;
    static constexpr auto kFields =
        std::tuple{field("losses", &Actor::losses), field("cut", &Actor::cut),
                   field("move", &Actor::move),     field("exchanged", &Actor::exchanged),
                   field("sent", &Actor::sent),     field("cut_until", &Actor::cut_until),
                   field("moved", &Actor::moved)};
  };
  [[nodiscard]] std::optional<ActorIndex> actor_at(const Endpoint& at) const;
  enum class Loss : std::uint8_t { kNone, kLost, kRefused };
  [[nodiscard]] Loss loses(ActorIndex from, const ChoiceKey& loss, const Scene& scene);
  // Whether the link between the engine and a peer is cut this way now.
  [[nodiscard]] bool cuts(ActorIndex from, ActorIndex to, const Scene& scene);
  void may_move(ActorIndex from, const Scene& scene);

  [[nodiscard]] Duration flight(const ChoiceKey& numbered, const Scene& scene) const;

  std::span<const Duration> flights_;
  std::vector<Actor> actors_;

 public:
  static constexpr auto kFields = std::tuple{field("actors", &Network::actors_)};
};

}  // namespace lastcall::sim
