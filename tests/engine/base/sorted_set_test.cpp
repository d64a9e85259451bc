// A sorted set against std::set as its model: few values, many, and the way between.

#include "engine/base/sorted_set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace lastcall {
namespace {

// More values than the set keeps in one block.
constexpr int kValues = 80;

SortedSet<int> set_of(const std::vector<int>& values) {
  SortedSet<int> set;
  for (const int value : values) set.insert(value);
  return set;
}

std::vector<int> values_of(const SortedSet<int>& set) {
  std::vector<int> values;
  set.for_each_while([&](int value) {
    values.push_back(value);
    return true;
  });
  return values;
}

RC_GTEST_PROP(SortedSet, HoldsInOrderWhatWasInsertedAndNotErased, ()) {
  const auto changes = *rc::gen::scale(
      3.0,
      rc::gen::container<std::vector<std::pair<int, bool>>>(rc::gen::pair(
          rc::gen::inRange(0, kValues), rc::gen::weightedElement<bool>({{3, true}, {1, false}}))));
  SortedSet<int> set;
  std::set<int> model;
  for (const auto& [value, comes] : changes) {
    if (comes) {
      set.insert(value);
      model.insert(value);
    } else {
      set.erase(value);
      model.erase(value);
    }
    RC_ASSERT(set.size() == model.size());
    RC_ASSERT(set.contains(value) == comes);
    RC_ASSERT(values_of(set) == std::vector<int>(model.begin(), model.end()));
    if (!set.empty()) RC_ASSERT(set.front() == *model.begin());
  }
}

RC_GTEST_PROP(SortedSet, IsEqualHoweverTheValuesCameIn, ()) {
  const auto values = *rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, kValues));
  auto shuffled = values;
  std::ranges::reverse(shuffled);
  SortedSet<int> more = set_of(shuffled);
  for (int value = kValues; value < 2 * kValues; ++value) more.insert(value);
  RC_ASSERT_FALSE(more == set_of(values));
  for (int value = kValues; value < 2 * kValues; ++value) more.erase(value);
  RC_ASSERT(more == set_of(values));
}

TEST(SortedSet, IsLeftWhereTheCallerHasSeenEnough) {
  for (const int count : {10, kValues}) {
    SortedSet<int> set;
    for (int value = 0; value < count; ++value) set.insert(value);
    std::vector<int> seen;
    set.for_each_while([&](int value) {
      if (value >= 3) return false;
      seen.push_back(value);
      return true;
    });
    EXPECT_EQ(seen, (std::vector{0, 1, 2}));
  }
}

}  // namespace
}  // namespace lastcall
