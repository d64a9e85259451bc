#pragma once
// StreamSocket: the bytes of one connection, whatever carries them: TCP, TLS, WebSocket (RFC 7118),
// or WebSocket over TLS. Knows handshakes and certificates, nothing of SIP. Its owner must live
// until each handler it gave was called: handlers hold it. Used by Connection only.

#include "engine/model/endpoint.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace lastcall::host {

// What lies between the TCP connection and SIP.
enum class Carrier : std::uint8_t { kTcp, kTls, kWs, kWss };
[[nodiscard]] constexpr auto names_of(Carrier) {
  return std::array<std::string_view, 4>{"tcp", "tls", "ws", "wss"};
}
// The transport as the engine knows it: it does not tell WS from WSS.
[[nodiscard]] Transport transport_of(Carrier carrier);

class StreamSocket {
 public:
  using Done = std::function<void(const boost::system::error_code&)>;
  using Got = std::function<void(const boost::system::error_code&, std::string_view)>;

  // Takes a socket that was accepted, or that is to be connected; and the TLS of that side, null
  // where the carrier has none.
  StreamSocket(boost::asio::ip::tcp::socket socket, Carrier carrier,
               boost::asio::ssl::context* tls);
  StreamSocket(StreamSocket&&) noexcept;  // before its first use
  ~StreamSocket();

  // For the side that was called. A WebSocket must offer the subprotocol `sip`.
  void accept(Done done);
  // For the side that calls. `server` is who must be there: TLS sends it as SNI and checks the
  // certificate against it. We open no WebSockets: that is an error.
  void connect(const boost::asio::ip::tcp::endpoint& peer, const std::string& server, Done done);

  // Some bytes; of a WebSocket, one whole message. The view is valid during the call.
  void read(Got got);
  // All of `bytes`, which stay where they are until it is done.
  void write(std::string_view bytes, Done done);
  // Says that nothing more comes from us; reading goes on.
  void shut_down();
  // Handlers that wait are called with an error.
  void close();

  [[nodiscard]] boost::asio::any_io_executor get_executor() const;
  // Why a handshake failed, better than its error code says it.
  [[nodiscard]] std::string reason(const boost::system::error_code& error) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace lastcall::host
