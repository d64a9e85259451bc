#include "sim/network.hpp"

#include <utility>

namespace lastcall::sim {
namespace {

// `copy` 1 is the duplicate's, so that a duplicate moves no other decision.
ChoiceKey key(ChoiceKind kind, ActorIndex from, std::uint8_t copy = 0) {
  return {.kind = kind, .from = from, .to = copy};
}

}  // namespace

Endpoint endpoint_of(ActorIndex actor) {
  return {"10.0.0." + std::to_string(actor + 1), default_port(Transport::kUdp)};
}

Duration Network::flight(const ChoiceKey& numbered, const Scene& scene) const {
  return flights_[scene.decisions.draw(numbered, static_cast<std::uint32_t>(flights_.size()))];
}

std::optional<ActorIndex> Network::actor_at(const Endpoint& at) const {
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    if (actors_[i].at == at) return static_cast<ActorIndex>(i);
  }
  return std::nullopt;
}

bool Network::loses(ActorIndex from, const ChoiceKey& loss, const Scene& scene) {
  if (actors_[from].losses >= kLossesMax || scene.decisions.draw(loss, 2) == 0) return false;
  ++actors_[from].losses;
  return true;
}

void Network::send(ActorIndex from, const Endpoint& to, std::string bytes, const Scene& scene) {
  // All are numbered, asked or not: the n-th datagram stays the n-th.
  const ChoiceKey loss = scene.decisions.numbered(key(ChoiceKind::kLoss, from));
  const ChoiceKey delay = scene.decisions.numbered(key(ChoiceKind::kDelay, from));
  const ChoiceKey duplicate = scene.decisions.numbered(key(ChoiceKind::kDuplicate, from));
  const ChoiceKey delay_of_second = scene.decisions.numbered(key(ChoiceKind::kDelay, from, 1));
  const auto receiver = actor_at(to);
  const bool lost = !receiver || loses(from, loss, scene);
  scene.tell(DatagramSent{from, receiver.value_or(from), bytes, lost});
  if (lost) return;
  const Duration first = flight(delay, scene);
  if (scene.decisions.draw(duplicate, 2) == 1) {
    scene.after(flight(delay_of_second, scene), DatagramLands{from, *receiver, bytes});
  }
  scene.after(first, DatagramLands{from, *receiver, std::move(bytes)});
}

}  // namespace lastcall::sim
