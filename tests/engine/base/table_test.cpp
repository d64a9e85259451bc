// A table against std::map as its model: few entries, many, and the way between.

#include "engine/base/table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace lastcall {
namespace {

using Model = std::map<int, int>;

// More keys than a table keeps in one block.
constexpr int kKeys = 40;

// Adds or replaces, or removes if `value` is 0.
void change(Table<int, int>& table, Model& model, int key, int value) {
  if (value == 0) {
    const bool was_there = model.erase(key) > 0;
    RC_ASSERT(table.erase(key) == was_there);
  } else {
    model[key] = value;
    RC_ASSERT(table.put(key, value) == value);
  }
}

Table<int, int> table_of(const std::vector<std::pair<int, int>>& entries) {
  Table<int, int> table;
  for (const auto& [key, value] : entries) table.put(key, value);
  return table;
}

RC_GTEST_PROP(Table, HoldsWhatWasPutAndNotErased, ()) {
  const auto changes = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, kKeys), rc::gen::inRange(0, 3)));
  Table<int, int> table;
  Model model;
  for (const auto& [key, value] : changes) {
    change(table, model, key, value);
    RC_ASSERT(table.size() == model.size());
    for (int each = 0; each < kKeys; ++each) {
      const auto it = model.find(each);
      const int* found = table.find(each);
      RC_ASSERT((found != nullptr) == (it != model.end()));
      if (found != nullptr) RC_ASSERT(*found == it->second);
    }
  }
}

RC_GTEST_PROP(Table, IsEqualHoweverTheEntriesCameIn, ()) {
  const auto entries = *rc::gen::map<Model>(rc::gen::arbitrary<Model>(), [](Model all) {
    return std::vector<std::pair<int, int>>(all.begin(), all.end());
  });
  auto shuffled = entries;
  std::ranges::reverse(shuffled);
  Table<int, int> more = table_of(shuffled);
  for (int key = 1'000'000; key < 1'000'000 + kKeys; ++key) more.put(key, key);
  RC_ASSERT((more == table_of(entries)) == false);
  for (int key = 1'000'000; key < 1'000'000 + kKeys; ++key) more.erase(key);
  RC_ASSERT(more == table_of(entries));
  const auto hash = [](int key, int value) { return static_cast<std::uint64_t>(key ^ value); };
  RC_ASSERT(more.sum(hash) == table_of(entries).sum(hash));
}

TEST(Table, TellsValuesApart) {
  EXPECT_NE(table_of({{1, 2}}), table_of({{1, 3}}));
  EXPECT_NE(table_of({{1, 2}}), table_of({{2, 2}}));
}

}  // namespace
}  // namespace lastcall
