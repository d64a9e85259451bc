// fuzz_seeds FOLDER: writes the first corpus of each fuzz target, made from the torture messages.

#include "engine/sip/headers.hpp"
#include "engine/sip/parse.hpp"
#include "tests/torture/fixture.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace lastcall::fuzz {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& folder, const std::string& name, std::string_view bytes) {
  fs::create_directories(folder);
  std::ofstream{folder / name, std::ios::binary} << bytes;
}

// The values that the URI target reads: whole header values, and the URI of the request.
void put_values(const fs::path& folder, const std::string& name, const SipMessage& message) {
  put(folder, name, message.request_uri());
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    const HeaderView line = message.header_at(i);
    switch (line.kind) {
      case Header::kContact:
      case Header::kCseq:
      case Header::kFrom:
      case Header::kRoute:
      case Header::kTo:
      case Header::kVia:
        put(folder, name + "-" + std::to_string(i), line.value);
        break;
      default:
        break;
    }
  }
}

void write_all(const fs::path& folder) {
  for (const torture::Fixture& each : torture::load_all(TORTURE_MESSAGES)) {
    put(folder / "message", each.name, each.bytes);
    put(folder / "kernel", each.name, each.bytes);
    put(folder / "stream", each.name, "\x05" + each.bytes + "\r\n\r\n" + each.bytes);
    const auto message = sip::parse(each.bytes);
    if (!message) continue;
    put_values(folder / "uri", each.name, *message);
    if (!message->body().empty()) put(folder / "sdp", each.name, message->body());
  }
}

}  // namespace
}  // namespace lastcall::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  lastcall::fuzz::write_all(argv[1]);
  return 0;
}
