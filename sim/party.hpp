#pragma once
// Party: whoever stands at the other end of the engine's calls: a scripted Peer that makes any
// move, or a second lastcall engine that makes the right ones. World drives both alike.

#include "engine/base/hash.hpp"
#include "sim/peer.hpp"
#include "sim/second_engine.hpp"

#include <string>
#include <utility>
#include <variant>

namespace lastcall::sim {

class Canon;

class Party {
 public:
  explicit Party(Peer peer) : who_(std::move(peer)) {}
  explicit Party(SecondEngine engine) : who_(std::move(engine)) {}

  // What came in, and what it says to that; when it wants to be woken, and what it says then.
  [[nodiscard]] Packets receive(std::string bytes, const Endpoint& source, Instant now) {
    return std::visit([&](auto& who) { return who.receive(std::move(bytes), source, now); }, who_);
  }
  [[nodiscard]] Instant next_deadline() const {
    return std::visit([](const auto& who) { return who.next_deadline(); }, who_);
  }
  [[nodiscard]] Packets wake(Instant now) {
    return std::visit([now](auto& who) { return who.wake(now); }, who_);
  }

  [[nodiscard]] const std::string& name() const {
    return std::visit([](const auto& who) -> const std::string& { return who.name(); }, who_);
  }
  [[nodiscard]] bool is_ringing() const {
    const Peer* peer = scripted();
    return peer ? peer->is_ringing() : engine().state() == CallState::kRinging;
  }
  [[nodiscard]] bool is_confirmed() const {
    const Peer* peer = scripted();
    return peer ? peer->is_confirmed() : engine().state() == CallState::kConnected;
  }

  // Whether it certainly takes no notice of that, now and whatever happens until it comes.
  [[nodiscard]] bool is_deaf_to(const std::string& bytes) const {
    const Peer* peer = scripted();
    return peer != nullptr && peer->is_deaf_to(bytes);
  }

  // The one or the other; null if it is not.
  [[nodiscard]] Peer* scripted() { return std::get_if<Peer>(&who_); }
  [[nodiscard]] const Peer* scripted() const { return std::get_if<Peer>(&who_); }
  [[nodiscard]] SecondEngine* second() { return std::get_if<SecondEngine>(&who_); }
  [[nodiscard]] const SecondEngine* second() const { return std::get_if<SecondEngine>(&who_); }

  void add_to(Canon& input) const;

 private:
  [[nodiscard]] const SecondEngine& engine() const { return std::get<SecondEngine>(who_); }

  std::variant<Peer, SecondEngine> who_;
};

}  // namespace lastcall::sim
