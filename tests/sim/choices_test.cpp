#include "sim/choices.hpp"

#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace lastcall::sim {
namespace {

ChoiceMap some_choices() {
  ChoiceMap map;
  const auto size = *rc::gen::inRange(0, 12);
  for (int i = 0; i < size; ++i) {
    const ChoiceKey key{
        .kind = static_cast<ChoiceKind>(*rc::gen::inRange<std::size_t>(0, kEnumSize<ChoiceKind>)),
        .from = *rc::gen::arbitrary<std::uint8_t>(),
        .to = *rc::gen::arbitrary<std::uint8_t>(),
        .call = *rc::gen::arbitrary<std::uint16_t>(),
        .nth = *rc::gen::arbitrary<std::uint32_t>()};
    map[key] = *rc::gen::inRange<std::uint32_t>(1, 1000);
  }
  return map;
}

TEST(Token, OfTheEmptyMapIsZero) {
  EXPECT_EQ(to_token({}), "0");
  EXPECT_EQ(parse_token("0"), ChoiceMap{});
}

TEST(Token, NamesKindItemAndValue) {
  const ChoiceMap map{{{.kind = ChoiceKind::kPostpone, .from = 3, .to = 4, .call = 1, .nth = 0}, 2},
                      {{.kind = ChoiceKind::kLoss, .from = 1, .nth = 7}, 1}};
  EXPECT_EQ(to_token(map), "p3-4-1-0-2.l1-0-0-7-1");
}

RC_GTEST_PROP(Token, ReadsBackAsTheSameChoices, ()) {
  const ChoiceMap map = some_choices();
  const std::string token = to_token(map);
  RC_ASSERT(token.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos);
  RC_ASSERT(parse_token(token).value() == map);
}

TEST(Token, ThatIsNoTokenIsRefusedWithItsPlace) {
  for (const char* bad : {"", "x1-1-1-1-1", "p1-1-1-1", "p1-1-1-1-0", "p1-1-1-1-1.", "p300-1-1-1-1",
                          "p1-1-1-1-1x", "p1-1-1-1-1.p1-1-1-1-2", "p1-1-1--1-1"}) {
    EXPECT_FALSE(parse_token(bad).has_value()) << bad;
  }
  EXPECT_NE(parse_token("p1-1-1-1-1.q").error().find("entry 2"), std::string::npos);
}

TEST(Random, ADrawMovesNoOther) {
  const ChoiceKey early{.kind = ChoiceKind::kPostpone, .nth = 1};
  const ChoiceKey late{.kind = ChoiceKind::kPostpone, .nth = 2};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random with(seed);
    Random without(seed);
    (void)with.draw(early, 5);
    EXPECT_EQ(with.draw(late, 5), without.draw(late, 5));
  }
}

TEST(Random, RunsRangeFromBoringToWild) {
  std::set<std::size_t> deviations;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    std::size_t count = 0;
    for (std::uint32_t nth = 0; nth < 100; ++nth) {
      const std::uint32_t value = random.draw({.kind = ChoiceKind::kPostpone, .nth = nth}, 4);
      ASSERT_LT(value, 4U);
      count += value != 0 ? 1 : 0;
    }
    deviations.insert(count);
  }
  EXPECT_TRUE(deviations.contains(0));
  EXPECT_TRUE(deviations.contains(1));
  EXPECT_GT(*deviations.rbegin(), 20U);
}

TEST(Recorder, KeepsWhatRepeatsTheRun) {
  Random random(7);
  Recorder recorder(random);
  std::vector<std::uint32_t> drawn;
  for (std::uint32_t nth = 0; nth < 500; ++nth) {
    drawn.push_back(recorder.draw({.kind = static_cast<ChoiceKind>(nth % 9), .nth = nth}, 6));
  }
  EXPECT_EQ(recorder.asked().size(), 500U);
  Recorded again(recorder.choices());
  for (std::uint32_t nth = 0; nth < 500; ++nth) {
    EXPECT_EQ(again.draw({.kind = static_cast<ChoiceKind>(nth % 9), .nth = nth}, 6), drawn[nth]);
  }
}

TEST(Recorded, NeverAnswersOutOfRange) {
  const ChoiceKey key{.kind = ChoiceKind::kDelay};
  Recorded recorded({{key, 9}});
  EXPECT_EQ(recorded.draw(key, 4), 3U);
}

}  // namespace
}  // namespace lastcall::sim
