#pragma once
// Messages that the tests of this floor share.

#include "engine/sip/parse.hpp"

#include <stdexcept>
#include <string>

namespace lastcall::sip {

// A complete INVITE outside any dialog, without a body.
inline const std::string kInvite =
    "INVITE sip:bob@192.0.2.4 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK776asdhds;rport\r\n"
    "Max-Forwards: 70\r\n"
    "To: Bob <sip:bob@192.0.2.4>\r\n"
    "From: \"Alice, A.\" <sip:alice@192.0.2.1>;tag=1928301774\r\n"
    "Call-ID: a84b4c76e66710@192.0.2.1\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:alice@192.0.2.1:5062>\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

// `text` with the first `from` replaced; the test is wrong if there is none.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return "the test replaces what is not there: " + from;
  return text.replace(at, from.size(), to);
}

// A message that must be good.
inline SipMessage parsed(const std::string& text) {
  auto message = parse(text);
  if (!message) throw std::runtime_error(message.error().sentence + "\n" + text);
  return *std::move(message);
}

// The error of a message that must be bad.
inline MessageError refused(const std::string& text) {
  auto message = parse(text);
  if (message) throw std::runtime_error("accepted:\n" + text);
  return std::move(message).error();
}

}  // namespace lastcall::sip
