#pragma once
// Several files as one: a tar archive (POSIX.1-1988 ustar), which every system can unpack. The same
// files give the same bytes: no times, no owners.

#include <span>
#include <string>

namespace lastcall::replay::exports {

struct BundledFile {
  std::string name;  // at most 99 letters
  std::string bytes;
};

[[nodiscard]] std::string to_tar(std::span<const BundledFile> files);

}  // namespace lastcall::replay::exports
