// The rolling hash of a run: every value and the order count, wherever a portion ends.

#include "engine/base/hash.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace lastcall {
namespace {

// More than one portion.
constexpr std::uint64_t kValues = 1'000;

RollingHash of_all(std::uint64_t upto) {
  RollingHash hash;
  for (std::uint64_t i = 0; i < upto; ++i) hash.add(i);
  return hash;
}

TEST(RollingHash, IsTheSameForTheSameValuesAndAnotherOneAfterEach) {
  std::set<std::string> seen;
  RollingHash hash;
  for (std::uint64_t i = 0; i < kValues; ++i) {
    EXPECT_TRUE(seen.insert(hash.text()).second);
    hash.add(i);
  }
  EXPECT_EQ(hash.text(), of_all(kValues).text());
}

TEST(RollingHash, RemembersTheFirstValueForEver) {
  RollingHash other;
  other.add(std::uint64_t{1});
  for (std::uint64_t i = 1; i < kValues; ++i) other.add(i);
  EXPECT_NE(other.text(), of_all(kValues).text());
}

TEST(RollingHash, TellsTextsApartByTheirEnds) {
  RollingHash a;
  a.add(std::string_view{"ab"}, std::string_view{"c"});
  RollingHash b;
  b.add(std::string_view{"a"}, std::string_view{"bc"});
  EXPECT_NE(a.text(), b.text());
}

TEST(HashInput, GrowsAndIsClearedWithoutATrace) {
  HashInput input;
  input.add(std::string(5'000, 'x'));
  input.clear();
  input.add(std::uint64_t{7});
  HashInput fresh;
  fresh.add(std::uint64_t{7});
  EXPECT_EQ(input.bytes(), fresh.bytes());
  EXPECT_EQ(input.hash64(1), fresh.hash64(1));
}

}  // namespace
}  // namespace lastcall
