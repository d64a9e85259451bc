#include "replay/exports/bundle.hpp"

#include "engine/base/check.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <numeric>

namespace lastcall::replay::exports {
namespace {

constexpr std::size_t kBlock = 512;

// A field of text or of octal digits, filled up with NULs.
void put(std::string& header, std::size_t at, const std::string& value) {
  header.replace(at, value.size(), value);
}

std::string header_of(const BundledFile& file) {
  CHECK(file.name.size() < 100, "names of bundled files are ours, and short");
  std::string header(kBlock, '\0');
  put(header, 0, file.name);
  put(header, 100, "0000644");  // mode
  put(header, 108, "0000000");  // owner
  put(header, 116, "0000000");  // group
  put(header, 124, fmt::format("{:011o}", file.bytes.size()));
  put(header, 136, "00000000000");  // time
  put(header, 148, "        ");     // what the sum is counted with
  put(header, 156, "0");            // a regular file
  put(header, 257,
      std::string{"ustar\0"
                  "00",
                  8});
  const unsigned sum =
      std::accumulate(header.begin(), header.end(), 0U,
                      [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  put(header, 148, fmt::format("{:06o}", sum) + std::string{"\0 ", 2});
  return header;
}

}  // namespace

std::string to_tar(std::span<const BundledFile> files) {
  std::string tar;
  for (const BundledFile& each : files) {
    tar += header_of(each) + each.bytes;
    tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock, '\0');
  }
  return tar + std::string(2 * kBlock, '\0');
}

}  // namespace lastcall::replay::exports
