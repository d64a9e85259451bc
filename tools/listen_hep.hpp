#pragma once
// A listener for HEP3, as Homer's agents send it over UDP: what comes is told as if it stood in a
// file, and may be kept in one. Ends after so many packets, after so many seconds, or by SIGINT.

#include "replay/capture/captured.hpp"

#include <cstdint>
#include <expected>
#include <string>

namespace lastcall::tools {

struct HepListening {
  std::string at;           // [HOST:]PORT; port 0 for a free one, without a host 127.0.0.1
  std::uint64_t count = 0;  // of packets; 0: no bound
  double seconds = 0;       // 0: no bound
  std::string keep;         // a file for the packets; may be empty
};

// Says on stderr where it listens. The error is a sentence.
[[nodiscard]] std::expected<replay::capture::Report, std::string> listen_hep(
    const HepListening& listening, const replay::capture::Listener& listener);

}  // namespace lastcall::tools
