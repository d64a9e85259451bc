#include "engine/host/sip_ports.hpp"

#include "tests/engine/host/loopback.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/udp.hpp>

namespace lastcall::host {
namespace {

using boost::asio::ip::tcp;
using boost::asio::ip::udp;

class SipPortsTest : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] Endpoint any_port() const { return {.host = GetParam(), .port = 0}; }
  [[nodiscard]] auto loopback() const { return boost::asio::ip::make_address(GetParam()); }
  std::unique_ptr<SipPorts> open() {
    auto ports = SipPorts::open(io, {.sip = any_port()});
    EXPECT_TRUE(ports) << ports.error().sentence;
    (*ports)->listen(reported.reports());
    return std::move(*ports);
  }

  boost::asio::io_context io;
  Reported reported;
};

INSTANTIATE_TEST_SUITE_P(Families, SipPortsTest, testing::Values("127.0.0.1", "::1"));

// Shows TRN-03.
TEST_P(SipPortsTest, ListensByTcpWhereItListensByUdp) {
  const auto ports = open();
  Endpoint contact = ports->contacts().sip;
  EXPECT_NE(contact.port, 0);
  udp::socket udp_peer{io, udp::endpoint{loopback(), 0}};
  udp_peer.send_to(boost::asio::buffer(options("udp")), *udp_endpoint(contact));
  ASSERT_TRUE(until(io, [&] { return reported.received.size() == 1; }));
  EXPECT_EQ(reported.received[0].local, contact);
  contact.transport = Transport::kTcp;
  TcpPeer tcp_peer{io, contact};
  tcp_peer.send(options("tcp"));
  ASSERT_TRUE(until(io, [&] { return reported.received.size() == 2; }));
  EXPECT_EQ(reported.received[1].local, contact);
}

// Shows TRN-03.
TEST_P(SipPortsTest, OpensNeitherIfOneOfBothIsTaken) {
  const tcp::acceptor taken{io, tcp::endpoint{loopback(), 0}};
  const std::uint16_t port = taken.local_endpoint().port();
  const auto ports = SipPorts::open(io, {.sip = {.host = GetParam(), .port = port}});
  ASSERT_FALSE(ports);
  EXPECT_TRUE(ports.error().sentence.starts_with("tcp:")) << ports.error().sentence;
  EXPECT_NE(ports.error().sentence.find(std::to_string(port)), std::string::npos);
  EXPECT_NO_THROW((udp::socket{io, udp::endpoint{loopback(), port}})) << "UDP was let go";
}

// Shows TRN-02.
TEST_P(SipPortsTest, TakesTheLargestDatagramThereIs) {
  const auto ports = open();
  udp::socket peer{io, udp::endpoint{loopback(), 0}};
  const std::string largest = options("large") + std::string(65'507 - options("large").size(), 'x');
  peer.send_to(boost::asio::buffer(largest), *udp_endpoint(ports->contacts().sip));
  ASSERT_TRUE(until(io, [&] { return !reported.received.empty(); }));
  EXPECT_EQ(reported.received[0].wire.bytes, largest);
  ports->send(request(endpoint_of(peer.local_endpoint()), largest));
  std::string got(70'000, '\0');
  got.resize(peer.receive(boost::asio::buffer(got)));
  EXPECT_EQ(got, largest);
  ports->send(request(endpoint_of(peer.local_endpoint()), std::string(70'000, 'x'), 7));
  EXPECT_EQ(reported.failed, std::vector<TransactionId>{TransactionId{7}}) << "no datagram";
}

// Shows TRN-15.
TEST_P(SipPortsTest, AnUnreachablePortFailsTheRequestThatWentThereAndNoOther) {
  const auto ports = open();
  udp::socket peer{io, udp::endpoint{loopback(), 0}};
  Endpoint nobody;
  {
    const udp::socket gone{io, udp::endpoint{loopback(), 0}};
    nobody = endpoint_of(gone.local_endpoint());
  }
  ports->send(request(nobody, options("lost"), 1));
  ports->send(request(endpoint_of(peer.local_endpoint()), options("fine"), 2));
  ASSERT_TRUE(until(io, [&] { return !reported.failed.empty(); }));
  ports->send(request(endpoint_of(peer.local_endpoint()), options("later"), 3));
  peer.send_to(boost::asio::buffer(options("end")), *udp_endpoint(ports->contacts().sip));
  ASSERT_TRUE(until(io, [&] { return !reported.received.empty(); }));
  EXPECT_EQ(reported.failed, std::vector<TransactionId>{TransactionId{1}});
  for (const char* const call : {"fine", "later"}) {
    std::string got(4096, '\0');
    got.resize(peer.receive(boost::asio::buffer(got)));
    EXPECT_EQ(got, options(call)) << "an error of one send must not swallow another";
  }
}

TEST_P(SipPortsTest, DropsDatagramsThatOnlyKeepANatOpen) {
  const auto ports = open();
  udp::socket peer{io, udp::endpoint{loopback(), 0}};
  for (const std::string& bytes : {std::string{"\r\n\r\n"}, std::string(4, '\0'), options("one")}) {
    peer.send_to(boost::asio::buffer(bytes), *udp_endpoint(ports->contacts().sip));
  }
  ASSERT_TRUE(until(io, [&] { return !reported.received.empty(); }));
  EXPECT_EQ(reported.received[0].wire.bytes, options("one"));
}

// Shows TRN-15.
TEST(UdpErrors, OnlyWhatRfc3261NamesIsAFailureOfTransport) {
  for (const int code : {0, 1, 2, 3}) EXPECT_TRUE(is_transport_failure(Family::kIpv4, 3, code));
  EXPECT_TRUE(is_transport_failure(Family::kIpv4, 12, 0)) << "parameter problem";
  EXPECT_FALSE(is_transport_failure(Family::kIpv4, 4, 0)) << "source quench";
  EXPECT_FALSE(is_transport_failure(Family::kIpv4, 11, 0)) << "TTL exceeded";
  EXPECT_TRUE(is_transport_failure(Family::kIpv6, 1, 4));
  EXPECT_TRUE(is_transport_failure(Family::kIpv6, 4, 0)) << "parameter problem";
  EXPECT_FALSE(is_transport_failure(Family::kIpv6, 3, 0)) << "TTL exceeded";
}

TEST(UdpErrors, FindTheNewestRequestThatWasQuotedAndTellOfItOnce) {
  const Endpoint to{.host = "192.0.2.1", .port = 5060};
  SentDatagrams sent;
  sent.add(request(to, options("one"), 1));
  sent.add(request(to, options("two"), 2));
  sent.add(request(to, options("two"), 0));
  const UdpError error{to, options("two").substr(0, 200)};
  EXPECT_EQ(sent.take({{.host = "192.0.2.2", .port = 5060}, error.quoted}), std::nullopt);
  EXPECT_EQ(sent.take(error), TransactionId{2});
  EXPECT_EQ(sent.take(error), std::nullopt);
}

TEST(SipPorts, SaysWhatIsWrongWithACertificate) {
  boost::asio::io_context io;
  const Endpoint any{.host = "127.0.0.1", .port = 0};
  const auto none = SipPorts::open(io, {.sip = any, .tls = any});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().sentence.find("certificate"), std::string::npos);
  const auto missing = SipPorts::open(
      io,
      {.sip = any, .tls = any, .files = {.certificate = "/no/such.pem", .key = "/no/such.key"}});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().sentence.find("/no/such.pem"), std::string::npos);
}

}  // namespace
}  // namespace lastcall::host
