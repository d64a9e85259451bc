#include "engine/host/tls.hpp"

#include "engine/host/certificate.hpp"
#include "engine/host/sip_ports.hpp"
#include "tests/engine/host/loopback.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ssl/stream.hpp>

#include <cstdlib>
#include <filesystem>

namespace lastcall::host {
namespace {

namespace ssl = boost::asio::ssl;
using boost::asio::ip::tcp;

// Certificates made for this run by the openssl command: an authority, and what it has signed.
class Certificates {
 public:
  Certificates() {
    std::string pattern = std::filesystem::temp_directory_path() / "lastcall-tls-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority "
        "-keyout ca.key -out ca.pem");
  }
  ~Certificates() { std::filesystem::remove_all(folder_); }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // Signed by the authority: `names` as "URI:sip:example.com,DNS:example.com".
  TlsFiles issue(const std::string& name, const std::string& names, int days = 2) const {
    run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name + " -keyout " +
        name + ".key -out " + name + ".csr");
    run("x509 -req -in " + name + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days " +
        std::to_string(days) + " -out " + name + ".pem -extfile <(echo subjectAltName=" + names +
        ")");
    return files(name);
  }
  TlsFiles self_signed(const std::string& name, const std::string& names) const {
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=" + names + " -keyout " + name + ".key -out " + name + ".pem");
    return files(name);
  }
  [[nodiscard]] std::string authority() const { return folder_ / "ca.pem"; }

 private:
  [[nodiscard]] TlsFiles files(const std::string& name) const {
    return {.certificate = folder_ / (name + ".pem"),
            .key = folder_ / (name + ".key"),
            .ca = authority()};
  }
  void run(const std::string& command) const {
    const std::string line =
        "cd " + folder_.string() + " && bash -c 'openssl " + command + "' 2>log";
    EXPECT_EQ(std::system(line.c_str()), 0) << command;
  }
  std::filesystem::path folder_;
};

// One side listens by TLS with some certificate, the other connects and expects `example.com`.
class TlsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { certificates = std::make_unique<Certificates>(); }
  static void TearDownTestSuite() { certificates.reset(); }

  std::unique_ptr<SipPorts> open(const TlsFiles& files, Reported& to) {
    const Endpoint any{.host = "127.0.0.1", .port = 0};
    auto ports = SipPorts::open(io, {.sip = any, .tls = any, .files = files});
    EXPECT_TRUE(ports) << ports.error().sentence;
    (*ports)->listen(to.reports());
    return std::move(*ports);
  }
  // Whether a request of ours arrives where `server` is expected.
  bool reaches(SipPorts& from, SipPorts& to, const std::string& server) {
    Transmit order = request(to.contacts().tls, options("secure"));
    order.server = server;
    const std::size_t before = heard.received.size();
    from.send(order);
    EXPECT_TRUE(until(io, [&] { return heard.received.size() > before || !said.failed.empty(); }));
    return heard.received.size() > before;
  }
  // The same, with a client that believes the authority.
  bool reaches(const TlsFiles& certificate, const std::string& server) {
    const auto to = open(certificate, heard);
    const auto from = open(client(), said);
    return reaches(*from, *to, server);
  }
  static TlsFiles client() { return certificates->issue("client", "DNS:client.example"); }

  static std::unique_ptr<Certificates> certificates;
  boost::asio::io_context io;
  Reported heard, said;
};
std::unique_ptr<Certificates> TlsTest::certificates;

// Shows TRN-19.
TEST_F(TlsTest, ReachesTheDomainThatTheCertificateNames) {
  EXPECT_TRUE(reaches(certificates->issue("good", "URI:sip:example.com"), "Example.com"));
  EXPECT_EQ(heard.received[0].source.transport, Transport::kTls);
  EXPECT_TRUE(reaches(certificates->issue("dns", "DNS:example.com"), "example.com"));
  EXPECT_TRUE(reaches(certificates->issue("ip", "IP:127.0.0.1"), "")) << "the address itself";
}

// Shows TRN-19.
TEST_F(TlsTest, RefusesACertificateOfSomebodyElse) {
  EXPECT_FALSE(reaches(certificates->issue("other", "DNS:example.org"), "example.com"));
  ASSERT_EQ(said.said.size(), 1U);
  EXPECT_NE(said.said[0].find("ertificate"), std::string::npos) << said.said[0];
  EXPECT_TRUE(heard.received.empty());
}

// Shows TRN-19.
TEST_F(TlsTest, RefusesAnExpiredCertificate) {
  EXPECT_FALSE(reaches(certificates->issue("expired", "DNS:example.com", -1), "example.com"));
  ASSERT_EQ(said.said.size(), 1U);
  EXPECT_NE(said.said[0].find("expired"), std::string::npos) << said.said[0];
}

// Shows TRN-19.
TEST_F(TlsTest, RefusesACertificateThatSignedItself) {
  EXPECT_FALSE(reaches(certificates->self_signed("self", "DNS:example.com"), "example.com"));
  ASSERT_EQ(said.said.size(), 1U);
  EXPECT_NE(said.said[0].find("self-signed"), std::string::npos) << said.said[0];
}

// RFC 5922 7.1, 7.2.
TEST_F(TlsTest, ASipUriOutranksDnsNamesAndWildcardsAreNone) {
  EXPECT_FALSE(
      reaches(certificates->issue("both", "URI:sip:example.org,DNS:example.com"), "example.com"));
  said.failed.clear();
  EXPECT_FALSE(reaches(certificates->issue("wild", "DNS:*.example.com"), "sip.example.com"));
  said.failed.clear();
  EXPECT_FALSE(reaches(certificates->issue("user", "URI:sip:bob@example.com"), "example.com"));
}

// Shows TRN-21.
TEST_F(TlsTest, ConnectionsOfDifferentDomainsAreNotShared) {
  const auto to = open(certificates->issue("two", "DNS:example.com,DNS:example.net"), heard);
  const auto from = open(client(), said);
  ASSERT_TRUE(reaches(*from, *to, "example.com"));
  ASSERT_TRUE(reaches(*from, *to, "example.net"));
  ASSERT_TRUE(reaches(*from, *to, "example.com"));
  EXPECT_NE(heard.received[0].source, heard.received[1].source);
  EXPECT_EQ(heard.received[0].source, heard.received[2].source);
}

TEST_F(TlsTest, AsksForTheCertificateOfWhoConnectsIfToldTo) {
  TlsFiles strict = certificates->issue("strict", "DNS:example.com");
  strict.clients = TlsClients::kCertified;
  const auto to = open(strict, heard);
  const auto from = open(client(), said);
  EXPECT_TRUE(reaches(*from, *to, "example.com"));
  auto stranger = SipPorts::open(
      io, {.sip = {.host = "127.0.0.1", .port = 0}, .files = {.ca = certificates->authority()}});
  ASSERT_TRUE(stranger);
  (*stranger)->listen(said.reports());
  EXPECT_FALSE(reaches(**stranger, *to, "example.com"));
}

// What a client sees: SNI, and which versions are spoken.
class TlsWireTest : public TlsTest {
 protected:
  // The handshake of a client with at most this version; what failed.
  boost::system::error_code handshake(int version_max) {
    const auto to = open(certificates->issue("wire", "DNS:example.com"), heard);
    ssl::context context{ssl::context::tls_client};
    SSL_CTX_set_max_proto_version(context.native_handle(), version_max);
    SSL_CTX_set_security_level(context.native_handle(), 0);  // old versions may be tried
    ssl::stream<tcp::socket> stream{io, context};
    stream.next_layer().connect(*tcp_endpoint(to->contacts().tls));
    std::optional<boost::system::error_code> result;
    stream.async_handshake(ssl::stream_base::client,
                           [&](const boost::system::error_code& error) { result = error; });
    EXPECT_TRUE(until(io, [&] { return result.has_value(); }));
    return result.value_or(boost::system::error_code{});
  }
};

TEST_F(TlsWireTest, SpeaksNothingOlderThanVersion12) {
  EXPECT_FALSE(handshake(TLS1_2_VERSION));
  EXPECT_TRUE(handshake(TLS1_1_VERSION));
}

// Shows TRN-19.
TEST_F(TlsWireTest, NamesTheDomainInTheHandshake) {
  const TlsFiles files = certificates->issue("sni", "DNS:example.com");
  ssl::context context{ssl::context::tls_server};
  context.use_certificate_chain_file(files.certificate);
  context.use_private_key_file(files.key, ssl::context::pem);
  tcp::acceptor acceptor{io, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  ssl::stream<tcp::socket> stream{io, context};
  std::string named;
  acceptor.async_accept(stream.next_layer(), [&](const boost::system::error_code&) {
    stream.async_handshake(ssl::stream_base::server, [&](const boost::system::error_code&) {
      const char* const sni = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
      named = sni ? sni : "none";
    });
  });
  const auto from = open(client(), said);
  Transmit order = request(endpoint_of(acceptor.local_endpoint(), Transport::kTls), "x");
  order.server = "example.com";
  from->send(order);
  ASSERT_TRUE(until(io, [&] { return !named.empty(); }));
  EXPECT_EQ(named, "example.com");
}

}  // namespace
}  // namespace lastcall::host
