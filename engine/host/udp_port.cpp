#include "engine/host/udp_port.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

constexpr int kDatagramsPerWake = 64;
// A burst of a second at thousands of messages must fit; the kernel caps it at net.core.rmem_max.
constexpr int kBufferBytes = 8 * 1024 * 1024;

}  // namespace

std::expected<std::unique_ptr<UdpPort>, HostError> UdpPort::open(asio::io_context& io,
                                                                 const Endpoint& local) {
  const auto address = udp_endpoint(local);
  if (!address) return std::unexpected(address.error());
  std::unique_ptr<UdpPort> port{new UdpPort{io}};
  udp::socket& socket = port->socket_;
  boost::system::error_code error;
  socket.open(address->protocol(), error);
  if (!error) socket.bind(*address, error);
  if (!error) socket.non_blocking(true, error);
  if (error) {
    return std::unexpected(
        HostError{HostFault::kEnvironment,
                  "udp:" + to_text(local) + " cannot be opened: " + error.message() + "."});
  }
  boost::system::error_code ignored;  // a smaller buffer is no reason to stop
  socket.set_option(udp::socket::receive_buffer_size{kBufferBytes}, ignored);
  socket.set_option(udp::socket::send_buffer_size{kBufferBytes}, ignored);
  port->contact_ = {.host = reachable_host(local.host), .port = socket.local_endpoint().port()};
  return port;
}

void UdpPort::listen(OnDatagram on_datagram) {
  on_datagram_ = std::move(on_datagram);
  wait();
}

void UdpPort::stop_listening() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void UdpPort::wait() {
  socket_.async_wait(udp::socket::wait_read, [this](const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted) return;
    receive_some();
    wait();
  });
}

// An error of one receive is the echo of an earlier send (ICMP); the transaction's timers see to
// it.
void UdpPort::receive_some() {
  for (int i = 0; i < kDatagramsPerWake; ++i) {
    udp::endpoint source;
    boost::system::error_code error;
    const std::size_t size = socket_.receive_from(asio::buffer(buffer_), source, 0, error);
    if (error == asio::error::would_block) return;
    if (error) continue;
    on_datagram_(
        {.source = endpoint_of(source), .local = contact_, .wire = {buffer_.substr(0, size)}});
  }
}

bool UdpPort::send(const Transmit& order) {
  const auto destination = udp_endpoint(order.destination);
  if (!destination) return false;
  boost::system::error_code error;
  socket_.send_to(asio::buffer(order.wire.bytes), *destination, 0, error);
  return !error || error == asio::error::would_block || error == asio::error::no_buffer_space;
}

}  // namespace lastcall::host
