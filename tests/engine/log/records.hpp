#pragma once
// A few plain records for tests of the logs.

#include "engine/log/event_log.hpp"

#include <string>
#include <utility>
#include <vector>

namespace lastcall::log {

inline constexpr CallId kCall{0xC0FFEE0000000001};  // negative as a signed number
inline constexpr CallId kOther{0x0000000000000002};

template <class Fact>
[[nodiscard]] Record record(Position pos, Fact fact, Position cause) {
  return {.pos = pos,
          .at = instant_ns(static_cast<std::int64_t>(pos) * 1'000'000),
          .cause = cause,
          .event = event_of(std::move(fact))};
}

[[nodiscard]] inline CallTerminated end_of(CallId call, Cause cause) {
  return {.call = call, .cause = cause, .missing = {}};
}

// A call in the words that the log cares about: 8 events, the first an input with raw bytes.
[[nodiscard]] inline std::vector<Record> whole_call(CallId call, Position first) {
  const std::string bytes{"BYE sip:a SIP/2.0\r\n\0\xff", 21};
  const Endpoint peer{.host = "127.0.0.1", .port = 5062};
  return {
      record(first, DatagramReceived{.source = peer, .local = {}, .wire = {bytes}}, 0),
      record(first + 1,
             CallStarted{.call = call, .session = {7}, .peer = "sip:b", .rings_until = {}}, first),
      record(first + 2, CallRinging{.call = call}, first),
      record(first + 3,
             CallTerminating{.call = call,
                             .cause = Cause::kRemoteBye,
                             .required = {CleanupLayer::kMedia, CleanupLayer::kClient},
                             .deadline = {}},
             first),
      record(first + 4, StreamClosed{.call = call, .stream = {9}}, first + 3),
      record(first + 5, end_of(call, Cause::kRemoteBye), first + 4),
      record(first + 6, TombstoneEnded{.call = call}, first + 5),
      record(first + 7, TransactionEnded{.transaction = {5}, .call = call}, first + 6),
  };
}

inline void append_all(EventLog& log, const std::vector<Record>& records) {
  for (const Record& each : records) log.append(each);
}

[[nodiscard]] inline std::vector<Record> all_of(const EventLog& log) {
  std::vector<Record> records;
  log.read(1, [&](const Record& each) {
    records.push_back(each);
    return true;
  });
  return records;
}

}  // namespace lastcall::log
