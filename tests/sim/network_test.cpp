// The simulated network: what choices make of a datagram.

#include "sim/network.hpp"

#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lastcall::sim {
namespace {

const Endpoint kAlice{"10.0.0.1", 5060};
const Endpoint kBob{"10.0.0.2", 5060};

ChoiceKey key(ChoiceKind kind, std::uint32_t nth, std::uint8_t from = 1) {
  return {.kind = kind, .from = from, .nth = nth};
}

struct Arrival {
  std::string bytes;
  Duration after;
  bool operator==(const Arrival&) const = default;
};

// A network with bob (1) sending to alice (0), its choices as given.
class Line {
 public:
  explicit Line(ChoiceMap choices, bool faults = true)
      : recorded_(std::move(choices)), decisions_(recorded_, faults) {
    network_.add(kAlice);
    network_.add(kBob);
    decisions_.begin_races();
    network_.begin_races(Scene{Instant{}, 0, agenda_, decisions_, trace_});
  }
  void send(const std::string& bytes, const Endpoint& to = kAlice) {
    network_.send(1, to, bytes, Scene{now_, 0, agenda_, decisions_, trace_});
  }
  // From alice; whether it could be sent.
  bool answer(const std::string& bytes, const Endpoint& to = kBob) {
    return network_.send(0, to, bytes, Scene{now_, 0, agenda_, decisions_, trace_});
  }
  void pass(Duration time) { now_ += time; }
  // Whether the next arrival comes from the port to which bob has moved.
  [[nodiscard]] bool next_has_moved() { return std::get<DatagramLands>(agenda_.take()).moved; }
  [[nodiscard]] std::vector<Arrival> arrivals() {
    std::vector<Arrival> all;
    while (agenda_.next() != kNever) {
      const Duration after = agenda_.next() - Instant{};
      all.push_back({std::get<DatagramLands>(agenda_.take()).bytes, after});
    }
    return all;
  }
  [[nodiscard]] const Trace& trace() const { return trace_; }

 private:
  Instant now_{};
  Recorded recorded_;
  Decisions decisions_;
  Agenda agenda_;
  Trace trace_;
  Network network_{delays::kFlight};
};

TEST(Network, DeliversInOrderAfterTheShortestFlightWhenNothingIsChosen) {
  Line line{{}};
  line.send("one");
  line.send("two");
  const std::vector<Arrival> expected{{"one", delays::kFlightMin}, {"two", delays::kFlightMin}};
  EXPECT_EQ(line.arrivals(), expected);
}

TEST(Network, DelayReorders) {
  Line line{{{key(ChoiceKind::kDelay, 0), 11}}};
  line.send("one");
  line.send("two");
  const std::vector<Arrival> expected{{"two", delays::kFlightMin},
                                      {"one", std::chrono::seconds{4}}};
  EXPECT_EQ(line.arrivals(), expected);
}

TEST(Network, LosesExactlyTheChosenDatagramAndSaysSo) {
  Line line{{{key(ChoiceKind::kLoss, 1), 1}}};
  line.send("one");
  line.send("two");
  line.send("three");
  const std::vector<Arrival> expected{{"one", delays::kFlightMin}, {"three", delays::kFlightMin}};
  EXPECT_EQ(line.arrivals(), expected);
  ASSERT_EQ(line.trace().size(), 3U);
  EXPECT_TRUE(std::get<DatagramSent>(line.trace()[1].what).lost);
  EXPECT_FALSE(std::get<DatagramSent>(line.trace()[2].what).lost);
}

TEST(Network, LossIsBoundedSoThatRepeatsGetThrough) {
  ChoiceMap all_lost;
  for (std::uint32_t i = 0; i < 10; ++i) all_lost[key(ChoiceKind::kLoss, i)] = 1;
  Line line{all_lost};
  for (int i = 0; i < 10; ++i) line.send("again");
  EXPECT_EQ(line.arrivals().size(), 10U - Network::kLossesMax);
}

TEST(Network, DuplicatesWithADelayOfItsOwn) {
  ChoiceKey second = key(ChoiceKind::kDelay, 0);
  second.to = 1;
  Line line{{{key(ChoiceKind::kDuplicate, 0), 1}, {second, 1}}};
  line.send("one");
  const std::vector<Arrival> expected{{"one", delays::kFlightMin},
                                      {"one", std::chrono::milliseconds{2}}};
  EXPECT_EQ(line.arrivals(), expected);
}

// The decision that cuts bob off from his n-th datagram on, for the shortest time.
ChoiceMap cut(std::uint32_t nth, Way way) {
  for (std::uint32_t value = 1; value < kCuts; ++value) {
    const Cut each = cut_of(value);
    if (each.from == nth && each.way == way && each.lasts == delays::kCut[0]) {
      return {{key(ChoiceKind::kPartition, 0), value}};
    }
  }
  return {};
}

TEST(Network, CutsAPeerOffOneWayAndForAWhile) {
  Line line{cut(2, Way::kFromIt)};
  line.send("one");
  line.send("two");
  EXPECT_TRUE(line.answer("heard"));
  line.pass(delays::kCut[0]);
  line.send("three");
  EXPECT_EQ(line.arrivals().size(), 3U) << "the second one is lost";
  EXPECT_TRUE(std::ranges::any_of(line.trace(), [](const TraceEntry& each) {
    const auto* fault = std::get_if<Faulted>(&each.what);
    return fault != nullptr && fault->what == Fault::kPartition;
  }));
}

TEST(Network, CutsAPeerOffBothWays) {
  Line line{cut(1, Way::kBoth)};
  line.send("one");
  (void)line.answer("not heard");
  EXPECT_TRUE(line.arrivals().empty());
}

TEST(Network, APeerThatMovesIsSeenAtAnotherPort) {
  Line line{{{key(ChoiceKind::kMove, 0), 2}}};  // with its first datagram; the NAT forgets
  ASSERT_TRUE(move_of(2).forgets);
  line.send("one");
  EXPECT_TRUE(line.next_has_moved());
  (void)line.answer("to the old port");
  EXPECT_TRUE(line.arrivals().empty());
  (void)line.answer("to the new port", Endpoint{"10.0.0.2", 5061});
  EXPECT_EQ(line.arrivals().size(), 1U);
}

TEST(Network, WhatTheEngineCannotSendItIsTold) {
  Line line{{{key(ChoiceKind::kLoss, 0, 0), 2}}};
  EXPECT_FALSE(line.answer("one"));
  EXPECT_TRUE(line.answer("two"));
}

TEST(Network, DoesNothingWrongWhenFaultsAreForbidden) {
  ChoiceMap all_lost{{key(ChoiceKind::kLoss, 0), 1}, {key(ChoiceKind::kDelay, 0), 5}};
  Line line{all_lost, false};
  line.send("one");
  const std::vector<Arrival> expected{{"one", delays::kFlightMin}};
  EXPECT_EQ(line.arrivals(), expected);
}

TEST(Network, AnUnknownAddressSwallowsTheDatagram) {
  Line line{{}};
  line.send("one", Endpoint{"10.9.9.9", 5060});
  EXPECT_TRUE(line.arrivals().empty());
}

}  // namespace
}  // namespace lastcall::sim
