#pragma once
// The messages in one direction of a WebSocket (RFC 6455) that carries SIP (RFC 7118): each of its
// messages is one of SIP. Begins with the handshake or in the middle. Pings and the like are passed
// over; compressed messages (RFC 7692) are not unpacked. tcp.hpp feeds it.

#include "replay/capture/reader.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace lastcall::replay::capture {

class WebSocket {
 public:
  // Whether the bytes of a stream begin with a handshake, or with a frame that begins a message of
  // SIP.
  [[nodiscard]] static bool begins(Bytes bytes);

  void push(Bytes bytes) { buffer_.append(bytes); }
  // The next message; nothing until there is more, or for ever behind a fault.
  [[nodiscard]] std::optional<std::string> next();

  // Whether the handshake is over, so that this is a WebSocket.
  [[nodiscard]] bool is_open() const { return is_open_; }
  // Why nothing more can be read, as a sentence, empty for other HTTP; null if all is well.
  [[nodiscard]] const char* fault() const { return fault_; }
  [[nodiscard]] std::size_t waiting_bytes() const { return buffer_.size() + message_.size(); }
  // What has come of the message that is not complete.
  [[nodiscard]] std::string partial() const;

 private:
  [[nodiscard]] bool take_handshake();
  [[nodiscard]] bool take_frame();

  std::string buffer_;        // not read yet
  std::string message_;       // the frames so far of a message in several
  bool is_complete_ = false;  // of it
  bool is_open_ = false;
  const char* fault_ = nullptr;
};

}  // namespace lastcall::replay::capture
