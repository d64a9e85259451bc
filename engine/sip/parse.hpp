#pragma once
// Bytes to SIP messages (RFC 3261 7, 18.3, 20, 25), in one pass and without copying: the message
// owns the datagram, headers are slices of it. Strict where RFC 4475 says reject, lenient where it
// says accept. Does not judge what a request wants; the transaction layer calls it inside `decide`.
// Every input gives a message or an error, never a crash, in time linear in its size.

#include "engine/model/sip_message.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

namespace lastcall::sip {

struct MessageError {
  std::size_t position = 0;  // byte offset into the datagram
  std::string sentence;
  bool keep_alive = false;  // nothing but CRLFs: a keep-alive (RFC 5626 3.5.1), no fault
  int status = 0;           // the answer this deserves (400, 501, 505); 0: drop it silently
  // What could be read, exactly when `status` is not 0: the Via, From, To, Call-ID and CSeq lines
  // that response_head() copies and the top Via that response_destination() reads. Other eager
  // parts may be empty.
  std::optional<SipMessage> request;
};

// Reads one datagram. Guarantees about the message: exactly one From, To, Call-ID and CSeq and at
// least one Via; CSeq < 2^32 with the method of the request; a request has Max-Forwards unless its
// sender speaks RFC 2543 (no branch cookie); Contact, Route and Record-Route decode as NameAddr
// lists (or Contact: *). Bytes after Content-Length are dropped; too few are an error (18.3).
[[nodiscard]] std::expected<SipMessage, MessageError> parse(std::string datagram);

}  // namespace lastcall::sip
