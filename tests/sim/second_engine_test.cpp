// Two engines in one world: calls between them are set up, held and ended, and neither keeps
// anything.

#include "sim/second_engine.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lastcall::sim {
namespace {

using std::chrono_literals::operator""ms;

const Endpoint kAlice{"10.0.0.1", 5060};
const Endpoint kBob{"10.0.0.2", 5060};

// Both of them, and every packet in the order of sending, a millisecond each.
class Two {
 public:
  SecondEngine alice{"alice", kAlice, Rules::kTwoPhase};
  SecondEngine bob{"bob", kBob, Rules::kTwoPhase};

  void send(const Endpoint& from, Packets packets) {
    for (Packet& each : packets) flying_.push_back({from, std::move(each)});
  }
  void tell(SecondEngine& who, Op op, std::string target = {}) {
    send(&who == &alice ? kAlice : kBob, who.command(op, std::move(target), now_));
    settle();
  }
  // Until nothing flies.
  void settle() {
    while (!flying_.empty()) {
      auto [from, packet] = std::move(flying_.front());
      flying_.erase(flying_.begin());
      now_ += 1ms;
      SecondEngine& to = packet.destination == kAlice ? alice : bob;
      send(packet.destination, to.receive(std::move(packet.bytes), from, now_));
    }
  }
  // Until no timer is left.
  void run_out() {
    for (Instant next = soonest(); next != kNever; next = soonest()) {
      now_ = std::max(now_, next);
      send(kAlice, alice.wake(now_));
      send(kBob, bob.wake(now_));
      settle();
    }
  }

 private:
  [[nodiscard]] Instant soonest() const {
    return std::min(alice.next_deadline(), bob.next_deadline());
  }
  Instant now_{};
  std::vector<std::pair<Endpoint, Packet>> flying_;
};

TEST(SecondEngine, CallsAnswersHoldsAndHangsUp) {
  Two two;
  two.tell(two.alice, Op::kCall, "sip:bob@" + to_text(kBob));
  EXPECT_EQ(two.bob.state(), CallState::kRinging);
  two.tell(two.bob, Op::kAnswer);
  EXPECT_EQ(two.alice.state(), CallState::kConnected);
  EXPECT_EQ(two.bob.state(), CallState::kConnected);
  two.tell(two.bob, Op::kHold);
  EXPECT_EQ(two.alice.state(), CallState::kOnHold);
  EXPECT_GT(two.alice.leftovers(), 0U);
  two.tell(two.alice, Op::kHangup);
  EXPECT_EQ(two.bob.state(), CallState::kTerminated);
  two.run_out();
  EXPECT_EQ(two.alice.leftovers(), 0U);
  EXPECT_EQ(two.bob.leftovers(), 0U);
}

}  // namespace
}  // namespace lastcall::sim
