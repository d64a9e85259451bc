#pragma once
// Network: datagrams between actors, with delay, loss and duplication; reordering follows from
// delays. It knows addresses, not messages. Loss is bounded per sender, so that repeats get through
// and a run ends: a network that loses everything shows nothing about an engine.

#include "engine/base/fields.hpp"
#include "engine/model/endpoint.hpp"
#include "sim/scene.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lastcall::sim {

// Where an actor is: the engine first, then the peers.
[[nodiscard]] Endpoint endpoint_of(ActorIndex actor);

class Network {
 public:
  static constexpr std::uint32_t kLossesMax = 3;  // per sender

  // `flights`: how long a datagram may travel, the boring one first. It must outlive this.
  explicit Network(std::span<const Duration> flights) : flights_(flights) {}

  // Adds the next actor: the engine first, then the peers.
  void add(const Endpoint& at) { actors_.push_back({at, 0}); }
  [[nodiscard]] const Endpoint& endpoint(ActorIndex actor) const { return actors_[actor].at; }

  [[nodiscard]] std::span<const Duration> flights() const { return flights_; }

  // Puts the datagram on the agenda as often as it will arrive. An unknown address swallows it.
  void send(ActorIndex from, const Endpoint& to, std::string bytes, const Scene& scene);

 private:
  struct Actor {
    Endpoint at;
    std::uint32_t losses = 0;
    static constexpr auto kFields = std::tuple{field("losses", &Actor::losses)};
  };
  [[nodiscard]] std::optional<ActorIndex> actor_at(const Endpoint& at) const;
  [[nodiscard]] bool loses(ActorIndex from, const ChoiceKey& loss, const Scene& scene);

  [[nodiscard]] Duration flight(const ChoiceKey& numbered, const Scene& scene) const;

  std::span<const Duration> flights_;
  std::vector<Actor> actors_;

 public:
  static constexpr auto kFields = std::tuple{field("actors", &Network::actors_)};
};

}  // namespace lastcall::sim
