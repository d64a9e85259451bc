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

Cut cut_of(std::uint32_t value) {
  if (value == 0) return {};
  constexpr auto kLengths = static_cast<std::uint32_t>(std::size(delays::kCut));
  const std::uint32_t n = value - 1;
  return {n / (3 * kLengths) + 1, static_cast<Way>(n % 3), delays::kCut[n / 3 % kLengths]};
}

Move move_of(std::uint32_t value) {
  if (value == 0) return {};
  return {(value - 1) / 2 + 1, (value - 1) % 2 == 1};
}

Endpoint Network::source(ActorIndex actor, bool moved) const {
  Endpoint at = actors_[actor].at;
  if (moved) ++at.port;
  return at;
}

void Network::begin_races(const Scene& scene) {
  for (std::size_t i = 1; i < actors_.size(); ++i) {
    const auto peer = static_cast<ActorIndex>(i);
    actors_[i].cut = scene.decisions.draw_next(key(ChoiceKind::kPartition, peer), kCuts);
    actors_[i].move = scene.decisions.draw_next(key(ChoiceKind::kMove, peer), kMoves);
  }
}

bool Network::cuts(ActorIndex from, ActorIndex to, const Scene& scene) {
  const bool to_it = from == kEngineIndex;
  Actor& peer = actors_[to_it ? to : from];
  if (peer.cut == 0) return false;
  const Cut cut = cut_of(peer.cut);
  if (++peer.exchanged == cut.from) {
    peer.cut_until = scene.now + cut.lasts;
    scene.tell(Faulted{{}, Fault::kPartition});
  }
  const bool this_way = cut.way == Way::kBoth || (cut.way == Way::kToIt) == to_it;
  return this_way && scene.now < peer.cut_until;
}

void Network::may_move(ActorIndex from, const Scene& scene) {
  Actor& peer = actors_[from];
  if (peer.move == 0 || ++peer.sent != move_of(peer.move).from) return;
  peer.moved = true;
  scene.tell(Faulted{{}, Fault::kPeerMoved});
}

Duration Network::flight(const ChoiceKey& numbered, const Scene& scene) const {
  return flights_[scene.decisions.draw(numbered, static_cast<std::uint32_t>(flights_.size()))];
}

std::optional<ActorIndex> Network::actor_at(const Endpoint& at) const {
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    const Actor& each = actors_[i];
    const bool at_home = each.at == at && !(each.moved && move_of(each.move).forgets);
    const bool abroad = each.moved && source(static_cast<ActorIndex>(i), true) == at;
    if (at_home || abroad) return static_cast<ActorIndex>(i);
  }
  return std::nullopt;
}

Network::Loss Network::loses(ActorIndex from, const ChoiceKey& loss, const Scene& scene) {
  if (actors_[from].losses >= kLossesMax) return Loss::kNone;
  // Only the engine asks to be told.
  const auto drawn = static_cast<Loss>(scene.decisions.draw(loss, from == kEngineIndex ? 3 : 2));
  if (drawn != Loss::kNone) ++actors_[from].losses;
  return drawn;
}

bool Network::send(ActorIndex from, const Endpoint& to, std::string bytes, const Scene& scene) {
  // All are numbered, asked or not: the n-th datagram stays the n-th.
  const ChoiceKey loss = scene.decisions.numbered(key(ChoiceKind::kLoss, from));
  const ChoiceKey delay = scene.decisions.numbered(key(ChoiceKind::kDelay, from));
  const ChoiceKey duplicate = scene.decisions.numbered(key(ChoiceKind::kDuplicate, from));
  const ChoiceKey delay_of_second = scene.decisions.numbered(key(ChoiceKind::kDelay, from, 1));
  if (from != kEngineIndex) may_move(from, scene);
  const auto receiver = actor_at(to);
  const bool cut = receiver && cuts(from, *receiver, scene);
  const Loss loss_drawn = receiver ? loses(from, loss, scene) : Loss::kLost;
  const bool lost = loss_drawn != Loss::kNone || cut;
  scene.tell(DatagramSent{from, receiver.value_or(from), bytes, lost});
  if (lost) return loss_drawn != Loss::kRefused;
  const Duration first = flight(delay, scene);
  if (scene.decisions.draw(duplicate, 2) == 1) {
    scene.after(flight(delay_of_second, scene),
                DatagramLands{from, *receiver, bytes, actors_[from].moved});
  }
  scene.after(first, DatagramLands{from, *receiver, std::move(bytes), actors_[from].moved});
  return true;
}

}  // namespace lastcall::sim
