#pragma once
// The lines with which programs announce a SIP message in their logs: Asterisk (pjsip set logger;
// sip set debug of chan_sip), FreeSWITCH and sofia (siptrace, TPORT_LOG, TPORT_DUMP), pjsua and
// other programs of pjsip (log level 5). Knows one line at a time; text_trace.cpp reads the files.

#include "engine/model/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastcall::replay::capture {

struct Banner {
  Endpoint remote;           // who sent or receives it; the program's own address is not told
  bool is_received = false;  // by the program that wrote the log
  std::size_t size = 0;      // of the message; 0: it is not told
  std::optional<std::int64_t> date_ns = std::nullopt;  // since 1970, if the line has a date
  std::optional<std::int64_t> time_ns = std::nullopt;  // since midnight, if it has but a time
};

// What this line announces; nothing if it announces no message.
[[nodiscard]] std::optional<Banner> read_banner(std::string_view line);

// Whether this line stands behind a message, or between messages, and is no part of one.
[[nodiscard]] bool is_message_end(std::string_view line);

// Whether this is a line of dashes as sofia writes them around a message.
[[nodiscard]] bool is_rule(std::string_view line);

}  // namespace lastcall::replay::capture
