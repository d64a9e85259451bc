#pragma once
// Reads a capture file from front to back and tells every SIP message in it: pcap, pcapng,
// HEP3, message logs of sipp and Kamailio's sipdump, plain or packed with gzip. Memory does not
// grow with the file. Rebuilds no calls and judges nothing. `lastcall import` calls it.

#include "replay/capture/captured.hpp"

#include <expected>
#include <string>

namespace lastcall::replay::capture {

// The error: the file cannot be read, or is not what can be imported. What is broken inside stands
// in the report, and what comes before and, where possible, behind it is told.
[[nodiscard]] std::expected<Report, ImportError> import_file(const std::string& path,
                                                             const Listener& listener);

}  // namespace lastcall::replay::capture
