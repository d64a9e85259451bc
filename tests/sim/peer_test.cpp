// The simulated peer against another one, over a network that loses: the peer alone must be right
// before it can judge an engine.

#include "sim/peer.hpp"

#include "engine/base/hash.hpp"
#include "engine/model/limits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace lastcall::sim {
namespace {

const Endpoint kAlice{"10.0.0.1", 5060};
const Endpoint kBob{"10.0.0.2", 5060};

// Two peers, a wire between them that asks `lose` for each datagram, and the time.
class TwoPeers {
 public:
  using Lose = std::function<bool(int nth)>;
  explicit TwoPeers(Lose lose = [](int) { return false; }) : lose_(std::move(lose)) {}

  Peer alice{"alice", kAlice};
  Peer bob{"bob", kBob};
  Instant now{};
  std::function<void(const Packet&)> heard = [](const Packet&) {};
  std::vector<std::string> seen;  // start lines that arrived

  void send(const Peer& from, Packets packets) {
    for (Packet& packet : packets) {
      if (!lose_(sent_++)) wire_.push_back({from.local(), std::move(packet)});
    }
  }
  // Everything that is on the wire arrives.
  void flush() {
    while (!wire_.empty()) {
      const auto [source, packet] = std::move(wire_.front());
      wire_.pop_front();
      seen.push_back(packet.bytes.substr(0, packet.bytes.find('\r')));
      Peer& to = packet.destination == kAlice ? alice : bob;
      send(to, to.receive(packet.bytes, source, now));
      heard(packet);
    }
  }
  // Lets time pass until nobody repeats anything.
  void settle() {
    flush();
    for (int i = 0; i < 200; ++i) {
      const Instant next = std::min(alice.next_deadline(), bob.next_deadline());
      if (next == kNever) return;
      now = next;
      send(alice, alice.wake(now));
      send(bob, bob.wake(now));
      flush();
    }
    FAIL() << "they repeat for ever";
  }
  void connect() {
    send(bob, bob.call("alice", kAlice, now));
    settle();
    send(alice, alice.answer(now));
    settle();
  }
  [[nodiscard]] long count(std::string_view start) const {
    return std::ranges::count_if(seen,
                                 [start](const std::string& s) { return s.starts_with(start); });
  }

 private:
  struct OnWire {
    Endpoint source;
    Packet packet;
  };
  Lose lose_;
  int sent_ = 0;
  std::deque<OnWire> wire_;
};

// Every datagram that ever came to a peer, and whether it has once been deaf to it.
class Ears {
 public:
  void came(const Packet& packet) {
    if (std::ranges::find(all_, packet.bytes, &Heard::bytes) == all_.end()) {
      all_.push_back({packet.bytes, packet.destination, false});
    }
  }
  // Of what came: who says to be deaf neither answers nor changes, and is deaf for ever.
  void check(const TwoPeers& two) {
    for (Heard& each : all_) {
      Peer peer = each.to == kAlice ? two.alice : two.bob;
      const bool is_deaf = peer.is_deaf_to(each.bytes);
      EXPECT_TRUE(is_deaf || !each.was_deaf) << each.bytes;
      each.was_deaf = is_deaf;
      if (!is_deaf) continue;
      const std::uint64_t before = hash_of(0, peer);
      EXPECT_TRUE(peer.receive(each.bytes, each.to == kAlice ? kBob : kAlice, two.now).empty());
      EXPECT_EQ(hash_of(0, peer), before) << each.bytes;
    }
  }
  [[nodiscard]] std::vector<std::string> deaf_to() const {
    std::vector<std::string> lines;
    for (const Heard& each : all_) {
      if (each.was_deaf) lines.push_back(each.bytes.substr(0, each.bytes.find(" sip:")));
    }
    return lines;
  }

 private:
  struct Heard {
    std::string bytes;
    Endpoint to;
    bool was_deaf = false;
  };
  std::vector<Heard> all_;
};

TEST(Peer, IsDeafOnlyToWhatCanNeverChangeAnything) {
  TwoPeers two;
  Ears ears;
  two.heard = [&](const Packet& packet) {
    ears.came(packet);
    ears.check(two);
  };
  two.connect();
  two.send(two.alice, two.alice.offer(Direction::kSendOnly, two.now));
  two.settle();
  two.send(two.alice, two.alice.send(Method::kUpdate, two.now));
  two.settle();
  two.send(two.bob, two.bob.send(Method::kBye, two.now));
  two.settle();
  two.send(two.bob, two.bob.send(Method::kBye, two.now));
  two.settle();
  ears.check(two);
  const auto deaf_to = ears.deaf_to();
  const auto is_deaf_to = [&](std::string_view start) {
    return std::ranges::any_of(deaf_to, [&](const std::string& s) { return s.starts_with(start); });
  };
  EXPECT_TRUE(is_deaf_to("ACK"));
  EXPECT_TRUE(is_deaf_to("SIP/2.0 180"));
  EXPECT_TRUE(is_deaf_to("SIP/2.0 200 OK"));
  EXPECT_FALSE(is_deaf_to("BYE"));
  EXPECT_FALSE(is_deaf_to("INVITE"));
  two.bob.fall_silent();
  EXPECT_TRUE(two.bob.is_deaf_to("BYE sip:bob@10.0.0.2 SIP/2.0\r\n\r\n"));
}

TEST(Peer, CallsAnswersAndHangsUp) {
  TwoPeers two;
  two.connect();
  EXPECT_TRUE(two.alice.is_confirmed());
  EXPECT_TRUE(two.bob.is_confirmed());
  two.send(two.bob, two.bob.send(Method::kBye, two.now));
  two.settle();
  EXPECT_TRUE(two.alice.is_over());
  const std::vector<std::string> expected{
      "INVITE sip:alice@10.0.0.1:5060 SIP/2.0", "SIP/2.0 180 Ringing",           "SIP/2.0 200 OK",
      "ACK sip:10.0.0.1:5060 SIP/2.0",          "BYE sip:10.0.0.1:5060 SIP/2.0", "SIP/2.0 200 OK"};
  EXPECT_EQ(two.seen, expected);
}

TEST(Peer, HoldTurnsTheDirectionOfTheOther) {
  TwoPeers two;
  two.connect();
  two.send(two.bob, two.bob.offer(Direction::kSendOnly, two.now));
  two.settle();
  EXPECT_EQ(two.alice.direction(), Direction::kRecvOnly);
  EXPECT_EQ(two.bob.direction(), Direction::kSendOnly);
}

TEST(Peer, CancelsWhatRings) {
  TwoPeers two;
  two.send(two.bob, two.bob.call("alice", kAlice, two.now));
  two.flush();
  two.send(two.bob, two.bob.hang_up(two.now));
  two.settle();
  EXPECT_TRUE(two.alice.is_over());
  EXPECT_TRUE(two.bob.is_over());
  EXPECT_EQ(two.count("SIP/2.0 487"), 1);
}

TEST(Peer, HangsUpAfterTheAnswerThatCrossedItsWish) {
  TwoPeers two;
  two.send(two.bob, two.bob.call("alice", kAlice, two.now));
  EXPECT_TRUE(two.bob.hang_up(two.now).empty()) << "no CANCEL before a provisional response";
  two.settle();
  EXPECT_TRUE(two.alice.is_over());
  EXPECT_TRUE(two.bob.is_over());
}

TEST(Peer, SaysNothingUntilItAnswersIfItDoesNotRing) {
  TwoPeers two;
  two.alice.stay_quiet();
  two.send(two.bob, two.bob.call("alice", kAlice, two.now));
  two.flush();
  two.send(two.bob, two.bob.wake(two.bob.next_deadline()));
  two.flush();
  EXPECT_EQ(two.count("INVITE"), 2);
  EXPECT_EQ(two.count("SIP/2.0"), 0);
  two.send(two.alice, two.alice.answer(two.now));
  two.settle();
  EXPECT_TRUE(two.bob.is_confirmed());
}

TEST(Peer, AcknowledgesOnceWhatRingsReliablyIfItAskedForThat) {
  TwoPeers two;
  two.bob.ask_for_reliable_ringing(true);
  two.send(two.bob, two.bob.call("alice", kAlice, two.now));
  two.settle();
  for (int i = 0; i < 2; ++i) {
    two.send(two.alice, two.alice.ring_reliably_elsewhere());
    two.settle();
  }
  EXPECT_EQ(two.count("PRACK"), 1);
}

TEST(Peer, AnswersInTheAckTheOfferThatItAskedFor) {
  TwoPeers two;
  two.connect();
  std::string ack;
  two.heard = [&](const Packet& packet) {
    if (packet.bytes.starts_with("ACK")) ack = packet.bytes;
  };
  two.send(two.bob, two.bob.offer(Direction::kSendOnly, two.now));
  two.settle();
  EXPECT_EQ(ack.find("m=audio"), std::string::npos);
  two.send(two.bob, two.bob.ask_for_offer(two.now));
  two.settle();
  EXPECT_NE(ack.find("m=audio"), std::string::npos);
}

TEST(Peer, RefusesAShorterSessionThanItWants) {
  TwoPeers two;
  two.bob.keep_session_timer(sip::Refresher::kUac);
  two.connect();
  two.alice.want_longer_sessions();
  two.send(two.bob, two.bob.send(Method::kUpdate, two.now));
  two.settle();
  EXPECT_EQ(two.count("SIP/2.0 422"), 1);
}

TEST(Peer, TellsHowATransferGoesOn) {
  TwoPeers two;
  two.connect();
  two.send(two.bob, two.bob.send(Method::kRefer, two.now));
  two.settle();
  EXPECT_EQ(two.count("SIP/2.0 202"), 1);
  EXPECT_EQ(two.count("NOTIFY"), 1);
  two.send(two.alice, two.alice.report(200, two.now));
  two.settle();
  EXPECT_EQ(two.count("NOTIFY"), 2);
}

TEST(Peer, AnswersASecondByeEvenWhenTheCallIsOver) {
  TwoPeers two;
  two.connect();
  two.send(two.bob, two.bob.send(Method::kBye, two.now));
  two.send(two.bob, two.bob.repeat(Method::kBye, 0));
  two.send(two.bob, two.bob.send(Method::kBye, two.now));
  two.settle();
  EXPECT_EQ(two.count("BYE"), 3);
  EXPECT_EQ(two.count("SIP/2.0 200"), 4);  // one of them to the INVITE
}

TEST(Peer, AStrangersByeGets481) {
  TwoPeers two;
  two.connect();
  const std::string bye =
      "BYE sip:alice@10.0.0.1 SIP/2.0\r\n"
      "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKstranger\r\nMax-Forwards: 70\r\n"
      "From: <sip:x@y>;tag=1\r\nTo: <sip:alice@10.0.0.1>;tag=2\r\nCall-ID: other\r\n"
      "CSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n";
  const Packets answer = two.alice.receive(bye, kBob, two.now);
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_TRUE(answer.front().bytes.starts_with("SIP/2.0 481"));
  EXPECT_TRUE(two.alice.is_confirmed());
}

// Whichever two datagrams are lost, the call is set up, held and ended.
TEST(Peer, SurvivesEveryLossOfTwo) {
  for (int first = 0; first < 12; ++first) {
    for (int second = first; second < 14; ++second) {
      TwoPeers two{[=](int nth) { return nth == first || nth == second; }};
      two.connect();
      ASSERT_TRUE(two.alice.is_confirmed() && two.bob.is_confirmed()) << first << ' ' << second;
      two.send(two.bob, two.bob.offer(Direction::kSendOnly, two.now));
      two.settle();
      two.send(two.bob, two.bob.send(Method::kBye, two.now));
      two.settle();
      ASSERT_TRUE(two.alice.is_over() && two.bob.is_over()) << first << ' ' << second;
    }
  }
}

TEST(Peer, GivesUpAfter64T1WithoutAnAnswer) {
  TwoPeers two{[](int) { return true; }};
  two.send(two.bob, two.bob.call("alice", kAlice, two.now));
  two.settle();
  EXPECT_EQ(two.now, Instant{} + limits::k64T1);
}

}  // namespace
}  // namespace lastcall::sim
