#pragma once
// Connection: one open stream that carries SIP. Opens, cuts what comes into messages, writes in
// order, answers pings, and gives up on a peer that does not finish what it began. Its table
// (Connections) decides who uses it. Used from the shard's thread only.

#include "engine/host/stream_socket.hpp"
#include "engine/model/limits.hpp"
#include "engine/model/output.hpp"
#include "engine/sip/framer.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lastcall::host {

// Who is at the other end. Connections of different identities are never shared: `server` is whom
// the certificate was checked against, empty if it was not (TCP, or who connected to us).
struct PeerIdentity {
  Endpoint endpoint;
  std::string server;
  auto operator<=>(const PeerIdentity&) const = default;
};

// How long a connection waits for what.
struct ConnectionTimes {
  Duration connect = limits::kConnectTimeout;
  Duration message = limits::kMessageTimeout;  // also for the first one
  Duration ping = limits::kPingInterval;
  Duration pong = limits::kPongTimeout;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // What is left when a connection is gone.
  struct Loss {
    std::string reason;
    std::vector<Transmit> unsent;           // never handed over whole
    std::vector<TransactionId> unanswered;  // handed over, and nothing at all came back since
  };
  // Who is told. `lost` is called exactly once, last.
  struct Observer {
    std::function<void(Connection&, std::string message)> received;
    std::function<void(Connection&, Loss)> lost;
  };
  Connection(StreamSocket socket, PeerIdentity peer, ConnectionTimes times,
             const Observer& observer);

  // The one or the other, once.
  void accept();
  void connect();

  // Waits until the connection is open. False if too much waits already, or it closes.
  [[nodiscard]] bool send(Transmit order);
  // Closes once what was given has left.
  void close();
  // Closes now.
  void fail(const std::string& reason);

  [[nodiscard]] const PeerIdentity& peer() const { return peer_; }
  [[nodiscard]] bool takes_more() const { return phase_ < Phase::kClosing; }
  // Nothing that comes can be cut into messages any more.
  [[nodiscard]] bool framing_lost() const { return framing_lost_; }
  // When the last message went or came.
  [[nodiscard]] std::chrono::steady_clock::time_point last_used() const { return last_used_; }

 private:
  enum class Phase : std::uint8_t { kOpening, kOpen, kClosing, kClosed };

  void opened(const boost::system::error_code& error);
  void read();
  void received(std::string_view bytes);
  void received_stream(std::string_view bytes);
  void answer_ping();
  void expect_rest();
  void deliver(std::string message);
  void write_next();
  void written(const boost::system::error_code& error);
  void finish_closing();
  void wait_for_peer(Duration length, const char* reason);
  void keep_alive();
  void expect_pong();
  [[nodiscard]] bool is_web() const { return peer_.endpoint.transport == Transport::kWs; }

  StreamSocket socket_;
  const PeerIdentity peer_;
  const ConnectionTimes times_;
  const Observer& observer_;
  Phase phase_ = Phase::kOpening;
  bool ours_ = false;  // we connected: we ping
  std::chrono::steady_clock::time_point last_used_ = std::chrono::steady_clock::now();

  sip::Framer framer_;
  bool framing_lost_ = false;
  bool message_due_ = false;  // begun and not whole, or the first one of who connected

  std::deque<Transmit> waiting_;  // the first is being written if writing_
  std::size_t waiting_bytes_ = 0;
  bool writing_ = false;
  std::deque<TransactionId> unanswered_;

  boost::asio::steady_timer peer_timer_;  // the peer owes us a handshake, a message or its end
  boost::asio::steady_timer ping_timer_;
  bool pong_due_ = false;
  bool ponged_ = false;  // it answers pings: a silent one is dead (RFC 5626 4.4.1)
};

}  // namespace lastcall::host
