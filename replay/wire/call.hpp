#pragma once
// A call as a capture shows it: the messages of one Call-ID, taken apart into requests, their
// transactions hop by hop, the ACKs, and the media that flowed. What the parties thought is not
// known; only what passed the taps. Made by build(); judged by judge.hpp. Values only.

#include "engine/base/enum_names.hpp"
#include "replay/capture/captured.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay::wire {

using capture::PacketMark;

// Who is who by the tags: the caller sent the INVITE that began the call.
enum class Side : std::uint8_t { kCaller, kCallee };
[[nodiscard]] constexpr Side other(Side side) {
  return side == Side::kCaller ? Side::kCallee : Side::kCaller;
}
[[nodiscard]] constexpr auto names_of(Side) {
  return std::array<std::string_view, 2>{"caller", "callee"};
}

struct Message {
  PacketMark mark;
  std::uint64_t first_packet = 0;
  Endpoint source;
  Endpoint destination;
  SipMessage sip;
  std::vector<PacketMark> copies = {};  // the same datagram at other taps
  std::uint16_t ip_id = 0;              // as in Captured
};

// Indices of messages, in the order of the capture.
using Indices = std::vector<std::size_t>;

// A transaction between two hops (RFC 3261 17), by the top Via of its request.
struct Transaction {
  Indices requests;   // the first one and its repeats; none: the capture begins behind it
  Indices responses;  // all of them, repeats too
  Indices acks;       // of an INVITE: for final responses other than 2xx
  bool has_foreign_ack = false;  // one of these does not repeat the branch of the INVITE
};

// One request of a side, at every hop where it was seen, with all its repeats.
struct Request {
  Method method = Method::kOther;
  std::string name;  // of the method
  std::uint32_t cseq = 0;
  std::string from_tag, to_tag;
  Side sender = Side::kCaller;
  std::size_t first = 0;          // the message that was seen first
  std::vector<std::size_t> hops;  // transactions
  [[nodiscard]] bool is_in_dialog() const { return !to_tag.empty(); }
};

// A stream of RTP or RTCP that belongs to the call.
struct Stream {
  capture::Flow flow;
  bool is_rtcp = false;
  std::uint8_t payload_type = 0;
  std::uint32_t ssrc = 0;
  std::uint64_t packets = 0;
  PacketMark first, last;
  Side sender = Side::kCaller;
  bool is_guessed = false;  // by addresses of SIP alone, not by SDP
};

// A message that belongs to the call but cannot be read: cut, or against the grammar.
struct Unreadable {
  PacketMark mark;
  std::string method;  // of a response: empty, if it is not told
  int status = 0;      // 0: a request
  std::uint32_t cseq = 0;
  std::string fault;  // a sentence
};

struct Call {
  std::string sip_call_id;
  std::string caller_tag;
  std::vector<Message> messages;  // in the order of the capture
  std::vector<Transaction> transactions;
  std::vector<Request> requests;  // all but ACK
  Indices acks;                   // all of them
  std::vector<Stream> streams;
  std::vector<Unreadable> unreadable;

  // Whether it is about a call: has an INVITE, or what belongs to one. Others are registrations and
  // the like.
  bool has_invite = false;
  bool begins_inside = false;  // its first INVITE was not captured

  [[nodiscard]] Side sender_of(const Message& message) const;
  [[nodiscard]] const Message& at(std::size_t index) const { return messages[index]; }
  // Whether one that cannot be read may be what a rule misses: a request of this method, or a
  // response to it.
  [[nodiscard]] bool may_have(std::string_view method, std::uint32_t cseq, bool is_request) const;
  // The first message of a request and when it was seen.
  [[nodiscard]] const Message& first_of(const Request& request) const {
    return messages[request.first];
  }
};

// Takes the messages of one Call-ID apart. REQUIRES: at least one message.
[[nodiscard]] Call build(std::vector<Message> messages);

// The final responses of a request at all its hops, in the order of the capture, repeats too.
[[nodiscard]] Indices finals_of(const Call& call, const Request& request);
// Those of one hop.
[[nodiscard]] Indices finals_of(const Call& call, const Transaction& transaction);

// What is known about the life of a call.
struct Life {
  std::string_view state;  // "answered", "cancelled", "refused 486", "ringing", "no call" ...
  std::int64_t began_ns = 0;
  std::optional<std::int64_t> answered_ns;
  std::optional<std::int64_t> ended_ns;  // when its first BYE, or its refusal, was seen
  std::optional<Side> ended_by;          // who sent that BYE
  int refused_with = 0;
};
[[nodiscard]] Life life_of(const Call& call);

}  // namespace lastcall::replay::wire
