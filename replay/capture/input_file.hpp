#pragma once
// A file to import, unpacked on the way if it was packed with gzip. Reads it from front to back;
// knows nothing of what is in it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <zlib.h>

namespace lastcall::replay::capture {

class InputFile {
 public:
  // The error is a sentence.
  [[nodiscard]] static std::expected<InputFile, std::string> open(const std::string& path);

  // The first bytes of what is in it, as many as there are; reading still begins there.
  [[nodiscard]] std::string_view beginning() const { return beginning_; }
  // The same file as a stream of C, unpacked, from the beginning. REQUIRES: this object outlives
  // it. Null if there is no memory.
  [[nodiscard]] std::FILE* as_stream();
  // Why the packed bytes could not be unpacked; empty if they could.
  [[nodiscard]] std::string unpacking_error() const;

  // Of the file as it lies on the disk.
  [[nodiscard]] std::uint64_t bytes_read() const;
  [[nodiscard]] std::uint64_t bytes_total() const { return bytes_total_; }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  InputFile() = default;

  std::unique_ptr<gzFile_s, Close> file_;
  std::string beginning_;
  std::string beginning_error_;
  std::uint64_t bytes_total_ = 0;
};

}  // namespace lastcall::replay::capture
