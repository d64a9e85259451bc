#pragma once
// A byte stream cut into SIP messages (RFC 3261 18.3, 7.5, 20.14): strictly by Content-Length,
// which every message on a stream must have. Gives the same messages however the stream was split.
// Reads no socket and parses no message; one Framer belongs to one TCP or TLS connection of the
// host or of a simulated peer. After each push() call next() until it needs more: then it holds at
// most one unfinished message within the limits.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace lastcall::sip {

struct NeedMore {};

// CRLF CRLF between messages: the peer asks for a CRLF to see that we live (RFC 5626 3.5.1).
struct KeepAlivePing {};

// One complete message: headers and as many body bytes as its Content-Length says.
struct MessageBytes {
  std::string bytes;
};

// Where the next message begins is unknown: answer if possible, then close. What is pushed
// afterwards is ignored.
struct FramingFault {
  // What was read of start line and headers. sip::parse finds in it (as a message, or in its error)
  // the request to answer; a response or something else gets no answer.
  std::string head;
  std::string sentence;
  int status = 400;  // 400, or 513 for what is too large
};

using Framed = std::variant<NeedMore, KeepAlivePing, MessageBytes, FramingFault>;

class Framer {
 public:
  // Takes bytes as they arrived; any number.
  void push(std::string_view bytes);
  // The next thing in the stream.
  [[nodiscard]] Framed next();
  // Whether a message has begun that is not complete: an idle peer may be given up (RFC 4475
  // 3.1.2.2). A line end that waits for the rest of its ping begins no message.
  [[nodiscard]] bool has_partial() const;
  // What has come of it; empty if none has begun. Valid until the next call.
  [[nodiscard]] std::string_view partial() const { return has_partial() ? rest() : ""; }

 private:
  [[nodiscard]] std::string_view rest() const { return std::string_view{buffer_}.substr(begin_); }
  [[nodiscard]] std::optional<Framed> skip_line_ends();
  [[nodiscard]] std::optional<Framed> find_head();
  [[nodiscard]] Framed fault(std::string_view head, const char* sentence, int status);

  std::string buffer_;
  std::size_t begin_ = 0;         // of what was not given out
  std::size_t searched_ = 0;      // of it, searched for the end of the headers
  std::size_t message_size_ = 0;  // 0: not known yet
  bool broken_ = false;
};

}  // namespace lastcall::sip
