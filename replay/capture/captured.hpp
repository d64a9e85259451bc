#pragma once
// What comes out of a capture: SIP messages with where and when they were seen, and a report of
// what was read and what was broken. Values only; import.hpp fills them. A capture is a witness,
// not a party: its order is that in which a tap saw packets.

#include "engine/model/endpoint.hpp"
#include "engine/model/sip_message.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay::capture {

// A packet of a file, numbered from 1 as packet viewers do, and when it was captured: nanoseconds
// since 1970, UTC.
struct PacketMark {
  std::uint64_t packet = 0;
  std::int64_t at_ns = 0;

  bool operator==(const PacketMark&) const = default;
};

struct Captured {
  PacketMark mark;                 // the packet that completed the message
  std::uint64_t first_packet = 0;  // the one it begins in, of several segments or fragments
  Endpoint source;
  Endpoint destination;
  bool is_cut = false;  // the capture holds only its beginning
  // As seen on the wire, never repaired; valid during the callback. Begins, behind line ends, with
  // a start line.
  std::string_view bytes;
  // Nothing if it is cut, or breaks the grammar; the latter stands in the report.
  std::optional<SipMessage> message;
};

struct Problem {
  std::uint64_t packet = 0;  // 0: the file as a whole
  std::string sentence;

  bool operator==(const Problem&) const = default;
};

struct Report {
  std::uint64_t packets = 0;
  std::uint64_t cut_packets = 0;  // captured with fewer bytes than they had
  std::uint64_t ip_packets = 0;   // the others carry no IP, or none that can be read
  std::uint64_t messages = 0;     // of SIP
  std::uint64_t problem_count = 0;
  std::vector<Problem> problems;  // the first limits.hpp kProblemsMax of them
};

// How far reading has come, in bytes of the file.
struct Progress {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_total = 0;
};

struct Listener {
  std::function<void(const Captured&)> on_message;
  std::function<void(const Progress&)> on_progress = {};  // now and then; may be absent
};

// Why a file was not read at all.
struct ImportError {
  std::string sentence;
  bool is_missing = false;  // it cannot be opened; otherwise it is no capture
};

}  // namespace lastcall::replay::capture
