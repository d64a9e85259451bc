#include "replay/capture/websocket.hpp"

#include "engine/model/sip_names.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/start_line.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace lastcall::replay::capture {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kReserved = 0x70;  // set by extensions: the first one means compressed
constexpr unsigned kMasked = 0x80;

enum Opcode : unsigned { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPong = 10 };

// The head of a frame (RFC 6455 5.2).
struct Head {
  unsigned flags = 0;
  unsigned opcode = 0;
  std::size_t size = 0;  // of the head
  std::uint64_t length = 0;
  std::string key;  // empty if it is not masked
};

// Nothing while the head is not complete.
std::optional<Head> read_head(Bytes bytes) {
  Reader reader{bytes};
  const unsigned first = reader.u8();
  const unsigned second = reader.u8();
  Head head{.flags = first & (kFinal | kReserved), .opcode = first & 0x0FU};
  head.length = second & 0x7FU;
  if (head.length == 126) {
    head.length = reader.be16();
  } else if (head.length == 127) {
    head.length = static_cast<std::uint64_t>(reader.be32()) << 32U;
    head.length |= reader.be32();
  }
  if ((second & kMasked) != 0) head.key = reader.take(4);
  if (reader.failed()) return std::nullopt;
  head.size = bytes.size() - reader.rest().size();
  return head;
}

// Those bytes of the frame's payload that have come, unmasked.
std::string payload_of(const Head& head, Bytes frame) {
  const std::size_t length = std::min<std::uint64_t>(head.length, frame.size() - head.size);
  std::string payload{frame.substr(head.size, length)};
  for (std::size_t i = 0; i < payload.size() && !head.key.empty(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ head.key[i % 4]);
  }
  return payload;
}

bool is_data(unsigned opcode) { return opcode <= kBinary; }

bool is_known(unsigned opcode) { return is_data(opcode) || (opcode >= kClose && opcode <= kPong); }

bool begins_handshake(Bytes bytes) {
  return bytes.starts_with("GET ") || bytes.starts_with("HTTP/1.1 101");
}

}  // namespace

bool WebSocket::begins(Bytes bytes) {
  if (begins_handshake(bytes)) return true;
  const auto head = read_head(bytes);
  const bool is_first = head && (head->opcode == kText || head->opcode == kBinary);
  return is_first && (head->flags & kReserved) == 0 &&
         start_line(payload_of(*head, bytes)).has_value();
}

std::optional<std::string> WebSocket::next() {
  if (fault_ != nullptr || !take_handshake()) return std::nullopt;
  while (!is_complete_) {
    if (!take_frame()) return std::nullopt;
  }
  is_complete_ = false;
  return std::exchange(message_, {});
}

// False while the handshake is not over.
bool WebSocket::take_handshake() {
  if (!is_open_ && begins_handshake(buffer_)) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::size_t end = buffer_.find(kEnd);
    if (end == std::string::npos) {
      // Some other HTTP: nobody need be told.
      if (buffer_.size() > limits::kStartLineBytesMax) fault_ = "";
      return false;
    }
    std::string head = buffer_.substr(0, end);
    std::ranges::transform(head, head.begin(), [](char c) { return lower(c); });
    if (head.find("\r\nupgrade: websocket") == std::string::npos) fault_ = "";
    buffer_.erase(0, end + kEnd.size());
  }
  is_open_ = fault_ == nullptr;
  return is_open_;
}

// False if no frame is complete, or none can be read.
bool WebSocket::take_frame() {
  const auto head = read_head(buffer_);
  if (!head) return false;
  if (!is_known(head->opcode)) {
    fault_ = "This stream of a WebSocket goes on with no frame.";
  } else if ((head->flags & kReserved) != 0) {
    fault_ = "The messages of this WebSocket are compressed.";
  } else if (head->length + message_.size() > limits::kRecordBytesMax) {
    fault_ = "A message of this WebSocket is too long.";
  }
  if (fault_ != nullptr || buffer_.size() - head->size < head->length) return false;
  if (is_data(head->opcode)) {
    message_ += payload_of(*head, buffer_);
    is_complete_ = (head->flags & kFinal) != 0;
  }
  buffer_.erase(0, head->size + static_cast<std::size_t>(head->length));
  return true;
}

std::string WebSocket::partial() const {
  const auto head = is_open_ ? read_head(buffer_) : std::nullopt;
  const bool has_more = head && fault_ == nullptr && is_data(head->opcode);
  return has_more ? message_ + payload_of(*head, buffer_) : message_;
}

}  // namespace lastcall::replay::capture
