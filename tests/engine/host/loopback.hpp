#pragma once
// What the tests of transports share: an io_context that runs until something is so, peers on
// loopback, and a record of what was reported. No test waits for a fixed time.

#include "engine/host/connections.hpp"
#include "engine/host/net.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace lastcall::host {

constexpr std::chrono::seconds kPatience{20};

// Runs the io_context until `so()`, or for as long as patience lasts.
template <class F>
bool until(boost::asio::io_context& io, F&& so) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  io.restart();
  while (!so()) {
    if (io.run_one_until(end) == 0) return so();
  }
  return true;
}

// One end of a TCP connection that remembers what it got.
class TcpPeer {
 public:
  using tcp = boost::asio::ip::tcp;
  explicit TcpPeer(tcp::socket given) : socket(std::move(given)) { read(); }
  TcpPeer(boost::asio::io_context& io, const Endpoint& to) : socket(io) {
    socket.connect(*tcp_endpoint(to));
    read();
  }
  void send(std::string_view bytes) { boost::asio::write(socket, boost::asio::buffer(bytes)); }
  // Closes so that the other side sees a reset.
  void reset() {
    socket.set_option(tcp::socket::linger{true, 0});
    socket.close();
  }
  [[nodiscard]] Endpoint local() const {
    return endpoint_of(socket.local_endpoint(), Transport::kTcp);
  }

  tcp::socket socket;
  std::string got;
  bool closed = false;

 private:
  void read() {
    socket.async_read_some(boost::asio::buffer(buffer_),
                           [this](const boost::system::error_code& error, std::size_t size) {
                             if (error == boost::asio::error::operation_aborted) return;
                             got += buffer_.substr(0, size);
                             closed = static_cast<bool>(error);
                             if (!closed) read();
                           });
  }
  std::string buffer_ = std::string(4096, '\0');
};

// A listening TCP port that keeps every connection.
class TcpServer {
 public:
  using tcp = boost::asio::ip::tcp;
  explicit TcpServer(boost::asio::io_context& io, const std::string& host = "127.0.0.1")
      : acceptor_(io, tcp::endpoint{boost::asio::ip::make_address(host), 0}) {
    accept();
  }
  [[nodiscard]] Endpoint endpoint(Transport transport = Transport::kTcp) const {
    return endpoint_of(acceptor_.local_endpoint(), transport);
  }
  std::vector<std::unique_ptr<TcpPeer>> peers;

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      peers.push_back(std::make_unique<TcpPeer>(std::move(socket)));
      accept();
    });
  }
  tcp::acceptor acceptor_;
};

// A TCP port of this machine where nobody listens.
inline Endpoint nobody(boost::asio::io_context& io) {
  using boost::asio::ip::tcp;
  tcp::socket socket{io, tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
  return endpoint_of(socket.local_endpoint(), Transport::kTcp);
}

// Everything transports report.
struct Reported {
  std::vector<DatagramReceived> received;
  std::vector<TransactionId> failed;
  std::vector<std::string> said;

  Connections::Reports reports() {
    return {.received = [this](DatagramReceived d) { received.push_back(std::move(d)); },
            .failed = [this](TransactionId t) { failed.push_back(t); },
            .said = [this](const std::string& text) { said.push_back(text); }};
  }
};

inline std::string options(const std::string& call_id) {
  return "OPTIONS sip:us@127.0.0.1 SIP/2.0\r\n"
         "Via: SIP/2.0/TCP 127.0.0.1:5071;branch=z9hG4bK" +
         call_id +
         "\r\n"
         "From: <sip:them@127.0.0.1>;tag=them\r\nTo: <sip:us@127.0.0.1>\r\n"
         "Call-ID: " +
         call_id +
         "\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
         "Content-Length: 0\r\n\r\n";
}

inline Transmit request(const Endpoint& to, std::string bytes, std::uint64_t transaction = 1) {
  return {.destination = to, .transaction = TransactionId{transaction}, .wire = {std::move(bytes)}};
}

}  // namespace lastcall::host
