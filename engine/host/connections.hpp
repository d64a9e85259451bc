#pragma once
// Connections: the open connections of an engine by who is at the other end, and what follows from
// that: reuse, the way back when one is gone, and how many there may be. Knows no messages, only
// orders and what came in. Used from the shard's thread only.

#include "engine/host/connection.hpp"
#include "engine/host/tls.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace lastcall::host {

class Connections {
 public:
  struct Settings {
    // What the engine calls the end at our side, by transport.
    std::map<Transport, Endpoint> contacts;
    ConnectionTimes times;
    std::size_t connections_max = limits::kConnectionsMax;
  };
  struct Reports {
    std::function<void(DatagramReceived)> received;
    std::function<void(TransactionId)> failed;     // at most once for an order
    std::function<void(const std::string&)> said;  // why a peer could not be reached, for operators
  };
  Connections(boost::asio::io_context& io, Tls& tls, Settings settings, Reports reports);
  ~Connections();

  // Somebody connected to us.
  void accepted(boost::asio::ip::tcp::socket socket, Carrier carrier);
  // Over the open connection to the destination, else a new one; for a response whose connection is
  // gone, to its fallback (RFC 3261 18.2.2).
  void send(Transmit order);
  // Once what was given to it has left. Among several to one peer, the one whose framing is lost.
  void close(const Endpoint& peer);

  [[nodiscard]] std::size_t size() const { return open_.size(); }
  // What was refused because of a limit: connections, and orders.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  // More than one of an identity while an old one closes.
  using Open = std::multimap<PeerIdentity, std::shared_ptr<Connection>>;

  [[nodiscard]] Connection* find(const Endpoint& peer, const std::string& server) const;
  [[nodiscard]] Connection* connect(const Endpoint& peer, const std::string& server);
  [[nodiscard]] bool make_room();
  void received(const Connection& connection, std::string message);
  void lost(const Connection& connection, Connection::Loss loss);
  void undelivered(Transmit order);

  boost::asio::io_context& io_;
  Tls& tls_;
  const Settings settings_;
  const Reports reports_;
  const Connection::Observer observer_;
  Open open_;
  std::uint64_t refused_ = 0;
  bool ending_ = false;
};

}  // namespace lastcall::host
