#include "engine/host/sip_ports.hpp"
#include "tests/engine/host/loopback.hpp"

#include <gtest/gtest.h>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <optional>

namespace lastcall::host {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::asio::ip::tcp;

// A port for WebSockets, and a browser that connects to it.
class WebSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    const Endpoint any{.host = "127.0.0.1", .port = 0};
    auto opened = SipPorts::open(io, {.sip = any, .ws = any});
    ASSERT_TRUE(opened) << opened.error().sentence;
    ports = std::move(*opened);
    ports->listen(reported.reports());
  }
  // Connects, and asks for this subprotocol.
  bool connect(const std::string& subprotocol) {
    browser.next_layer().connect(*tcp_endpoint(ports->contacts().ws));
    browser.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!subprotocol.empty()) {
        request.set(beast::http::field::sec_websocket_protocol, subprotocol);
      }
    }));
    std::optional<bool> open;
    browser.async_handshake(response, "127.0.0.1", "/",
                            [&](const boost::system::error_code& error) { open = !error; });
    EXPECT_TRUE(until(io, [&] { return open.has_value(); }));
    return open.value_or(false);
  }
  // The next message that the browser gets.
  std::string message() {
    std::optional<std::string> got;
    beast::flat_buffer buffer;
    browser.async_read(buffer, [&](const boost::system::error_code& error, std::size_t) {
      got = error ? error.message() : beast::buffers_to_string(buffer.data());
    });
    EXPECT_TRUE(until(io, [&] { return got.has_value(); }));
    return got.value_or("");
  }
  void send(const std::string& bytes) { browser.write(boost::asio::buffer(bytes)); }

  boost::asio::io_context io;
  Reported reported;
  std::unique_ptr<SipPorts> ports;
  websocket::stream<tcp::socket> browser{io};
  websocket::response_type response;
};

TEST_F(WebSocketTest, CarriesOneMessagePerFrameBothWays) {
  ASSERT_TRUE(connect("sip"));
  EXPECT_EQ(response[beast::http::field::sec_websocket_protocol], "sip");
  send(options("one"));
  send(options("two"));
  ASSERT_TRUE(until(io, [&] { return reported.received.size() == 2; }));
  EXPECT_EQ(reported.received[0].wire.bytes, options("one"));
  EXPECT_EQ(reported.received[1].wire.bytes, options("two"));
  const Endpoint source = reported.received[0].source;
  EXPECT_EQ(source.transport, Transport::kWs);
  EXPECT_EQ(source.port, browser.next_layer().local_endpoint().port());
  EXPECT_EQ(reported.received[0].local, ports->contacts().ws);
  ports->send({.destination = source, .wire = {"three"}});
  EXPECT_EQ(message(), "three");
  EXPECT_TRUE(browser.got_text());
  ports->send({.destination = source, .wire = {"\xff\xfe"}});
  EXPECT_EQ(message(), "\xff\xfe");
  EXPECT_TRUE(browser.got_binary()) << "what is no UTF-8 must not be sent as text";
}

TEST_F(WebSocketTest, RefusesWhoDoesNotSpeakSip) {
  for (const char* const other : {"chat", ""}) {
    EXPECT_FALSE(connect(other));
    EXPECT_EQ(response.result(), beast::http::status::bad_request) << other;
    browser.next_layer().close();
    response = {};
  }
  EXPECT_TRUE(reported.received.empty());
}

TEST_F(WebSocketTest, TakesSipFromAListOfSubprotocols) { EXPECT_TRUE(connect("chat, sip")); }

TEST_F(WebSocketTest, AnswersAPing) {
  ASSERT_TRUE(connect("sip"));
  send("\r\n\r\n");
  EXPECT_EQ(message(), "\r\n");
}

TEST_F(WebSocketTest, OpensNoneItself) {
  Endpoint nobody = ports->contacts().ws;
  ports->send(request(nobody, options("one"), 5));
  ASSERT_TRUE(until(io, [&] { return !reported.failed.empty(); }));
  EXPECT_EQ(reported.failed, std::vector<TransactionId>{TransactionId{5}});
}

}  // namespace
}  // namespace lastcall::host
