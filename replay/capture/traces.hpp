#pragma once
// Traces that are no packet files: HEP3 as Homer's agents send it (its datagrams one behind the
// other), the message log of sipp (-trace_msg), Kamailio's sipdump, and the logs of Asterisk,
// FreeSWITCH, sofia and pjsip. Each numbers its records from 1 in place of packets; what is broken
// is told, and the next record is looked for.

#include "replay/capture/collector.hpp"
#include "replay/capture/reader.hpp"

#include <cstdio>
#include <string_view>

namespace lastcall::replay::capture {

// The problem of a record that should hold a message.
inline constexpr const char* kNoMessage = "This record holds no SIP message.";

// How one kind of trace is known by its beginning, and read.
struct TraceFormat {
  std::string_view name;
  bool (*is_one)(Bytes beginning);
  void (*read)(std::FILE* stream, Collector& collector);
};

[[nodiscard]] bool is_hep(Bytes beginning);
void read_hep(std::FILE* stream, Collector& collector);
// One datagram as an agent sends it.
void take_hep(Bytes datagram, Collector& collector);

// Knows no addresses: a message that was sent has an empty source, and so on. The instants are
// taken for UTC, since sipp writes local time without its zone.
[[nodiscard]] bool is_sipp_log(Bytes beginning);
void read_sipp_log(std::FILE* stream, Collector& collector);

[[nodiscard]] bool is_sipdump(Bytes beginning);
void read_sipdump(std::FILE* stream, Collector& collector);

// A log in which messages stand between other lines (banners.hpp): any text may be one, and is none
// if no record was found. The program's own side has an empty endpoint. Times are taken for UTC; a
// log without dates begins on 1 January 1970.
[[nodiscard]] bool is_text(Bytes beginning);
void read_text_trace(std::FILE* stream, Collector& collector);

inline constexpr TraceFormat kTraceFormats[] = {{"HEP3", is_hep, read_hep},
                                                {"sipp log", is_sipp_log, read_sipp_log},
                                                {"sipdump", is_sipdump, read_sipdump},
                                                {"text", is_text, read_text_trace}};

}  // namespace lastcall::replay::capture
