#pragma once
// SIP messages of the peer, as text. The peer lives at 192.0.2.2, the engine at 192.0.2.1.

#include "engine/model/input.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/write.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace lastcall::core {

inline const Endpoint kPeer{"192.0.2.2", 5060, Transport::kUdp};
inline const Endpoint kUs{"192.0.2.1", 5060, Transport::kUdp};
inline constexpr std::string_view kCallId = "call-1@peer";
inline constexpr std::string_view kPeerTag = "peer-tag";

inline std::string sdp_text(std::string_view direction = "sendrecv",
                            std::string_view address = "192.0.2.2") {
  return "v=0\r\no=peer 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 " + std::string{address} +
         "\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=" + std::string{direction} + "\r\n";
}

// A request of the peer; what a test does not name is as usual.
struct PeerRequest {
  Method method = Method::kInvite;
  std::uint32_t cseq = 1;
  std::string branch = "b1";
  std::string to_tag = {};
  std::string lines = {};
  std::string body = {};
  std::string contact = "<sip:peer@192.0.2.2>";
  std::string type = "application/sdp";
  std::string uri = "sip:lastcall@192.0.2.1";
  std::string from_tag{kPeerTag};
  std::string call_id{kCallId};
};

inline std::string text_of(const PeerRequest& r) {
  sip::Writer writer{r.method, r.uri};
  writer.via(kPeer, "z9hG4bK" + r.branch)
      .max_forwards(70)
      .header(Header::kFrom, "<sip:peer@192.0.2.2>;tag=" + r.from_tag)
      .header(Header::kTo,
              "<sip:lastcall@192.0.2.1>" + (r.to_tag.empty() ? "" : ";tag=" + r.to_tag))
      .header(Header::kCallId, r.call_id)
      .cseq(r.cseq)
      .lines(r.lines);
  if (!r.contact.empty()) writer.header(Header::kContact, r.contact);
  return std::move(writer).finish(r.body, r.body.empty() ? std::string_view{} : r.type);
}

inline SipMessage parsed(const std::string& text) {
  auto message = sip::parse(text);
  if (!message) throw std::runtime_error(message.error().sentence + "\n" + text);
  return *std::move(message);
}

// The peer's response to a request that the engine sent.
struct PeerResponse {
  int status = 200;
  std::string to_tag = "callee-tag";
  std::string lines = {};
  std::string body = {};
  std::string contact = "<sip:callee@192.0.2.2>";
};

inline std::string text_of(const std::string& request, const PeerResponse& r) {
  const SipMessage message = parsed(request);
  std::string lines = r.lines;
  if (!r.contact.empty()) lines += sip::header_line(Header::kContact, r.contact);
  return sip::response(sip::response_head(message, kUs),
                       {.status = r.status,
                        .to_tag = r.to_tag,
                        .lines = lines,
                        .body = r.body,
                        .content_type = r.body.empty() ? std::string_view{} : "application/sdp"});
}

inline DatagramReceived datagram(std::string bytes) { return {kPeer, kUs, {std::move(bytes)}}; }

inline std::string header_of(const std::string& bytes, Header kind) {
  return std::string{parsed(bytes).header(kind).value_or("")};
}

}  // namespace lastcall::core
