#include "engine/host/connection.hpp"

#include "engine/base/match.hpp"
#include "engine/host/net.hpp"

#include <utility>

namespace lastcall::host {
namespace {

using boost::system::error_code;

constexpr std::string_view kPing = "\r\n\r\n";  // RFC 5626 3.5.1
constexpr std::string_view kPong = "\r\n";
// After the last byte of ours: how long the peer may take to close its side.
constexpr Duration kLinger = std::chrono::seconds{1};
// Requests to remember as unanswered; beyond, their own timers tell.
constexpr std::size_t kUnansweredMax = 256;

}  // namespace

Connection::Connection(StreamSocket socket, PeerIdentity peer, ConnectionTimes times,
                       const Observer& observer)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      times_(times),
      observer_(observer),
      peer_timer_(socket_.get_executor()),
      ping_timer_(socket_.get_executor()) {}

void Connection::accept() {
  message_due_ = true;
  wait_for_peer(times_.message, "no message came");
  socket_.accept([self = shared_from_this()](const error_code& error) { self->opened(error); });
}

void Connection::connect() {
  ours_ = true;
  wait_for_peer(times_.connect, "it does not answer");
  // The endpoint is numeric, as Connections has seen.
  socket_.connect(*tcp_endpoint(peer_.endpoint), peer_.server,
                  [self = shared_from_this()](const error_code& error) { self->opened(error); });
}

void Connection::opened(const error_code& error) {
  if (phase_ == Phase::kClosed) return;
  if (error) return fail(socket_.reason(error));
  if (ours_) keep_alive();
  // Of who connected a first message is due as well; WebSockets look after themselves.
  if (ours_ || is_web()) peer_timer_.cancel();
  if (phase_ == Phase::kOpening) phase_ = Phase::kOpen;
  read();
  write_next();
}

void Connection::read() {
  socket_.read([self = shared_from_this()](const error_code& error, std::string_view bytes) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->fail(error.message());
    self->received(bytes);
    if (self->phase_ != Phase::kClosed) self->read();
  });
}

void Connection::received(std::string_view bytes) {
  unanswered_.clear();  // whoever speaks has not forgotten us
  if (std::exchange(pong_due_, false) && bytes == kPong) ponged_ = true;
  if (phase_ == Phase::kClosing || framing_lost_) return;
  if (!is_web()) return received_stream(bytes);
  // RFC 7118 5: one message per WebSocket message.
  if (bytes == kPing) return answer_ping();
  deliver(std::string{bytes});
}

void Connection::received_stream(std::string_view bytes) {
  framer_.push(bytes);
  bool more = true;
  while (more && takes_more() && !framing_lost_) {
    more = match(
        framer_.next(), [](const sip::NeedMore&) { return false; },
        [this](const sip::KeepAlivePing&) {
          answer_ping();
          return true;
        },
        [this](sip::MessageBytes message) {
          deliver(std::move(message.bytes));
          return true;
        },
        [this](sip::FramingFault fault) {
          framing_lost_ = true;
          // The engine answers what can be answered, and orders the end.
          deliver(std::move(fault.head));
          return false;
        });
  }
  expect_rest();
}

// Whoever begins a message has a while to end it, however slowly the bytes come.
void Connection::expect_rest() {
  if (framing_lost_) {
    wait_for_peer(times_.message, "its messages cannot be told apart");
  } else if (!framer_.has_partial() && !message_due_) {
    peer_timer_.cancel();
  } else if (!std::exchange(message_due_, true)) {
    wait_for_peer(times_.message, "a message was not finished");
  }
}

void Connection::deliver(std::string message) {
  message_due_ = false;
  last_used_ = std::chrono::steady_clock::now();
  observer_.received(*this, std::move(message));
}

// RFC 5626 4.4.1: the side that connected pings, the other answers.
void Connection::answer_ping() {
  message_due_ = false;
  if (!ours_) (void)send({.wire = {std::string{kPong}}});
}

bool Connection::send(Transmit order) {
  const std::size_t bytes = order.wire.bytes.size();
  if (!takes_more() || waiting_bytes_ + bytes > limits::kWaitingBytesMax) return false;
  waiting_bytes_ += bytes;
  waiting_.push_back(std::move(order));
  write_next();
  return true;
}

void Connection::write_next() {
  const bool may_write = phase_ == Phase::kOpen || phase_ == Phase::kClosing;
  if (!may_write || writing_) return;
  if (waiting_.empty()) return finish_closing();
  writing_ = true;
  socket_.write(waiting_.front().wire.bytes,
                [self = shared_from_this()](const error_code& error) { self->written(error); });
}

void Connection::written(const error_code& error) {
  writing_ = false;
  if (phase_ == Phase::kClosed) return;
  if (error) return fail(error.message());
  last_used_ = std::chrono::steady_clock::now();
  const Transmit& order = waiting_.front();
  if (order.transaction) unanswered_.push_back(order.transaction);
  if (unanswered_.size() > kUnansweredMax) unanswered_.pop_front();
  waiting_bytes_ -= order.wire.bytes.size();
  waiting_.pop_front();
  write_next();
}

void Connection::close() {
  if (!takes_more()) return;
  if (phase_ == Phase::kOpening) return fail("it was closed before it was open");
  phase_ = Phase::kClosing;
  write_next();
}

// A socket that is closed while bytes of the peer wait in it resets the connection, and our last
// words may be lost: so the peer may finish.
void Connection::finish_closing() {
  if (phase_ != Phase::kClosing) return;
  socket_.shut_down();
  wait_for_peer(kLinger, "it was closed");
}

void Connection::fail(const std::string& reason) {
  if (std::exchange(phase_, Phase::kClosed) == Phase::kClosed) return;
  socket_.close();
  peer_timer_.cancel();
  ping_timer_.cancel();
  Loss loss{.reason = reason,
            .unsent = {waiting_.begin(), waiting_.end()},
            .unanswered = {unanswered_.begin(), unanswered_.end()}};
  observer_.lost(*this, std::move(loss));
}

void Connection::wait_for_peer(Duration length, const char* reason) {
  peer_timer_.expires_after(length);
  peer_timer_.async_wait([self = shared_from_this(), reason](const error_code& error) {
    if (!error) self->fail(reason);
  });
}

void Connection::keep_alive() {
  ping_timer_.expires_after(times_.ping);
  ping_timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error) return;
    self->pong_due_ = self->send({.wire = {std::string{kPing}}});
    // Only a peer that has ponged before is known to do so.
    self->ponged_ ? self->expect_pong() : self->keep_alive();
  });
}

void Connection::expect_pong() {
  ping_timer_.expires_after(times_.pong);
  ping_timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error) return;
    self->pong_due_ ? self->fail("it does not answer pings") : self->keep_alive();
  });
}

}  // namespace lastcall::host
