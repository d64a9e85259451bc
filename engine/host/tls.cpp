#include "engine/host/tls.hpp"

#include <openssl/ssl.h>
#include <utility>

namespace lastcall::host {
namespace {

namespace ssl = boost::asio::ssl;

std::expected<void, HostError> read_files(ssl::context& context, const TlsFiles& files) {
  const auto unreadable = [](const std::string& file, const boost::system::error_code& error) {
    return std::unexpected(HostError{HostFault::kEnvironment,
                                     "'" + file + "' cannot be used: " + error.message() + "."});
  };
  boost::system::error_code error;
  if (!files.certificate.empty()) {
    context.use_certificate_chain_file(files.certificate, error);
    if (error) return unreadable(files.certificate, error);
    // Also an error if it is not the key of the certificate.
    context.use_private_key_file(files.key, ssl::context::pem, error);
    if (error) return unreadable(files.key, error);
  }
  if (files.ca.empty()) return {};
  context.load_verify_file(files.ca, error);
  if (error) return unreadable(files.ca, error);
  return {};
}

}  // namespace

std::expected<std::unique_ptr<Tls>, HostError> Tls::open(const TlsFiles& files) {
  std::unique_ptr<Tls> tls{new Tls};
  for (ssl::context* context : {&tls->server_, &tls->client_}) {
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    const auto read = read_files(*context, files);
    if (!read) return std::unexpected(read.error());
  }
  tls->client_.set_verify_mode(ssl::verify_peer);
  tls->client_needs_system_ = files.ca.empty();
  if (files.clients == TlsClients::kCertified) {
    tls->server_.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    if (files.ca.empty()) tls->server_.set_default_verify_paths();
  }
  return tls;
}

ssl::context& Tls::client() {
  if (std::exchange(client_needs_system_, false)) {
    boost::system::error_code none_found;  // then nobody is believed
    client_.set_default_verify_paths(none_found);
  }
  return client_;
}

}  // namespace lastcall::host
