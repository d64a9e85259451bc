#pragma once
// The lock file that makes an engine the only writer of a log. The kernel drops the lock when the
// process dies, however it dies. For SqliteLog only.

#include "engine/log/sqlite_log_file.hpp"

#include <expected>
#include <memory>
#include <string>

namespace lastcall::log {

class LockFile {
 public:
  // Takes PATH.lock; kInUse if another engine has it.
  [[nodiscard]] static std::expected<std::unique_ptr<LockFile>, LogError> take(
      const std::string& path);
  // Removes the file and lets go.
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  LockFile(std::string path, int descriptor);
  std::string path_;
  int descriptor_;
};

// Creates an empty file with mode 0600, whatever the umask says; raw messages hold keys. No effect
// on a file that is there.
[[nodiscard]] Done create_private(const std::string& path);

}  // namespace lastcall::log
