#pragma once
// SIP messages as text: a writer for requests, and the compositions the RFCs prescribe: responses
// (RFC 3261 8.2.6), the ACK for a failure (17.1.1.3), CANCEL (9.1). sip::parse reads back what is
// written here. CR and LF inside a value become spaces, so no value can add a header line.
// Called by the transaction and dialog layers, the client side of tools and the simulated peer.

#include "engine/model/endpoint.hpp"
#include "engine/model/sip_message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace lastcall::sip {

// Composes one request; header lines stand in the order of the calls, Via belongs first.
//
//   Writer w{Method::kBye, target};
//   w.via(local, branch).max_forwards(70).header(Header::kFrom, from).cseq(2);
//   std::string text = std::move(w).finish({}, {});
class Writer {
 public:
  Writer(Method method, std::string_view uri);
  // For methods without an enumerator.
  Writer(std::string_view method, std::string_view uri);

  // Via with the branch and an empty rport (RFC 3581 3).
  Writer& via(const Endpoint& sent_by, std::string_view branch);
  Writer& max_forwards(std::uint8_t hops);
  // CSeq with the method of the start line.
  Writer& cseq(std::uint32_t number);
  Writer& header(Header kind, std::string_view value);
  Writer& header(std::string_view name, std::string_view value);
  // Complete lines, each with its CRLF, as header_line() gives them.
  Writer& lines(std::string_view lines);

  // Adds Content-Type (if there is a body), Content-Length and the body.
  [[nodiscard]] std::string finish(std::string_view body, std::string_view content_type) &&;

 private:
  std::string method_;
  std::string text_;
};

// "Name: value" with its CRLF.
[[nodiscard]] std::string header_line(Header kind, std::string_view value);
[[nodiscard]] std::string header_line(std::string_view name, std::string_view value);

// How a message ends: Content-Type (if there is a body), Content-Length, the empty line, the body.
[[nodiscard]] std::string body_text(std::string_view body, std::string_view content_type);

// "SIP/2.0/UDP host:port": what a Via begins with.
[[nodiscard]] std::string sent_by_text(const Endpoint& local);

// "<sip:host:port>", for Contact and the like.
[[nodiscard]] std::string contact_of(const Endpoint& local);

// What every response to this request begins with behind its status line (8.2.6.2): all Vias (the
// top one with received and rport as RFC 3261 18.2.1 and RFC 3581 4 ask, given the source of the
// datagram), From, Call-ID, CSeq and To. When To has no tag yet the text ends behind its value,
// without a CRLF, so that response() can add one. Keep it to answer later without the request.
[[nodiscard]] std::string response_head(const SipMessage& request, const Endpoint& source);

struct ResponseParts {
  int status = 200;
  std::string_view to_tag = {};  // empty: none (only right for 100)
  std::string_view lines = {};   // further complete header lines, those of Record-Route first
  std::string_view body = {};
  std::string_view content_type = {};  // of the body
  std::string_view reason = {};        // empty: the usual reason phrase
};
// The response: status line, `head`, the parts. `to_tag` is used only when the request had none.
[[nodiscard]] std::string response(std::string_view head, const ResponseParts& parts);

// The Record-Route lines of a request, for responses that make a dialog (12.1.1); may be empty.
[[nodiscard]] std::string record_route_lines(const SipMessage& request);

// RFC 3261 17.1.1.3: the ACK for a 3xx to 6xx; `invite` as it was sent, same branch and Route.
[[nodiscard]] std::string ack_for_failure(const SipMessage& invite, const SipMessage& response);

// RFC 3261 9.1: the CANCEL for an INVITE as it was sent.
[[nodiscard]] std::string cancel_for(const SipMessage& invite);

// Where the response to a request goes that came from `source` (RFC 3261 18.2.2, RFC 3581 4). On
// reliable transports that is the connection it came on, named by `source`.
[[nodiscard]] Endpoint response_destination(const SipMessage& request, const Endpoint& source);

// "Ringing" for 180 and so on; the phrase of the class (x00) for a code without one.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace lastcall::sip
