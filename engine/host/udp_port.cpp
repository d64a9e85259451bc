#include "engine/host/udp_port.hpp"

#include "engine/host/stun.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <string_view>
#include <utility>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

constexpr int kDatagramsPerWake = 64;
// A burst of a second at thousands of messages must fit; the kernel caps it at net.core.rmem_max.
constexpr int kBufferBytes = 8 * 1024 * 1024;

// What clients send to keep the binding of their NAT alive: empty lines, or zeros.
bool only_keeps_alive(std::string_view bytes) {
  return bytes.find_first_not_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

bool is_loss(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::no_buffer_space;
}

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
    return std::unexpected(cannot_open({.host = local.host, .port = local.port}, error.message()));
  }
  keep_udp_errors(socket.native_handle(),
                  address->address().is_v4() ? Family::kIpv4 : Family::kIpv6);
  boost::system::error_code ignored;  // a smaller buffer is no reason to stop
  socket.set_option(udp::socket::receive_buffer_size{kBufferBytes}, ignored);
  socket.set_option(udp::socket::send_buffer_size{kBufferBytes}, ignored);
  port->contact_ = {.host = reachable_host(local.host), .port = socket.local_endpoint().port()};
  return port;
}

void UdpPort::listen(Reports reports) {
  reports_ = std::move(reports);
  wait();
}

void UdpPort::wait() {
  socket_.async_wait(udp::socket::wait_read, [this](const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted) return;
    receive_some();
    wait();
  });
}

// An error of a receive is that of an earlier send (ICMP), and is told once.
void UdpPort::receive_some() {
  for (int i = 0; i < kDatagramsPerWake; ++i) {
    udp::endpoint source;
    boost::system::error_code error;
    const std::size_t size = socket_.receive_from(asio::buffer(buffer_), source, 0, error);
    if (error == asio::error::would_block) break;
    if (error) continue;
    received(endpoint_of(source), std::string_view{buffer_}.substr(0, size));
  }
  report_errors();
}

void UdpPort::received(const Endpoint& source, std::string_view bytes) {
  if (only_keeps_alive(bytes)) return;
  if (auto answer = stun_answer(bytes, source)) {
    (void)send({.destination = source, .wire = {std::move(*answer)}});
  } else {
    reports_.received({.source = source, .local = contact_, .wire = {std::string{bytes}}});
  }
}

void UdpPort::report_errors() {
  while (const auto error = next_udp_error(socket_.native_handle())) {
    if (const auto transaction = sent_.take(*error)) reports_.failed(*transaction);
  }
}

bool UdpPort::send(const Transmit& order) {
  const auto destination = udp_endpoint(order.destination);
  if (!destination) return false;
  const auto attempt = [&] {
    boost::system::error_code error;
    socket_.send_to(asio::buffer(order.wire.bytes), *destination, 0, error);
    return error;
  };
  boost::system::error_code error = attempt();
  // A send may first return what ICMP said about an earlier one; then it has sent nothing.
  if (error && !is_loss(error)) error = attempt();
  if (!error) sent_.add(order);
  return !error || is_loss(error);
}

}  // namespace lastcall::host
