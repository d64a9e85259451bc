#pragma once
// What comes out of a capture: SIP messages with where and when they were seen, and a report of
// what was read and what was broken. Values only; import.hpp fills them. A capture is a witness,
// not a party: its order is that in which a tap saw packets.

#include "engine/model/endpoint.hpp"
#include "engine/model/sip_message.hpp"
#include "replay/capture/ip.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay::capture {

// A packet of a file, numbered from 1 as packet viewers do, when it was captured (nanoseconds since
// 1970, UTC) and by which tap: an interface of a pcapng file, an agent of HEP, else 0.
struct PacketMark {
  std::uint64_t packet = 0;
  std::int64_t at_ns = 0;
  std::uint32_t tap = 0;

  bool operator==(const PacketMark&) const = default;
};

struct Captured {
  PacketMark mark;                 // the packet that completed the message
  std::uint64_t first_packet = 0;  // the one it begins in, of several segments or fragments
  Endpoint source;
  Endpoint destination;
  // Of its datagram (RFC 791: identification): a repetition has another one than the first sending,
  // a copy of it at another tap the same. 0: none is told.
  std::uint16_t ip_id = 0;
  bool is_cut = false;  // the capture holds only its beginning
  // As seen on the wire, never repaired; valid during the callback. Begins, behind line ends, with
  // a start line.
  std::string_view bytes;
  // Nothing if it is cut, or breaks the grammar; the latter stands in the report too.
  std::optional<SipMessage> message;
  std::string fault = {};  // why there is none: a sentence
};

// What the head of a packet says that looks like audio or video, or a report on it. Any datagram
// may look like one by chance: which call it belongs to is for others to say.
struct MediaPacket {
  PacketMark mark;
  Flow flow;
  bool is_rtcp = false;           // RFC 3550 6
  std::uint8_t payload_type = 0;  // of RTCP: the packet type
  std::uint16_t sequence = 0;     // RTP only
  std::uint32_t timestamp = 0;    // RTP only
  std::uint32_t ssrc = 0;         // of the sender
  Bytes payload = {};             // the whole datagram; valid during the callback
};

struct Problem {
  std::uint64_t packet = 0;  // 0: the file as a whole
  std::string sentence;

  bool operator==(const Problem&) const = default;
};

struct Report {
  std::uint64_t packets = 0;
  std::uint64_t cut_packets = 0;    // captured with fewer bytes than they had
  std::uint64_t ip_packets = 0;     // the others carry no IP, or none that can be read
  std::uint64_t messages = 0;       // of SIP
  std::uint64_t media_packets = 0;  // that look like RTP or RTCP
  PacketMark last;                  // the packet with which the capture ends
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
  std::function<void(const MediaPacket&)> on_media = {};  // may be absent
};

// Why a file was not read at all.
struct ImportError {
  std::string sentence;
  bool is_missing = false;  // it cannot be opened; otherwise it is no capture
};

}  // namespace lastcall::replay::capture
