#include "engine/log/sqlite_log.hpp"
#include "replay/rerun.hpp"
#include "tests/replay/played_call.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace lastcall::replay {
namespace {

// A file of this test alone, removed with it.
class LogFile : public testing::Test {
 protected:
  LogFile() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = (std::filesystem::path{testing::TempDir()} /
             ("replay_" + std::string{test->name()} + ".db"))
                .string();
    remove();
    PlayedCall played;
    played.connect();
    played.bye();
    stored_ = played.recording();
    const auto done = log::store(stored_.runs.front().run, played.log(), path_);
    EXPECT_TRUE(done.has_value()) << done.error().sentence;
  }
  ~LogFile() override { remove(); }
  void remove() const {
    for (const char* end : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path_ + end);
  }

  std::string path_;
  Recording stored_;
};

TEST_F(LogFile, IsReadAsItWasWritten) {
  const auto loaded = load(path_);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().sentence;
  EXPECT_EQ(loaded->records, stored_.records);
  EXPECT_EQ(loaded->runs, stored_.runs);
}

TEST_F(LogFile, RerunsTheSameFromTheFile) {
  const auto loaded = load(path_);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().sentence;
  const auto result = rerun(*loaded, [](const std::string&) { return std::nullopt; });
  ASSERT_TRUE(result.has_value()) << result.error();
  EXPECT_FALSE(result->divergence) << to_text(*result->divergence);
}

TEST_F(LogFile, ADamagedPageIsToldAsDamage) {
  const auto size = std::filesystem::file_size(path_);
  {
    std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(size / 2));
    file << std::string(2000, '\x5A');
  }
  const auto loaded = load(path_);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().fault, log::LogFault::kDamaged) << loaded.error().sentence;
}

TEST_F(LogFile, ACutFileIsToldAsDamage) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 2);
  const auto loaded = load(path_);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().fault, log::LogFault::kDamaged) << loaded.error().sentence;
}

}  // namespace
}  // namespace lastcall::replay
