#include "engine/host/sip_ports.hpp"

#include <utility>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;

// How often a free UDP port is looked for whose TCP port is free as well.
constexpr int kPortsTried = 32;

// Opens one more port and writes down its contact.
std::expected<void, HostError> open_stream(asio::io_context& io, const Endpoint& local,
                                           Carrier carrier, std::unique_ptr<StreamPort>& port) {
  auto opened = StreamPort::open(io, local, carrier);
  if (!opened) return std::unexpected(opened.error());
  port = std::move(*opened);
  return {};
}

}  // namespace

std::expected<std::unique_ptr<SipPorts>, HostError> SipPorts::open(asio::io_context& io,
                                                                   const SipAddresses& addresses) {
  std::unique_ptr<SipPorts> ports{new SipPorts{io}};
  const bool needs_certificate = addresses.tls || addresses.wss;
  if (needs_certificate && (addresses.files.certificate.empty() || addresses.files.key.empty())) {
    return std::unexpected(
        HostError{HostFault::kEnvironment, "TLS needs a certificate and its key, as PEM files."});
  }
  auto tls = Tls::open(addresses.files);
  if (!tls) return std::unexpected(tls.error());
  ports->tls_ = std::move(*tls);

  auto opened = ports->open_udp_and_tcp(addresses.sip);
  if (opened && addresses.tls) {
    opened = open_stream(io, *addresses.tls, Carrier::kTls, ports->tls_port_);
  }
  if (opened && addresses.wss) {
    opened = open_stream(io, *addresses.wss, Carrier::kWss, ports->ws_port_);
  } else if (opened && addresses.ws) {
    opened = open_stream(io, *addresses.ws, Carrier::kWs, ports->ws_port_);
  }
  if (!opened) return std::unexpected(opened.error());
  ports->contacts_.sip = ports->udp_->contact();
  if (ports->tls_port_) ports->contacts_.tls = ports->tls_port_->contact();
  if (ports->ws_port_) ports->contacts_.ws = ports->ws_port_->contact();
  return ports;
}

// RFC 3261 18.2.1: who listens on UDP listens on TCP, at the same address and port. A port that we
// may choose is one that is free for both.
std::expected<void, HostError> SipPorts::open_udp_and_tcp(const Endpoint& local) {
  for (int tried = 1;; ++tried) {
    auto udp = UdpPort::open(io_, local);
    if (!udp) return std::unexpected(udp.error());
    const Endpoint same{.host = local.host, .port = (*udp)->contact().port};
    const auto opened = open_stream(io_, same, Carrier::kTcp, tcp_port_);
    if (opened) {
      udp_ = std::move(*udp);
      return {};
    }
    if (local.port != 0 || tried == kPortsTried) return opened;
  }
}

void SipPorts::listen(Connections::Reports reports) {
  reports_ = std::move(reports);
  Endpoint tcp = contacts_.sip;
  tcp.transport = Transport::kTcp;
  connections_.emplace(io_, *tls_,
                       Connections::Settings{.contacts = {{Transport::kTcp, tcp},
                                                          {Transport::kTls, contacts_.tls},
                                                          {Transport::kWs, contacts_.ws}},
                                             .times = {},
                                             .connections_max = limits::kConnectionsMax},
                       reports_);
  udp_->listen({.received = reports_.received, .failed = reports_.failed});
  for (StreamPort* const port : {tcp_port_.get(), tls_port_.get(), ws_port_.get()}) {
    if (!port) continue;
    port->listen([this](asio::ip::tcp::socket socket, Carrier carrier) {
      connections_->accepted(std::move(socket), carrier);
    });
  }
}

void SipPorts::send(const Transmit& order) {
  if (order.destination.transport == Transport::kUdp) {
    if (!udp_->send(order) && order.transaction) reports_.failed(order.transaction);
  } else {
    connections_->send(order);
  }
}

}  // namespace lastcall::host
