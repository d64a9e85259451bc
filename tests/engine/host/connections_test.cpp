#include "tests/engine/host/loopback.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lastcall::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Connections with a TCP port of their own, and peers around them.
class ConnectionsTest : public testing::Test {
 protected:
  void SetUp() override { make({}); }

  void make(ConnectionTimes times, std::size_t connections_max = limits::kConnectionsMax) {
    const Endpoint contact{.host = "127.0.0.1", .port = 5060, .transport = Transport::kTcp};
    connections.emplace(io, *tls,
                        Connections::Settings{.contacts = {{Transport::kTcp, contact}},
                                              .times = times,
                                              .connections_max = connections_max},
                        reported.reports());
  }
  // Somebody connects to us.
  std::unique_ptr<TcpPeer> peer_connects() {
    auto peer = std::make_unique<TcpPeer>(io, ours.endpoint());
    EXPECT_TRUE(until(io, [&] { return taken_; })) << "nobody was accepted";
    taken_ = false;
    return peer;
  }
  bool is_closed(TcpPeer& peer) {
    return until(io, [&] { return peer.closed; });
  }
  bool got(TcpPeer& peer, std::string_view bytes) {
    return until(io, [&] { return peer.got.size() >= bytes.size(); }) && peer.got == bytes;
  }
  bool failed(std::size_t count) {
    return until(io, [&] { return reported.failed.size() >= count; });
  }
  // Everything that was under way has come by then: a round trip on a connection of its own.
  void settle() {
    TcpServer other{io};
    connections->send(request(other.endpoint(), "settle", 0));
    ASSERT_TRUE(until(io, [&] { return !other.peers.empty() && other.peers[0]->got == "settle"; }));
  }

  boost::asio::io_context io;
  std::unique_ptr<Tls> tls = *Tls::open({});
  Reported reported;
  std::optional<Connections> connections;
  class Door {
   public:
    Door(boost::asio::io_context& io, std::function<void(boost::asio::ip::tcp::socket)> f)
        : acceptor_(io, {boost::asio::ip::make_address("127.0.0.1"), 0}), f_(std::move(f)) {
      accept();
    }
    [[nodiscard]] Endpoint endpoint() const {
      return endpoint_of(acceptor_.local_endpoint(), Transport::kTcp);
    }

   private:
    void accept() {
      acceptor_.async_accept([this](const boost::system::error_code& error, auto socket) {
        if (error) return;
        f_(std::move(socket));
        accept();
      });
    }
    boost::asio::ip::tcp::acceptor acceptor_;
    std::function<void(boost::asio::ip::tcp::socket)> f_;
  };
  bool taken_ = false;
  Door ours{io, [this](boost::asio::ip::tcp::socket socket) {
              taken_ = true;
              connections->accepted(std::move(socket), Carrier::kTcp);
            }};
};

// Shows TRN-21.
TEST_F(ConnectionsTest, ReusesTheOpenConnectionToAnAddress) {
  TcpServer bob{io}, carol{io};
  connections->send(request(bob.endpoint(), "one", 1));
  connections->send(request(bob.endpoint(), "two", 2));
  connections->send(request(carol.endpoint(), "three", 3));
  ASSERT_TRUE(until(io, [&] {
    return !bob.peers.empty() && bob.peers[0]->got == "onetwo" && !carol.peers.empty() &&
           carol.peers[0]->got == "three";
  }));
  EXPECT_EQ(bob.peers.size(), 1U);
  EXPECT_EQ(connections->size(), 2U);
}

// Shows TRN-14.
TEST_F(ConnectionsTest, TakesMessagesOnTheConnectionThatAskedAndOnThoseThatPeersOpen) {
  TcpServer bob{io};
  connections->send(request(bob.endpoint(), options("asked")));
  ASSERT_TRUE(until(io, [&] { return !bob.peers.empty(); }));
  bob.peers[0]->send(options("answer"));
  const auto alice = peer_connects();
  alice->send(options("new"));
  ASSERT_TRUE(until(io, [&] { return reported.received.size() == 2; }));
  std::ranges::sort(reported.received, {}, [](const auto& d) { return d.wire.bytes; });
  EXPECT_EQ(reported.received[0].wire.bytes, options("answer"));
  EXPECT_EQ(reported.received[0].source, bob.endpoint());
  EXPECT_EQ(reported.received[1].wire.bytes, options("new"));
  EXPECT_EQ(reported.received[1].source, alice->local());
  EXPECT_EQ(reported.received[1].local.port, 5060);
}

// Shows TRN-12, TRN-14.
TEST_F(ConnectionsTest, AResponseGoesBackOnTheConnectionOfItsRequest) {
  TcpServer fallback{io};
  const auto alice = peer_connects();
  connections->send(
      {.destination = alice->local(), .wire = {"response"}, .fallback = fallback.endpoint()});
  EXPECT_TRUE(got(*alice, "response"));
  EXPECT_TRUE(fallback.peers.empty());
}

// Shows TRN-12, TRN-22.
TEST_F(ConnectionsTest, AResponseWhoseConnectionIsGoneGoesToTheAddressOfItsVia) {
  TcpServer fallback{io};
  const auto alice = peer_connects();
  const Endpoint source = alice->local();
  alice->socket.close();
  ASSERT_TRUE(until(io, [&] { return connections->size() == 0; }));
  connections->send({.destination = source, .wire = {"response"}, .fallback = fallback.endpoint()});
  ASSERT_TRUE(until(io, [&] { return !fallback.peers.empty(); }));
  EXPECT_TRUE(got(*fallback.peers[0], "response"));
}

// Shows TRN-22.
TEST_F(ConnectionsTest, AResponseThatCanGoNowhereHarmsNobody) {
  const Endpoint gone = nobody(io);
  connections->send({.destination = gone, .wire = {"response"}, .fallback = nobody(io)});
  ASSERT_TRUE(until(io, [&] { return !reported.said.empty(); }));
  EXPECT_TRUE(reported.failed.empty());
  EXPECT_EQ(connections->size(), 0U);
}

TEST_F(ConnectionsTest, ARefusedConnectionFailsEachOfItsRequestsOnce) {
  const Endpoint gone = nobody(io);
  connections->send(request(gone, "one", 1));
  connections->send(request(gone, "two", 2));
  ASSERT_TRUE(failed(2));
  settle();
  EXPECT_EQ(reported.failed, (std::vector<TransactionId>{TransactionId{1}, TransactionId{2}}));
  ASSERT_EQ(reported.said.size(), 1U);
  EXPECT_NE(reported.said[0].find(to_text(gone)), std::string::npos);
}

TEST_F(ConnectionsTest, AConnectionThatEndsWithoutAWordFailsItsRequestsAndAnAnsweredOneDoesNot) {
  TcpServer bob{io};
  connections->send(request(bob.endpoint(), "one", 1));
  ASSERT_TRUE(until(io, [&] { return !bob.peers.empty() && bob.peers[0]->got == "one"; }));
  bob.peers[0]->reset();
  ASSERT_TRUE(failed(1));
  connections->send(request(bob.endpoint(), "two", 2));
  ASSERT_TRUE(until(io, [&] { return bob.peers.size() == 2 && bob.peers[1]->got == "two"; }));
  bob.peers[1]->send(options("answer"));
  ASSERT_TRUE(until(io, [&] { return !reported.received.empty(); }));
  bob.peers[1]->reset();
  ASSERT_TRUE(until(io, [&] { return connections->size() == 0; }));
  EXPECT_EQ(reported.failed, std::vector<TransactionId>{TransactionId{1}});
}

// Shows TRN-08.
TEST_F(ConnectionsTest, WhoDoesNotFinishAMessageIsGivenUpHoweverSlowlyItGoesOn) {
  make({.message = milliseconds{50}});
  const auto silent = peer_connects();
  EXPECT_TRUE(is_closed(*silent)) << "no message at all";
  const auto slow = peer_connects();
  slow->send(options("whole") + "OPTIONS sip:half");
  // Each byte comes long before the timeout, and there is no end of them.
  boost::asio::steady_timer drip{io};
  std::function<void()> next = [&] {
    drip.expires_after(milliseconds{5});
    drip.async_wait([&](const boost::system::error_code& error) {
      boost::system::error_code ignored;
      slow->socket.write_some(boost::asio::buffer("x", 1), ignored);
      if (!error && !slow->closed) next();
    });
  };
  next();
  EXPECT_TRUE(is_closed(*slow));
  ASSERT_EQ(reported.received.size(), 1U);
  EXPECT_EQ(reported.received[0].wire.bytes, options("whole"));
}

TEST_F(ConnectionsTest, AConnectionBetweenMessagesMayRest) {
  make({.message = milliseconds{50}});
  const auto resting = peer_connects();
  resting->send(options("whole"));
  ASSERT_TRUE(until(io, [&] { return !reported.received.empty(); }));
  const auto silent = peer_connects();
  ASSERT_TRUE(is_closed(*silent)) << "so the time has passed";
  EXPECT_FALSE(resting->closed);
}

// Shows TRN-20.
TEST_F(ConnectionsTest, AnswersAPingWithAPong) {
  const auto alice = peer_connects();
  alice->send("\r\n\r\n");
  EXPECT_TRUE(got(*alice, "\r\n"));
  alice->send(options("one") + "\r\n\r\n");
  EXPECT_TRUE(got(*alice, "\r\n\r\n"));
  EXPECT_EQ(reported.received.size(), 1U);
}

// Shows TRN-20.
TEST_F(ConnectionsTest, PingsWhomItConnectedToAndGivesUpWhoPongedBeforeAndNoMore) {
  EXPECT_EQ(ConnectionTimes{}.pong, seconds{10});
  make({.ping = milliseconds{20}, .pong = milliseconds{40}});
  TcpServer ponging{io}, mute{io};
  connections->send(request(ponging.endpoint(), "", 1));
  connections->send(request(mute.endpoint(), "", 2));
  const auto pinged = [](const TcpServer& s, std::size_t times) {
    return !s.peers.empty() && s.peers[0]->got.size() >= 4 * times;
  };
  ASSERT_TRUE(until(io, [&] { return pinged(ponging, 1) && pinged(mute, 1); }));
  ponging.peers[0]->send("\r\n");
  ASSERT_TRUE(until(io, [&] { return pinged(ponging, 2); }));
  EXPECT_EQ(connections->size(), 2U);
  EXPECT_TRUE(is_closed(*ponging.peers[0])) << "it has ponged once";
  ASSERT_TRUE(until(io, [&] { return pinged(mute, 6); }));
  EXPECT_FALSE(mute.peers[0]->closed) << "nobody knows whether it can";
}

TEST_F(ConnectionsTest, DeliversTheHeadersOfALostFramingAndClosesWhenToldAfterTheLastAnswer) {
  const auto alice = peer_connects();
  const std::string bad = "OPTIONS sip:us@127.0.0.1 SIP/2.0\r\nCall-ID: x\r\n\r\n";
  alice->send(bad + options("never seen"));
  ASSERT_TRUE(until(io, [&] { return !reported.received.empty(); }));
  EXPECT_EQ(reported.received[0].wire.bytes, bad);
  const std::string answer(300'000, 'a');  // more than a socket takes at once
  connections->send({.destination = alice->local(), .wire = {answer}});
  connections->close(alice->local());
  EXPECT_TRUE(is_closed(*alice));
  EXPECT_EQ(alice->got, answer);
  EXPECT_EQ(reported.received.size(), 1U);
}

TEST_F(ConnectionsTest, RefusesConnectionsBeyondItsLimitAndKeepsTheOthers) {
  make({}, 1);
  const auto first = peer_connects();
  const auto second = peer_connects();
  EXPECT_TRUE(is_closed(*second));
  TcpServer bob{io};
  connections->send(request(bob.endpoint(), "one", 1));
  EXPECT_TRUE(failed(1));
  EXPECT_EQ(connections->refused(), 2U);
  first->send(options("still here"));
  EXPECT_TRUE(until(io, [&] { return !reported.received.empty(); }));
}

TEST_F(ConnectionsTest, RefusesWhatAPeerThatDoesNotReadCannotTake) {
  TcpServer bob{io};
  const std::string big(limits::kWaitingBytesMax / 2, 'x');
  for (std::uint64_t id = 1; id <= 3; ++id) connections->send(request(bob.endpoint(), big, id));
  ASSERT_TRUE(failed(1));
  EXPECT_EQ(reported.failed, std::vector<TransactionId>{TransactionId{3}});
  EXPECT_EQ(connections->refused(), 1U);
}

TEST_F(ConnectionsTest, SpeaksIpv6) {
  TcpServer bob{io, "::1"};
  connections->send(request(bob.endpoint(), "one"));
  ASSERT_TRUE(until(io, [&] { return !bob.peers.empty(); }));
  EXPECT_TRUE(got(*bob.peers[0], "one"));
  bob.peers[0]->send(options("answer"));
  ASSERT_TRUE(until(io, [&] { return !reported.received.empty(); }));
  EXPECT_EQ(reported.received[0].source, bob.endpoint());
}

}  // namespace
}  // namespace lastcall::host
