// Canaries: engines that are not repeatable on purpose. If the double run misses one of them, it is
// broken itself. What depends on addresses or on garbage in memory may repeat within one process,
// so the second run is made by another one, with another heap layout.

#include "engine/base/hash.hpp"
#include "sim/library.hpp"
#include "sim/play.hpp"
#include "sim/repeat.hpp"
#include "sim/strategies/choosers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <unordered_set>

namespace lastcall::sim {
namespace {

// The deadline of an ending, a little later: what a leak would put into an event.
void shift_deadlines(core::Outbox& out, std::uint64_t by) {
  for (Event& event : out.events) {
    auto* group = std::get_if<SessionEvent>(&event);
    auto* ending = group == nullptr ? nullptr : std::get_if<CallTerminating>(group);
    if (ending != nullptr) ending->deadline += Duration{static_cast<std::int64_t>(by % 1'000'000)};
  }
}

using Decide = void (*)(const core::SessionLayer::State&, const core::SessionLayer::Input&,
                        const core::Context&, core::Outbox&);

template <std::uint64_t (*kLeak)()>
void leaking(const core::SessionLayer::State& state, const core::SessionLayer::Input& input,
             const core::Context& context, core::Outbox& out) {
  core::SessionLayer::decide(state, input, context, out);
  shift_deadlines(out, kLeak());
}

std::uint64_t wall_clock() {
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

std::uint64_t shared_counter() {
  static std::uint64_t counter = 0;
  return ++counter;
}

// In the order of a hash table that is keyed by addresses.
std::uint64_t unordered_iteration() {
  std::unordered_set<const void*> table;
  std::array<std::unique_ptr<int>, 8> objects;
  for (auto& object : objects) {
    object = std::make_unique<int>(0);
    table.insert(object.get());
  }
  std::uint64_t order = 0;
  for (const void* object : table) {
    order = order * 31 + reinterpret_cast<std::uintptr_t>(object);
  }
  return order;
}

// As malloc left it; by a pointer to malloc that the compiler cannot see through.
std::uint64_t uninitialised_byte() {
  constexpr std::size_t kBytes = 24;
  void* (*volatile allocate)(std::size_t) = std::malloc;
  auto* fresh = static_cast<unsigned char*>(allocate(kBytes));
  const std::uint64_t garbage = fresh[kBytes - 4];
  std::free(fresh);
  return garbage;
}

std::uint64_t nothing() { return 0; }

struct Canary {
  std::string_view name;
  Decide decide;
};
constexpr std::array kCanaries{Canary{"none", leaking<nothing>},
                               Canary{"wall-clock", leaking<wall_clock>},
                               Canary{"shared-counter", leaking<shared_counter>},
                               Canary{"unordered-iteration", leaking<unordered_iteration>},
                               Canary{"uninitialised-byte", leaking<uninitialised_byte>}};

RunResult play(const Canary& canary) {
  static const std::vector<Scenario> kScenarios = all_scenarios();
  core::LayerTable table;
  std::get<core::LayerFunctions<core::SessionLayer>>(table).decide = canary.decide;
  Fifo happy;
  Play going{kScenarios.front(), {}, table, happy};
  while (going.advance()) {
  }
  return std::move(going).finish();
}

// What another process with another heap says.
std::string hash_elsewhere(const Canary& canary) {
  std::array<char, 4096> self{};
  if (readlink("/proc/self/exe", self.data(), self.size() - 1) < 0) return {};
  // Of the C library and of the address sanitizer, which has a heap of its own.
  const std::string command =
      "MALLOC_PERTURB_=165 GLIBC_TUNABLES=glibc.malloc.tcache_count=0 "
      "ASAN_OPTIONS=${ASAN_OPTIONS}:malloc_fill_byte=90:quarantine_size_mb=1 LASTCALL_CANARY=" +
      std::string{canary.name} + " " + self.data() +
      " --gtest_also_run_disabled_tests --gtest_filter=Canary.DISABLED_SaysItsHash";
  std::FILE* output = popen(command.c_str(), "r");
  if (output == nullptr) return {};
  std::string hash;
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), output) != nullptr) {
    const std::string_view text{line.data()};
    if (text.starts_with("hash ")) hash = text.substr(5, 32);
  }
  pclose(output);
  return hash;
}

// Not a test: what the other process runs.
TEST(Canary, DISABLED_SaysItsHash) {
  const char* wanted = std::getenv("LASTCALL_CANARY");
  for (const Canary& canary : kCanaries) {
    if (wanted == nullptr || canary.name != wanted) continue;
    // Other garbage and other addresses than a fresh process has.
    const std::string before(1000, 'x');
    std::printf("hash %s\n", play(canary).hash.c_str());
    ASSERT_EQ(before.size(), 1000U);
  }
}

TEST(Canary, AnEngineThatIsRepeatableIsTheSameElsewhere) {
  EXPECT_EQ(hash_elsewhere(kCanaries[0]), play(kCanaries[0]).hash);
}

TEST(Canary, AClockAndASharedCounterShowInASecondRun) {
  for (const Canary& canary : {kCanaries[1], kCanaries[2]}) {
    const RunResult first = play(canary);
    const RunResult second = play(canary);
    const auto told = difference(first, second);
    ASSERT_TRUE(told) << canary.name;
    EXPECT_NE(told->find("CallTerminating"), std::string::npos) << *told;
  }
}

TEST(Canary, EveryKindOfLeakShowsInASecondProcess) {
  for (std::size_t i = 1; i < kCanaries.size(); ++i) {
    const std::string here = play(kCanaries[i]).hash;
    const std::string there = hash_elsewhere(kCanaries[i]);
    ASSERT_EQ(there.size(), 32U) << kCanaries[i].name;
    // A counter is the same in a fresh process, and is caught by running twice in one (above).
    if (kCanaries[i].name == "shared-counter") continue;
    EXPECT_NE(here, there) << kCanaries[i].name;
  }
}

TEST(Repeat, NamesTheFirstRecordThatDiffers) {
  const RunResult first = play(kCanaries[0]);
  RunResult second = first;
  EXPECT_EQ(difference(first, second), std::nullopt);
  second.records[20].at += std::chrono::milliseconds{1};
  second.records[40].cause = 1;
  const auto told = difference(first, second);
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->starts_with("record 21 is")) << *told;
}

TEST(Repeat, FindsTheRungByHalving) {
  const std::vector<std::uint64_t> a{1, 2, 3, 4, 5};
  std::vector<std::uint64_t> b = a;
  EXPECT_EQ(first_difference(a, b), std::nullopt);
  b[3] = b[4] = 9;
  EXPECT_EQ(first_difference(a, b), 3U);
  b.resize(2);
  EXPECT_EQ(first_difference(a, b), 2U);
}

}  // namespace
}  // namespace lastcall::sim
