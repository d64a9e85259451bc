#include "replay/capture/tcp.hpp"

#include "replay/capture/limits.hpp"
#include "replay/capture/start_line.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace lastcall::replay::capture {

std::expected<Segment, const char*> read_tcp(const IpPacket& packet, PacketMark mark) {
  Reader reader{packet.payload};
  Segment segment{.missing = packet.missing, .mark = mark};
  segment.flow = {packet.source, packet.destination, reader.be16(), reader.be16()};
  segment.sequence = reader.be32();
  reader.skip(4);
  const std::size_t header = (reader.u8() >> 4U) * std::size_t{4};
  const unsigned flags = reader.u8();
  reader.skip(6);
  if (reader.failed()) return std::unexpected{"The packet ends inside its TCP header."};
  if (header < 20) return std::unexpected{"The TCP header is shorter than 20 bytes."};
  reader.skip(header - 20);
  if (reader.failed()) return std::unexpected{"The packet ends inside its TCP options."};
  segment.begins = (flags & 0x02U) != 0;
  segment.ends = (flags & 0x05U) != 0;
  if (segment.begins) ++segment.sequence;  // a SYN takes a number itself
  segment.payload = reader.rest();
  return segment;
}

Stream::Stream(const Flow& flow, std::uint32_t sequence, bool at_message)
    : flow_(flow),
      first_sequence_(sequence),
      position_((std::uint64_t{1} << 32U) + sequence),
      at_message_(at_message) {}

std::size_t Stream::waiting_bytes() const {
  return held_bytes_ + (framer_ ? framer_->partial().size() : 0) +
         (web_ ? web_->waiting_bytes() : 0);
}

void Stream::take(const Segment& segment, const StreamListener& listener) {
  const auto ahead =
      static_cast<std::int32_t>(segment.sequence - static_cast<std::uint32_t>(position_));
  Piece piece{position_ + static_cast<std::uint64_t>(std::int64_t{ahead}), segment.payload,
              segment.missing, segment.mark};
  // Another connection between the same ports, whose SYN was not captured.
  const bool is_other = ahead < -limits::kRepeatedBytesMax;
  if (is_other) finish(listener);
  if (is_other || (!is_followed() && ahead > 0)) position_ = piece.begin;
  if (piece.begin <= position_) {
    accept(piece, listener);
  } else if (!piece.bytes.empty()) {
    hold(piece);
  }
  accept_held(listener);
  while (is_hole_final(segment.mark)) skip_hole(listener);
  if (segment.ends && piece.begin <= position_) finish(listener);
}

void Stream::finish(const StreamListener& listener) {
  while (!held_.empty()) skip_hole(listener);
  break_off(listener);
}

// Takes a piece that begins at the next byte or before it; what is repeated counts for nothing.
void Stream::accept(Piece piece, const StreamListener& listener) {
  const std::uint64_t end = piece.begin + piece.bytes.size() + piece.missing;
  if (end <= position_) return;
  const std::uint64_t repeated = position_ - piece.begin;
  piece.bytes.remove_prefix(std::min<std::uint64_t>(repeated, piece.bytes.size()));
  last_ = piece.mark;
  frame(piece.bytes, listener);
  const bool is_cut = position_ + piece.bytes.size() < end;
  position_ = end;
  if (is_cut) break_off(listener);
}

void Stream::accept_held(const StreamListener& listener) {
  bool moved = false;
  while (!held_.empty() && held_.begin()->first <= position_) {
    const auto next = held_.extract(held_.begin());
    const Held& held = next.mapped();
    held_bytes_ -= held.bytes.size();
    accept({next.key(), held.bytes, held.missing, held.mark}, listener);
    moved = true;
  }
  if (moved && !held_.empty()) hole_since_ns_ = held_.begin()->second.mark.at_ns;
}

void Stream::hold(const Piece& piece) {
  if (held_.empty()) hole_since_ns_ = piece.mark.at_ns;
  Held& held = held_[piece.begin];
  if (held.bytes.size() >= piece.bytes.size()) return;
  held_bytes_ += piece.bytes.size() - held.bytes.size();
  held = {std::string{piece.bytes}, piece.missing, piece.mark};
}

bool Stream::is_hole_final(PacketMark now) const {
  return held_.size() >= limits::kHeldSegmentsMax ||
         (!held_.empty() && now.at_ns - hole_since_ns_ > limits::kHoleWaitNs);
}

// Rather than bytes that may yet turn out to be something else.
bool Stream::is_known_sip() const {
  if (web_) return web_->is_open();
  return framer_ && (framer_->partial().empty() || start_line(framer_->partial()));
}

void Stream::skip_hole(const StreamListener& listener) {
  const std::uint64_t behind = held_.begin()->first;
  if (is_known_sip()) {
    listener.on_problem(held_.begin()->second.mark.packet,
                        fmt::format("{} bytes of the stream before this packet were not captured.",
                                    behind - position_));
  }
  break_off(listener);
  position_ = behind;
  accept_held(listener);
}

// Where following begins in these bytes, which lose what is before it.
bool Stream::begin_framing(Bytes& bytes) {
  const bool may_begin = at_message_ && begins_message(bytes) != Begins::kNo;
  const std::size_t at = may_begin ? 0 : find_message(bytes);
  at_message_ = false;
  if (at == Bytes::npos) return false;
  bytes.remove_prefix(at);
  framer_.emplace();
  return true;
}

void Stream::frame(Bytes bytes, const StreamListener& listener) {
  if (bytes.empty()) return;
  if (!framer_ && !web_ && WebSocket::begins(bytes)) web_.emplace();
  if (web_) return frame_web(bytes, listener);
  if (!framer_ && !begin_framing(bytes)) return;
  if (!framer_->has_partial()) first_packet_ = last_.packet;
  framer_->push(bytes);
  while (framer_ && tell(framer_->next(), listener)) {
  }
}

void Stream::frame_web(Bytes bytes, const StreamListener& listener) {
  if (web_->waiting_bytes() == 0) first_packet_ = last_.packet;
  at_message_ = false;
  web_->push(bytes);
  while (const auto message = web_->next()) {
    if (start_line(*message)) {
      listener.on_message({flow_, *message, false, first_packet_, last_, Transport::kWs});
    }
    first_packet_ = last_.packet;
  }
  if (web_->fault() == nullptr) return;
  if (*web_->fault() != '\0') listener.on_problem(last_.packet, web_->fault());
  web_.reset();
}

// Whether there may be more in the framer.
bool Stream::tell(const sip::Framed& framed, const StreamListener& listener) {
  if (std::holds_alternative<sip::NeedMore>(framed)) return false;
  if (const auto* message = std::get_if<sip::MessageBytes>(&framed)) {
    tell_message(message->bytes, false, listener);
    first_packet_ = last_.packet;
  }
  if (const auto* fault = std::get_if<sip::FramingFault>(&framed)) {
    if (start_line(fault->head)) listener.on_problem(last_.packet, fault->sentence);
    tell_message(fault->head, true, listener);
    framer_.reset();
  }
  return framer_.has_value();
}

// What is no SIP ends the following: the stream carries something else, or we are lost in it.
void Stream::tell_message(Bytes bytes, bool is_cut, const StreamListener& listener) {
  if (start_line(bytes)) {
    listener.on_message({flow_, bytes, is_cut, first_packet_, last_});
  } else {
    framer_.reset();
  }
}

// The next byte is not known: what there is of a message is handed on.
void Stream::break_off(const StreamListener& listener) {
  if (framer_) tell_message(framer_->partial(), true, listener);
  if (const std::string partial = web_ ? web_->partial() : ""; start_line(partial)) {
    listener.on_message({flow_, partial, true, first_packet_, last_, Transport::kWs});
  }
  framer_.reset();
  web_.reset();
  at_message_ = false;
}

void Streams::take(const Segment& segment) {
  Stream* stream = find_or_begin(segment);
  if (stream == nullptr) return;
  waiting_bytes_ -= stream->waiting_bytes();
  stream->take(segment, listener_);
  waiting_bytes_ += stream->waiting_bytes();
  while (waiting_bytes_ > limits::kStreamBytesMax) give_up(used_.begin());
}

void Streams::finish() {
  while (!used_.empty()) give_up(used_.begin());
}

// Null for a segment in the middle of something that is no SIP.
Stream* Streams::find_or_begin(const Segment& segment) {
  if (const auto known = index_.find(segment.flow); known != index_.end()) {
    used_.splice(used_.end(), used_, known->second);
    const bool is_anew =
        segment.begins && known->second->stream.first_sequence() != segment.sequence;
    if (!is_anew) return &known->second->stream;
    give_up(known->second);
  }
  const bool may_follow = segment.begins || WebSocket::begins(segment.payload) ||
                          find_message(segment.payload) != Bytes::npos;
  if (!may_follow) return nullptr;
  if (used_.size() >= limits::kStreamsMax) give_up(used_.begin());
  used_.push_back({segment.flow, Stream{segment.flow, segment.sequence, segment.begins}});
  index_.emplace(segment.flow, std::prev(used_.end()));
  return &used_.back().stream;
}

void Streams::give_up(Used::iterator entry) {
  waiting_bytes_ -= entry->stream.waiting_bytes();
  entry->stream.finish(listener_);
  index_.erase(entry->flow);
  used_.erase(entry);
}

}  // namespace lastcall::replay::capture
