#include "engine/host/stream_socket.hpp"

#include "engine/host/certificate.hpp"
#include "engine/log/utf8.hpp"
#include "engine/model/limits.hpp"
#include "engine/sip/uri.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <openssl/ssl.h>
#include <optional>
#include <type_traits>
#include <variant>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using Plain = tcp::socket;
using Secure = asio::ssl::stream<tcp::socket>;
using Web = beast::websocket::stream<Plain>;
using SecureWeb = beast::websocket::stream<Secure>;
using AnyStream = std::variant<Plain, Secure, Web, SecureWeb>;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr unsigned kUpgradeBytesMax = 8 * 1024;
constexpr std::string_view kSubprotocol = "sip";

template <class S>
constexpr bool kIsWeb = std::is_same_v<S, Web> || std::is_same_v<S, SecureWeb>;

// RFC 7118 4: both sides agree on `sip`, or there is no connection.
bool offers_sip(const http::request<http::empty_body>& request) {
  http::token_list offered{request[http::field::sec_websocket_protocol]};
  return beast::websocket::is_upgrade(request) && offered.exists(kSubprotocol);
}

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto first = static_cast<unsigned char>(bytes.front());
    const std::size_t length = first < 0x80 ? 1 : log::character_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

// Before the handshake of a connection of ours: whom we want to reach, and must find there. RFC
// 5922 7.3: the domain that the user asked for, not what DNS made of it.
void expect(Secure& stream, const std::string& server) {
  if (!sip::numeric_host(server)) SSL_set_tlsext_host_name(stream.native_handle(), server.c_str());
  stream.set_verify_callback([server](bool verified, asio::ssl::verify_context& context) {
    X509_STORE_CTX* const chain = context.native_handle();
    if (!verified || X509_STORE_CTX_get_error_depth(chain) != 0) return verified;
    const X509* const certificate = X509_STORE_CTX_get_current_cert(chain);
    if (certifies(*certificate, server)) return true;
    X509_STORE_CTX_set_error(chain, X509_V_ERR_HOSTNAME_MISMATCH);
    return false;
  });
}

AnyStream stream_of(tcp::socket socket, Carrier carrier, asio::ssl::context* context) {
  switch (carrier) {
    case Carrier::kTcp:
      break;
    case Carrier::kTls:
      return AnyStream{std::in_place_type<Secure>, std::move(socket), *context};
    case Carrier::kWs:
      return AnyStream{std::in_place_type<Web>, std::move(socket)};
    case Carrier::kWss:
      return AnyStream{std::in_place_type<SecureWeb>, std::move(socket), *context};
  }
  return AnyStream{std::in_place_type<Plain>, std::move(socket)};
}

}  // namespace

Transport transport_of(Carrier carrier) {
  switch (carrier) {
    case Carrier::kTcp:
      break;
    case Carrier::kTls:
      return Transport::kTls;
    case Carrier::kWs:
    case Carrier::kWss:
      return Transport::kWs;
  }
  return Transport::kTcp;
}

struct StreamSocket::Parts {
  Parts(tcp::socket socket, Carrier carrier, asio::ssl::context* context)
      : stream(stream_of(std::move(socket), carrier, context)) {}

  Plain& lowest() {
    return std::visit([](auto& s) -> Plain& { return beast::get_lowest_layer(s); }, stream);
  }
  template <class S>
  void upgrade(S& web, Done done);
  template <class S>
  void agree(S& web, Done done);
  template <class S>
  void refuse(S& web, Done done);

  AnyStream stream;
  std::string bytes = std::string(kReadBytes, '\0');
  beast::flat_buffer frame;
  std::optional<http::request_parser<http::empty_body>> request;
  http::response<http::empty_body> refusal;
};

StreamSocket::StreamSocket(tcp::socket socket, Carrier carrier, asio::ssl::context* tls)
    : parts_(std::make_unique<Parts>(std::move(socket), carrier, tls)) {}

StreamSocket::StreamSocket(StreamSocket&&) noexcept = default;
StreamSocket::~StreamSocket() = default;

asio::any_io_executor StreamSocket::get_executor() const { return parts_->lowest().get_executor(); }

// Reads the HTTP request that a WebSocket begins with.
template <class S>
void StreamSocket::Parts::upgrade(S& web, Done done) {
  request.emplace();
  request->header_limit(kUpgradeBytesMax);
  http::async_read_header(
      web.next_layer(), frame, *request,
      [this, &web, done = std::move(done)](const error_code& error, std::size_t) {
        if (error) return done(error);
        offers_sip(request->get()) ? agree(web, done) : refuse(web, done);
      });
}

template <class S>
void StreamSocket::Parts::agree(S& web, Done done) {
  using beast::websocket::stream_base;
  web.set_option(stream_base::timeout::suggested(beast::role_type::server));
  web.set_option(stream_base::decorator([](beast::websocket::response_type& response) {
    response.set(http::field::sec_websocket_protocol, kSubprotocol);
  }));
  web.read_message_max(limits::kMessageBytesMax);
  frame.consume(frame.size());
  web.async_accept(request->get(), std::move(done));
}

template <class S>
void StreamSocket::Parts::refuse(S& web, Done done) {
  refusal = {http::status::bad_request, 11};
  refusal.set(http::field::sec_websocket_protocol, kSubprotocol);
  refusal.set(http::field::connection, "close");
  refusal.prepare_payload();
  http::async_write(web.next_layer(), refusal,
                    [done = std::move(done)](const error_code& error, std::size_t) {
                      done(error ? error : asio::error::no_protocol_option);
                    });
}

void StreamSocket::accept(Done done) {
  std::visit(
      [&](auto& s) {
        using S = std::remove_cvref_t<decltype(s)>;
        if constexpr (std::is_same_v<S, Plain>) {
          asio::post(s.get_executor(), [done = std::move(done)] { done({}); });
        } else if constexpr (std::is_same_v<S, Secure>) {
          s.async_handshake(Secure::server, std::move(done));
        } else if constexpr (std::is_same_v<S, Web>) {
          parts_->upgrade(s, std::move(done));
        } else {
          s.next_layer().async_handshake(
              Secure::server, [this, &s, done = std::move(done)](const error_code& error) {
                error ? done(error) : parts_->upgrade(s, done);
              });
        }
      },
      parts_->stream);
}

void StreamSocket::connect(const tcp::endpoint& peer, const std::string& server, Done done) {
  auto* const secure = std::get_if<Secure>(&parts_->stream);
  if (!secure && !std::holds_alternative<Plain>(parts_->stream)) {
    asio::post(parts_->lowest().get_executor(),
               [done = std::move(done)] { done(asio::error::operation_not_supported); });
    return;
  }
  if (secure) expect(*secure, server);
  parts_->lowest().async_connect(peer,
                                 [secure, done = std::move(done)](const error_code& error) mutable {
                                   if (error || !secure) return done(error);
                                   secure->async_handshake(Secure::client, std::move(done));
                                 });
}

void StreamSocket::read(Got got) {
  std::visit(
      [&](auto& s) {
        if constexpr (kIsWeb<std::remove_cvref_t<decltype(s)>>) {
          beast::flat_buffer& frame = parts_->frame;
          frame.consume(frame.size());
          s.async_read(frame, [&frame, got = std::move(got)](const error_code& error, std::size_t) {
            const auto data = frame.cdata();
            got(error, {static_cast<const char*>(data.data()), data.size()});
          });
        } else {
          const std::string& bytes = parts_->bytes;
          s.async_read_some(
              asio::buffer(parts_->bytes),
              [&bytes, got = std::move(got)](const error_code& error, std::size_t size) {
                got(error, std::string_view{bytes}.substr(0, size));
              });
        }
      },
      parts_->stream);
}

void StreamSocket::write(std::string_view bytes, Done done) {
  const auto written = [done = std::move(done)](const error_code& error, std::size_t) {
    done(error);
  };
  std::visit(
      [&](auto& s) {
        if constexpr (kIsWeb<std::remove_cvref_t<decltype(s)>>) {
          s.text(is_text(bytes));  // RFC 7118 5: text only if it is UTF-8
          s.async_write(asio::buffer(bytes), written);
        } else {
          asio::async_write(s, asio::buffer(bytes), written);
        }
      },
      parts_->stream);
}

void StreamSocket::shut_down() {
  error_code ignored;  // the peer may be gone
  parts_->lowest().shutdown(tcp::socket::shutdown_send, ignored);
}

void StreamSocket::close() {
  error_code ignored;
  parts_->lowest().close(ignored);
}

std::string StreamSocket::reason(const error_code& error) const {
  if (const auto* const secure = std::get_if<Secure>(&parts_->stream)) {
    const long result = SSL_get_verify_result(const_cast<Secure*>(secure)->native_handle());
    if (result != X509_V_OK) {
      return "its certificate is refused: " + std::string{X509_verify_cert_error_string(result)};
    }
  }
  return error.message();
}

}  // namespace lastcall::host
