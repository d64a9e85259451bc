// The simulated network: what choices make of a datagram.

#include "sim/network.hpp"

#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

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
  }
  void send(const std::string& bytes, const Endpoint& to = kAlice) {
    network_.send(1, to, bytes, Scene{Instant{}, 0, agenda_, decisions_, trace_});
  }
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
