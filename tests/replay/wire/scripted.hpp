#pragma once
// Calls as a tap between alice and bob sees them, written down message by message: for the tests of
// what is rebuilt and judged. Times are milliseconds; every message is a packet of its own.

#include "engine/sip/parse.hpp"
#include "replay/wire/judge.hpp"
#include "replay/wire/traffic.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::replay::wire {

inline const Endpoint kAlice{"192.0.2.10", 5060};
inline const Endpoint kBob{"198.51.100.20", 5060};

inline std::string sdp(std::string_view host, int port, std::string_view direction = "sendrecv") {
  const std::string at{host};
  return "v=0\r\no=- 1 1 IN IP4 " + at + "\r\ns=-\r\nc=IN IP4 " + at + "\r\nt=0 0\r\nm=audio " +
         std::to_string(port) + " RTP/AVP 0\r\na=" + std::string{direction} + "\r\n";
}

// What a message says beside its start line and CSeq.
struct More {
  std::string branch = {};   // empty: one per side, method and CSeq
  std::string to_tag = "b";  // bob's
  std::string lines = {};    // complete header lines
  std::string body = {};
  std::string call_id = "call@alice";
};

class Scripted {
 public:
  // "alice sends INVITE, CSeq 1, at 0 ms". A request of alice outside dialogs has no To tag.
  Scripted& alice(std::int64_t ms, const std::string& what, int cseq, const More& more = {}) {
    return say(true, ms, what, cseq, more);
  }
  Scripted& bob(std::int64_t ms, const std::string& what, int cseq, const More& more = {}) {
    return say(false, ms, what, cseq, more);
  }
  // Set-up until the ACK at 510 ms.
  Scripted& answered() {
    alice(0, "INVITE", 1, {.to_tag = "", .body = sdp(kAlice.host, 4000)});
    bob(2, "100 to INVITE", 1);
    bob(20, "180 to INVITE", 1);
    bob(500, "200 to INVITE", 1, {.body = sdp(kBob.host, 4002)});
    return alice(510, "ACK", 1);
  }
  // A packet of RTP between the ports of answered().
  Scripted& rtp(std::int64_t ms, bool is_alices, std::uint16_t sequence = 1) {
    capture::MediaPacket packet{
        .mark = mark(ms), .sequence = sequence, .ssrc = is_alices ? 1U : 2U};
    const auto address = [](unsigned a, unsigned b, unsigned c, unsigned d) {
      capture::Address found;
      found.bytes = {static_cast<unsigned char>(a), static_cast<unsigned char>(b),
                     static_cast<unsigned char>(c), static_cast<unsigned char>(d)};
      return found;
    };
    packet.flow = {address(192, 0, 2, 10), address(198, 51, 100, 20), 4000, 4002};
    if (!is_alices) {
      std::swap(packet.flow.source, packet.flow.destination);
      std::swap(packet.flow.source_port, packet.flow.destination_port);
    }
    traffic_.add(packet);
    return *this;
  }
  // What no parser accepts.
  Scripted& broken(std::int64_t ms, const std::string& bytes) {
    traffic_.add({.mark = mark(ms),
                  .source = caller_,
                  .destination = callee_,
                  .bytes = bytes,
                  .fault = "It is broken."});
    return *this;
  }
  // All that follows was seen by this tap.
  Scripted& by_tap(std::uint32_t tap) {
    tap_ = tap;
    return *this;
  }
  // All that follows has this identification of IP.
  Scripted& with_ip_id(std::uint16_t id) {
    ip_id_ = id;
    return *this;
  }
  // Messages go between these addresses from now on.
  Scripted& between(const Endpoint& caller, const Endpoint& callee) {
    caller_ = caller;
    callee_ = callee;
    return *this;
  }

  [[nodiscard]] Calls take() { return traffic_.take(); }
  // The findings of the only call, when the capture goes on until `end_ms`.
  [[nodiscard]] Findings judged(std::int64_t end_ms) {
    const Calls calls = take();
    EXPECT_EQ(calls.calls.size(), 1U);
    return judge(calls.calls.at(0), {end_ms * 1'000'000});
  }

 private:
  capture::PacketMark mark(std::int64_t ms) { return {++packets_, ms * 1'000'000, tap_}; }

  Scripted& say(bool is_alices, std::int64_t ms, const std::string& what, int cseq,
                const More& more) {
    const std::size_t to = what.find(" to ");
    const bool is_request = to == what.npos;
    const std::string method = is_request ? what : what.substr(to + 4);
    const bool alice_asked = is_alices == is_request;
    const std::string number = std::to_string(cseq);
    const std::string asker = alice_asked ? "alice" : "bob";
    const bool is_of_invite = method == "CANCEL";  // it repeats the branch
    const std::string branch =
        more.branch.empty() ? "z9hG4bK-" + asker + (is_of_invite ? "INVITE" : method) + number
                            : more.branch;
    const std::string a = "<sip:alice@192.0.2.10>;tag=a";
    const std::string b =
        "<sip:bob@198.51.100.20>" + (more.to_tag.empty() ? std::string{} : ";tag=" + more.to_tag);
    const Endpoint& via = alice_asked ? caller_ : callee_;
    std::string bytes = is_request ? what + " sip:x@198.51.100.20 SIP/2.0\r\n"
                                   : "SIP/2.0 " + what.substr(0, 3) + " Reason\r\n";
    bytes += "Via: SIP/2.0/UDP " + to_text(via) + ";branch=" + branch + "\r\nMax-Forwards: 70\r\n" +
             "From: " + (alice_asked ? a : b) + "\r\nTo: " + (alice_asked ? b : a) +
             "\r\nCall-ID: " + more.call_id + "\r\nCSeq: " + number + " " + method + "\r\n" +
             more.lines;
    if (!more.body.empty()) bytes += "Content-Type: application/sdp\r\n";
    bytes += "Content-Length: " + std::to_string(more.body.size()) + "\r\n\r\n" + more.body;
    auto message = sip::parse(bytes);
    EXPECT_TRUE(message.has_value()) << bytes;
    traffic_.add({.mark = mark(ms),
                  .first_packet = packets_,
                  .source = is_alices ? caller_ : callee_,
                  .destination = is_alices ? callee_ : caller_,
                  .ip_id = ip_id_,
                  .bytes = bytes,
                  .message = message ? std::optional{*message} : std::nullopt});
    return *this;
  }

  Traffic traffic_;
  Endpoint caller_ = kAlice;
  Endpoint callee_ = kBob;
  std::uint64_t packets_ = 0;
  std::uint32_t tap_ = 0;
  std::uint16_t ip_id_ = 0;
};

// "I-29 R-5407-3.2.1", in the order of time; those of kOpen with a question mark.
inline std::string rules(const Findings& findings) {
  std::string text;
  for (const Finding& each : findings) {
    text += (text.empty() ? "" : " ") + each.rule + (each.kind == Kind::kOpen ? "?" : "");
  }
  return text;
}

inline std::string sentences(const Findings& findings) {
  std::string text;
  for (const Finding& each : findings) text += each.rule + ": " + each.sentence + "\n";
  return text;
}

}  // namespace lastcall::replay::wire
