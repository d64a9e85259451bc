#include "replay/capture/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace lastcall::replay::capture {
namespace {

constexpr std::size_t kBufferBytes = 1U << 18U;
constexpr std::size_t kBeginningBytes = 4'096;

ssize_t read_unpacked(void* cookie, char* buffer, std::size_t size) {
  const std::size_t count = std::min(size, kBufferBytes);
  return gzread(static_cast<gzFile>(cookie), buffer, static_cast<unsigned>(count));
}

}  // namespace

std::expected<InputFile, std::string> InputFile::open(const std::string& path) {
  struct stat status{};
  InputFile input;
  if (::stat(path.c_str(), &status) != 0) return std::unexpected{std::strerror(errno)};
  if (!S_ISREG(status.st_mode)) return std::unexpected{"Is no regular file"};
  input.bytes_total_ = static_cast<std::uint64_t>(status.st_size);
  input.file_.reset(gzopen(path.c_str(), "rb"));
  if (!input.file_) return std::unexpected{std::strerror(errno)};
  gzbuffer(input.file_.get(), kBufferBytes);
  input.beginning_.resize(kBeginningBytes);
  const int count = gzread(input.file_.get(), input.beginning_.data(), kBeginningBytes);
  input.beginning_.resize(static_cast<std::size_t>(std::max(count, 0)));
  input.beginning_error_ = input.unpacking_error();  // which rewinding forgets
  if (gzrewind(input.file_.get()) != 0) return std::unexpected{"Cannot be read from its start"};
  return input;
}

std::FILE* InputFile::as_stream() {
  std::FILE* stream = fopencookie(file_.get(), "rb", {.read = read_unpacked});
  if (stream != nullptr) std::setvbuf(stream, nullptr, _IOFBF, kBufferBytes);
  return stream;
}

std::string InputFile::unpacking_error() const {
  int code = Z_OK;
  const char* sentence = gzerror(file_.get(), &code);
  if (code == Z_OK || code == Z_STREAM_END) return beginning_error_;
  return code == Z_ERRNO ? std::strerror(errno) : sentence;
}

std::uint64_t InputFile::bytes_read() const {
  return static_cast<std::uint64_t>(std::max<z_off_t>(gzoffset(file_.get()), 0));
}

}  // namespace lastcall::replay::capture
