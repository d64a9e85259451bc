// What is answered without a transaction, or not at all: nothing vouches for its sender, so that
// answers are few, small and counted (RFC 3261 8.2.7, 18.3, 26.3.2.4).

#include "engine/core/transaction_receive.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/scan.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

namespace lastcall::core {
namespace {

// The value of a Content-Length line; nothing for any other line.
std::optional<std::string_view> length_in(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return std::nullopt;
  const bool is_length =
      sip::header_named(sip::trim(line.substr(0, colon))) == Header::kContentLength;
  return is_length ? std::optional{sip::trim(line.substr(colon + 1))} : std::nullopt;
}

bool is_on_stream(const DatagramReceived& datagram) {
  const Transport transport = datagram.source.transport;
  return transport == Transport::kTcp || transport == Transport::kTls;
}

bool is_keep_alive(const DatagramReceived& datagram) {
  return datagram.wire.bytes.find_first_not_of("\r\n") == std::string::npos;
}

// What the headers of a message say of its end.
struct Frame {
  bool head_ends = false;  // with an empty line
  bool is_clear = true;    // every length is the same number
  std::optional<std::uint64_t> length;
  std::size_t body_bytes = 0;  // behind the empty line
};

Frame frame_of(std::string_view rest) {
  Frame frame;
  rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));
  while (!rest.empty() && !frame.head_ends) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    frame.head_ends = line.empty();
    const auto value = length_in(line);
    if (!value) continue;
    const auto number = sip::parse_number(*value, std::numeric_limits<std::uint64_t>::max());
    frame.is_clear = frame.is_clear && number && (!frame.length || frame.length == number);
    frame.length = number;
  }
  frame.body_bytes = rest.size();
  return frame;
}

}  // namespace

bool ration(const Arrival& at) {
  const Rations& rations = at.state.rations;
  const Instant window = std::chrono::floor<std::chrono::seconds>(at.context.now);
  const std::string& source = at.datagram.source.host;
  const bool fresh = window != rations.window;
  const std::uint32_t* known = fresh ? nullptr : rations.by_source.find(source);
  const bool has_place = fresh || known || rations.by_source.size() < limits::kRationSources;
  if (!has_place || (known != nullptr && *known >= limits::kRationPerSource)) {
    drop(at, DropReason::kRationed, "its source has had its answers for this second");
    return false;
  }
  at.out.record(AnswerRationed{at.datagram.source, window});
  return true;
}

void reject(const Arrival& at, const SipMessage& request, int status, std::string sentence) {
  if (!ration(at)) return;
  const Endpoint& source = at.datagram.source;
  const std::string tag = at.context.draws.response_tag({hash_of(0, request.call_id())});
  const std::string text = sip::response(sip::response_head(request, source),
                                         {.status = status, .to_tag = tag, .reason = sentence});
  at.out.perform({}, Gate::kFree,
                 Transmit{.destination = sip::response_destination(request, source),
                          .local = at.datagram.local,
                          .transaction = {},
                          .wire = {text}});
  drop(at, DropReason::kMalformedAnswered, std::move(sentence));
}

bool is_framed(const DatagramReceived& datagram) {
  if (!is_on_stream(datagram) || is_keep_alive(datagram)) return true;
  const Frame frame = frame_of(datagram.wire.bytes);
  return frame.head_ends && frame.is_clear && frame.length == frame.body_bytes;
}

bool is_too_large(const DatagramReceived& datagram) {
  if (!is_on_stream(datagram)) return false;
  const std::size_t bytes = datagram.wire.bytes.size();
  const Frame frame = frame_of(datagram.wire.bytes);
  if (!frame.head_ends) return bytes >= limits::kStreamHeadBytesMax;
  const std::uint64_t length = frame.length.value_or(0);
  const std::size_t head = bytes - frame.body_bytes;
  return frame.is_clear &&
         (length > limits::kMessageBytesMax || head + length > limits::kMessageBytesMax);
}

void close_connection(const Arrival& at) {
  at.out.perform({}, Gate::kFree, CloseConnection{at.datagram.source});
}

}  // namespace lastcall::core
