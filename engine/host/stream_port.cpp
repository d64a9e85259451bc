#include "engine/host/stream_port.hpp"

#include <utility>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// When the machine has no file descriptor left, asking again at once would not help.
constexpr std::chrono::milliseconds kRest{100};

}  // namespace

std::expected<std::unique_ptr<StreamPort>, HostError> StreamPort::open(asio::io_context& io,
                                                                       const Endpoint& local,
                                                                       Carrier carrier) {
  const auto address = tcp_endpoint(local);
  if (!address) return std::unexpected(address.error());
  std::unique_ptr<StreamPort> port{new StreamPort{io, carrier}};
  tcp::acceptor& acceptor = port->acceptor_;
  error_code error;
  acceptor.open(address->protocol(), error);
  // Connections of an earlier process that linger must not keep us out.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor.bind(*address, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  const Transport transport = transport_of(carrier);
  if (error) {
    return std::unexpected(cannot_open(
        {.host = local.host, .port = local.port, .transport = transport}, error.message()));
  }
  port->contact_ = {.host = reachable_host(local.host),
                    .port = acceptor.local_endpoint().port(),
                    .transport = transport};
  return port;
}

void StreamPort::listen(OnSocket on_socket) {
  on_socket_ = std::move(on_socket);
  accept();
}

void StreamPort::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      on_socket_(std::move(socket), carrier_);
      return accept();
    }
    rest_timer_.expires_after(kRest);
    rest_timer_.async_wait([this](const error_code& aborted) {
      if (!aborted) accept();
    });
  });
}

}  // namespace lastcall::host
