#pragma once
// One call that is up, between a callee and a peer of its own, while strangers send what they like.

#include "tests/torture/callee.hpp"

#include <string>

namespace lastcall::torture {

inline const Endpoint kFriend{"192.0.2.2", 5060, Transport::kUdp};

// A request of the friend, in the dialog when `to_tag` is not empty.
inline std::string friend_request(const std::string& method, const std::string& to_tag,
                                  const std::string& body) {
  return method +
         " sip:lastcall@192.0.2.1 SIP/2.0\r\n"
         "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKfriend" +
         method +
         "\r\n"
         "Max-Forwards: 70\r\n"
         "From: <sip:friend@192.0.2.2>;tag=f7219\r\n"
         "To: <sip:lastcall@192.0.2.1>" +
         (to_tag.empty() ? "" : ";tag=" + to_tag) +
         "\r\n"
         "Call-ID: 83c05d17@192.0.2.2\r\n"
         "CSeq: 7 " +
         method +
         "\r\n"
         "Contact: <sip:friend@192.0.2.2>\r\n"
         "Content-Type: application/sdp\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A callee that talks with its friend. The friend's call is Callee::call().
inline Callee with_live_call() {
  Callee callee;
  (void)callee.receive(friend_request("INVITE", "",
                                      "v=0\r\no=friend 1 1 IN IP4 192.0.2.2\r\ns=-\r\n"
                                      "c=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"),
                       kFriend);
  const std::string accept = callee.answer().back();
  const std::size_t tag = accept.find(";tag=", accept.find("\r\nTo:")) + 5;
  (void)callee.receive(
      friend_request("ACK", accept.substr(tag, accept.find_first_of("\r;", tag) - tag), ""),
      kFriend);
  return callee;
}

}  // namespace lastcall::torture
