#pragma once
// Tls: what our side brings to TLS connections: our certificate, and whom we believe. Version 1.2
// at least. A server's certificate is always verified, a client's if asked for (mutual TLS). The
// key is read from its file by OpenSSL and never held, shown or logged here.

#include "engine/host/net.hpp"
#include "engine/host/sip_addresses.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>

#include <expected>
#include <memory>

namespace lastcall::host {

class Tls {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Tls>, HostError> open(const TlsFiles& files);

  // For connections that peers open.
  [[nodiscard]] boost::asio::ssl::context& server() { return server_; }
  // For those that we open. The first call reads whom the system believes, which takes a while.
  [[nodiscard]] boost::asio::ssl::context& client();

 private:
  Tls() = default;
  boost::asio::ssl::context server_{boost::asio::ssl::context::tls_server};
  bool client_needs_system_ = false;
  boost::asio::ssl::context client_{boost::asio::ssl::context::tls_client};
};

}  // namespace lastcall::host
