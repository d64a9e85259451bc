#pragma once
// A directory of its own for a test, removed with it.

#include "engine/base/check.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace lastcall::log {

class Scratch {
 public:
  Scratch() {
    std::string name = std::filesystem::temp_directory_path() / "lastcall-log-XXXXXX";
    CHECK(mkdtemp(name.data()) != nullptr, "a test can make a directory");
    folder_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string path(const std::string& file) const { return folder_ / file; }
  // Copies the files: a log as a crash at this moment leaves it.
  void copy_to(const Scratch& other) const {
    for (const auto& each : std::filesystem::directory_iterator{folder_}) {
      std::filesystem::copy_file(each.path(), other.folder_ / each.path().filename());
    }
  }
  void clear() const {
    for (const auto& each : std::filesystem::directory_iterator{folder_}) {
      std::filesystem::remove(each.path());
    }
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace lastcall::log
