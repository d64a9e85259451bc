#pragma once
// The three messages that parsers are measured with: an INVITE with a session description, the 200
// that answers it and a BYE, with the headers that phones send. Made for this purpose; no names or
// addresses of anybody.

#include <array>
#include <string_view>

namespace lastcall::tools {

struct BenchMessage {
  std::string_view name;
  std::string_view text;
};

inline constexpr std::array<BenchMessage, 3> kBenchMessages{{
    {"INVITE",
     "INVITE sip:bob@biloxi.example.com;transport=udp SIP/2.0\r\n"
     "Via: SIP/2.0/UDP pc33.atlanta.example.com:5060;branch=z9hG4bK74b43f1c9a;rport\r\n"
     "Max-Forwards: 70\r\n"
     "From: \"Alice Liddell\" <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "To: \"Bob\" <sip:bob@biloxi.example.com>\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 20711 INVITE\r\n"
     "Contact: <sip:alice@192.0.2.101:5060;transport=udp>\r\n"
     "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, UPDATE\r\n"
     "Supported: replaces, timer, 100rel\r\n"
     "Session-Expires: 1800;refresher=uac\r\n"
     "User-Agent: ExamplePhone/4.2.1\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: 240\r\n"
     "\r\n"
     "v=0\r\n"
     "o=alice 2890844526 2890844526 IN IP4 192.0.2.101\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.101\r\n"
     "t=0 0\r\n"
     "m=audio 49172 RTP/AVP 0 8 101\r\n"
     "a=rtpmap:0 PCMU/8000\r\n"
     "a=rtpmap:8 PCMA/8000\r\n"
     "a=rtpmap:101 telephone-event/8000\r\n"
     "a=fmtp:101 0-15\r\n"
     "a=ptime:20\r\n"
     "a=sendrecv\r\n"},
    {"200",
     "SIP/2.0 200 OK\r\n"
     "Via: SIP/2.0/UDP pc33.atlanta.example.com:5060;branch=z9hG4bK74b43f1c9a;rport=5060\r\n"
     "From: \"Alice Liddell\" <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "To: \"Bob\" <sip:bob@biloxi.example.com>;tag=314159\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 20711 INVITE\r\n"
     "Contact: <sip:bob@192.0.2.4:5060>\r\n"
     "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: 168\r\n"
     "\r\n"
     "v=0\r\n"
     "o=bob 2808844564 2808844564 IN IP4 192.0.2.4\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.4\r\n"
     "t=0 0\r\n"
     "m=audio 3456 RTP/AVP 0 101\r\n"
     "a=rtpmap:0 PCMU/8000\r\n"
     "a=rtpmap:101 telephone-event/8000\r\n"},
    {"BYE",
     "BYE sip:alice@192.0.2.101:5060;transport=udp SIP/2.0\r\n"
     "Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bKnashds10;rport\r\n"
     "Max-Forwards: 70\r\n"
     "From: \"Bob\" <sip:bob@biloxi.example.com>;tag=314159\r\n"
     "To: \"Alice Liddell\" <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 231 BYE\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
}};

}  // namespace lastcall::tools
