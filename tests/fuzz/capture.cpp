// Fuzz target: a file that claims to be a capture. It is read or refused; what is told of it lies
// inside it, and what it says of itself agrees.

#include "engine/base/check.hpp"
#include "replay/capture/import.hpp"
#include "replay/capture/start_line.hpp"
#include "replay/capture/tally.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace lastcall::fuzz {
namespace {

namespace capture = replay::capture;

// A file in memory that has a name.
int memory_file() {
  static const int kFile = memfd_create("capture", 0);
  CHECK(kFile >= 0, "there is room for a file");
  return kFile;
}

std::string put_file(std::string_view bytes) {
  const int file = memory_file();
  CHECK(ftruncate(file, 0) == 0, "the file can be emptied");
  const ssize_t written = pwrite(file, bytes.data(), bytes.size(), 0);
  CHECK(written == static_cast<ssize_t>(bytes.size()), "the file can be written");
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace

void run(std::string_view bytes) {
  const std::string path = put_file(bytes);
  std::uint64_t messages = 0;
  std::uint64_t last_packet = 0;
  capture::Tally tally;
  const auto report = capture::import_file(
      path, {[&](const capture::Captured& each) {
        ++messages;
        last_packet = std::max(last_packet, each.mark.packet);
        CHECK(each.first_packet != 0 && each.mark.packet != 0, "packets are numbered from 1");
        CHECK(capture::start_line(each.bytes), "a message begins with a start line");
        CHECK(!each.is_cut || !each.message, "what is cut is not parsed");
        tally.add(each);
      }});
  if (!report) {
    CHECK(messages == 0 && !report.error().sentence.empty(), "what is refused tells why");
    return;
  }
  CHECK(report->messages == messages, "every message is told and counted");
  CHECK(last_packet <= report->packets, "no message comes from a packet that is not there");
  CHECK(report->ip_packets <= report->packets, "no packet is counted twice");
  CHECK(report->problems.size() <= report->problem_count, "every problem is counted");
  CHECK(tally.call_ids() <= messages, "a message has one Call-ID");
}

}  // namespace lastcall::fuzz
