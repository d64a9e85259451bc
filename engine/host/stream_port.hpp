#pragma once
// StreamPort: one listening TCP port. Hands over each connection that is accepted; what is spoken
// on it is not its business. Used from the shard's thread only.

#include "engine/host/net.hpp"
#include "engine/host/stream_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <expected>
#include <functional>
#include <memory>

namespace lastcall::host {

class StreamPort {
 public:
  using OnSocket = std::function<void(boost::asio::ip::tcp::socket, Carrier)>;

  // Binds at `local`; port 0 takes a free one. `contact()` is what peers are told.
  [[nodiscard]] static std::expected<std::unique_ptr<StreamPort>, HostError> open(
      boost::asio::io_context& io, const Endpoint& local, Carrier carrier);

  // Begins to accept. The port must outlive the io_context's run.
  void listen(OnSocket on_socket);

  [[nodiscard]] const Endpoint& contact() const { return contact_; }

 private:
  StreamPort(boost::asio::io_context& io, Carrier carrier)
      : acceptor_(io), rest_timer_(io), carrier_(carrier) {}
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer rest_timer_;
  Carrier carrier_;
  Endpoint contact_;
  OnSocket on_socket_;
};

}  // namespace lastcall::host
