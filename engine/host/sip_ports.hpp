#pragma once
// SipPorts: everything of an engine that speaks SIP to the network: UDP and TCP on one address,
// TLS and WebSocket where wanted, and the connections. Sends each order by the transport of its
// destination. Used from the shard's thread only.

#include "engine/host/connections.hpp"
#include "engine/host/sip_addresses.hpp"
#include "engine/host/stream_port.hpp"
#include "engine/host/tls.hpp"
#include "engine/host/udp_port.hpp"

#include <boost/asio/io_context.hpp>

#include <expected>
#include <memory>
#include <optional>

namespace lastcall::host {

class SipPorts {
 public:
  // All of them, or an error.
  [[nodiscard]] static std::expected<std::unique_ptr<SipPorts>, HostError> open(
      boost::asio::io_context& io, const SipAddresses& addresses);

  // Begins to receive. The ports must outlive the io_context's run.
  void listen(Connections::Reports reports);

  // REQUIRES: listening. Failures are reported.
  void send(const Transmit& order);
  void close(const CloseConnection& order) { connections_->close(order.connection); }

  [[nodiscard]] const SipContacts& contacts() const { return contacts_; }

 private:
  SipPorts(boost::asio::io_context& io) : io_(io) {}
  [[nodiscard]] std::expected<void, HostError> open_udp_and_tcp(const Endpoint& local);

  boost::asio::io_context& io_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<UdpPort> udp_;
  std::unique_ptr<StreamPort> tcp_port_, tls_port_, ws_port_;
  SipContacts contacts_;
  Connections::Reports reports_;
  std::optional<Connections> connections_;
};

}  // namespace lastcall::host
