#pragma once
// The SIP messages in the streams of TCP (RFC 9293): segments put in order, cut by Content-Length
// with the framer that serves live connections, or taken from the frames of a WebSocket. Begins in
// the middle of a connection, goes on behind bytes that were never captured, and follows only
// streams that carry SIP. Memory is
// bounded by limits.hpp; time is that of the capture.

#include "engine/sip/framer.hpp"
#include "replay/capture/captured.hpp"
#include "replay/capture/ip.hpp"
#include "replay/capture/websocket.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>

namespace lastcall::replay::capture {

struct Segment {
  Flow flow;
  std::uint32_t sequence = 0;
  bool begins = false;  // SYN
  bool ends = false;    // FIN or RST
  Bytes payload;
  std::size_t missing = 0;  // bytes of the payload that were not captured
  PacketMark mark;
};

// REQUIRES: `packet` carries TCP and is whole or reassembled. The error is a sentence.
[[nodiscard]] std::expected<Segment, const char*> read_tcp(const IpPacket& packet, PacketMark mark);

// A message of a stream; valid during the callback.
struct StreamMessage {
  const Flow& flow;
  Bytes bytes;
  bool is_cut = false;
  std::uint64_t first_packet = 0;
  PacketMark mark;
  Transport transport = Transport::kTcp;
};

// What streams tell; `on_problem` gets the packet behind which something was amiss.
struct StreamListener {
  std::function<void(const StreamMessage&)> on_message;
  std::function<void(std::uint64_t packet, std::string sentence)> on_problem;
};

// One direction of a connection, from the first byte known of it.
class Stream {
 public:
  // `sequence` is that of the first byte; a message begins there, or is looked for.
  Stream(const Flow& flow, std::uint32_t sequence, bool at_message);

  // Takes a segment in any order.
  void take(const Segment& segment, const StreamListener& listener);
  // Nothing more comes: what is held is read with its holes, what is incomplete is handed on.
  void finish(const StreamListener& listener);

  [[nodiscard]] std::uint32_t first_sequence() const { return first_sequence_; }
  [[nodiscard]] std::size_t waiting_bytes() const;

 private:
  // A segment behind a hole.
  struct Held {
    std::string bytes;
    std::size_t missing = 0;
    PacketMark mark;
  };
  // Bytes at a place in the stream.
  struct Piece {
    std::uint64_t begin = 0;
    Bytes bytes;
    std::size_t missing = 0;
    PacketMark mark;
  };

  [[nodiscard]] bool is_followed() const { return framer_ || web_ || at_message_; }
  [[nodiscard]] bool is_known_sip() const;
  void accept(Piece piece, const StreamListener& listener);
  void accept_held(const StreamListener& listener);
  void hold(const Piece& piece);
  [[nodiscard]] bool is_hole_final(PacketMark now) const;
  void skip_hole(const StreamListener& listener);
  void frame(Bytes bytes, const StreamListener& listener);
  void frame_web(Bytes bytes, const StreamListener& listener);
  [[nodiscard]] bool begin_framing(Bytes& bytes);
  [[nodiscard]] bool tell(const sip::Framed& framed, const StreamListener& listener);
  void tell_message(Bytes bytes, bool is_cut, const StreamListener& listener);
  void break_off(const StreamListener& listener);

  Flow flow_;
  std::uint32_t first_sequence_ = 0;
  // Of the next byte. Its lower 32 bits are its sequence number; it never wraps.
  std::uint64_t position_ = 0;
  bool at_message_ = false;             // a message may begin here, though nothing was seen of it
  std::optional<sip::Framer> framer_;   // while messages are followed; else one is looked for
  std::optional<WebSocket> web_;        // while the messages of one are followed
  std::uint64_t first_packet_ = 0;      // of the message that is incomplete
  PacketMark last_;                     // the newest packet that was read
  std::map<std::uint64_t, Held> held_;  // by position
  std::size_t held_bytes_ = 0;
  std::int64_t hole_since_ns_ = 0;
};

// All streams of a capture; those that were silent longest are given up when there are too many.
class Streams {
 public:
  explicit Streams(StreamListener listener) : listener_(std::move(listener)) {}

  void take(const Segment& segment);
  void finish();

 private:
  struct Entry {
    Flow flow;
    Stream stream;
  };
  using Used = std::list<Entry>;  // silent longest first

  [[nodiscard]] Stream* find_or_begin(const Segment& segment);
  void give_up(Used::iterator entry);

  StreamListener listener_;
  Used used_;
  std::map<Flow, Used::iterator> index_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace lastcall::replay::capture
