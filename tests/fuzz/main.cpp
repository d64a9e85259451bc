// libFuzzer's way into a target.

#include "tests/fuzz/target.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lastcall::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
