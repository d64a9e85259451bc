#include "engine/log/sqlite_log_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace lastcall::log {
namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;

std::unexpected<LogError> failed(const std::string& path) {
  const LogFault fault = errno == ENOSPC ? LogFault::kFull : LogFault::kFailed;
  return std::unexpected(LogError{fault, path + ": " + std::strerror(errno)});
}

// False when the file was removed, or replaced, between open and flock.
bool is_still_at(int descriptor, const std::string& path) {
  struct stat held = {};
  struct stat named = {};
  return fstat(descriptor, &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace

LockFile::LockFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

std::expected<std::unique_ptr<LockFile>, LogError> LockFile::take(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int descriptor = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivate);
  if (descriptor < 0) return failed(lock_path);
  const bool is_ours =
      flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_still_at(descriptor, lock_path);
  if (!is_ours) {
    close(descriptor);
    return std::unexpected(
        LogError{LogFault::kInUse, path + ": another engine is writing this log"});
  }
  return std::unique_ptr<LockFile>{new LockFile{lock_path, descriptor}};
}

// Removed while still held: whoever opened the old file meanwhile finds that it is gone.
LockFile::~LockFile() {
  unlink(path_.c_str());
  close(descriptor_);
}

Done create_private(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kPrivate);
  if (descriptor < 0) return errno == EEXIST ? Done{} : failed(path);
  const bool is_private = fchmod(descriptor, kPrivate) == 0;
  const Done done = is_private ? Done{} : failed(path);
  close(descriptor);
  return done;
}

}  // namespace lastcall::log
