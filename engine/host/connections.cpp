#include "engine/host/connections.hpp"

#include "engine/base/check.hpp"
#include "engine/host/net.hpp"

#include <algorithm>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace lastcall::host {
namespace {

using boost::asio::ip::tcp;

// A connection that has been quiet for so long carries no transaction any more.
constexpr Duration kQuiet = limits::k64T1;

// Messages leave at once, and a peer that takes none of our bytes for the length of a transaction
// is gone, whatever TCP hopes for.
void prepare(tcp::socket& socket) {
  using std::chrono::milliseconds;
  boost::system::error_code ignored;  // without, it is only slower
  socket.set_option(tcp::no_delay{true}, ignored);
  const auto timeout_ms =
      static_cast<unsigned>(std::chrono::duration_cast<milliseconds>(limits::k64T1).count());
  (void)setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms,
                   sizeof timeout_ms);
}

}  // namespace

Connections::Connections(boost::asio::io_context& io, Tls& tls, Settings settings, Reports reports)
    : io_(io),
      tls_(tls),
      settings_(std::move(settings)),
      reports_(std::move(reports)),
      observer_{.received = [this](Connection& from,
                                   std::string message) { received(from, std::move(message)); },
                .lost = [this](Connection& gone,
                               Connection::Loss loss) { lost(gone, std::move(loss)); }} {}

Connections::~Connections() {
  ending_ = true;
  // Each one takes itself out of the table when it fails.
  while (!open_.empty()) {
    const std::shared_ptr<Connection> connection = open_.begin()->second;
    connection->fail("the engine stops");
  }
}

void Connections::accepted(tcp::socket socket, Carrier carrier) {
  boost::system::error_code error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  if (error) return;  // gone before we looked
  prepare(socket);
  const PeerIdentity peer{endpoint_of(remote, transport_of(carrier)), {}};
  if (!make_room()) {
    ++refused_;
    return;
  }
  const auto connection = std::make_shared<Connection>(
      StreamSocket{std::move(socket), carrier, &tls_.server()}, peer, settings_.times, observer_);
  open_.emplace(peer, connection);
  connection->accept();
}

void Connections::send(Transmit order) {
  const Endpoint& peer = order.destination;
  // RFC 5922 7.3 checks names; where the engine names none it wants this very address.
  Connection* connection = find(peer, order.server);
  const bool goes_back = !order.transaction && !order.fallback.host.empty();
  if (!connection && !goes_back) connection = connect(peer, order.server);
  if (!connection) return undelivered(std::move(order));
  // A copy: what does not fit must still be told of.
  if (!connection->send(order)) {
    ++refused_;
    undelivered(std::move(order));
  }
}

// TLS: only the connection whose certificate was checked against this server. Without a server,
// whichever leads there: responses go back where their request came from.
Connection* Connections::find(const Endpoint& peer, const std::string& server) const {
  const bool any_server = peer.transport != Transport::kTls || server.empty();
  for (auto it = open_.lower_bound({peer, any_server ? std::string{} : server});
       it != open_.end() && it->first.endpoint == peer; ++it) {
    if (!any_server && it->first.server != server) break;
    if (it->second->takes_more()) return it->second.get();
  }
  return nullptr;
}

Connection* Connections::connect(const Endpoint& peer, const std::string& server) {
  const bool is_tls = peer.transport == Transport::kTls;
  // RFC 7118: only browsers and their like open WebSockets.
  const auto address = tcp_endpoint(peer);
  if ((!is_tls && peer.transport != Transport::kTcp) || !address) return nullptr;
  tcp::socket socket{io_};
  boost::system::error_code error;
  if (make_room()) socket.open(address->protocol(), error);
  if (!socket.is_open()) {
    ++refused_;
    return nullptr;
  }
  prepare(socket);
  PeerIdentity identity{peer, {}};
  if (is_tls) identity.server = server.empty() ? peer.host : server;
  const Carrier carrier = is_tls ? Carrier::kTls : Carrier::kTcp;
  const auto connection = std::make_shared<Connection>(
      StreamSocket{std::move(socket), carrier, is_tls ? &tls_.client() : nullptr}, identity,
      settings_.times, observer_);
  open_.emplace(identity, connection);
  connection->connect();
  return connection.get();
}

// When the table is full, the connection that has been quiet for the longest gives way, if no
// transaction can wait on it.
bool Connections::make_room() {
  if (open_.size() < settings_.connections_max) return true;
  const auto quietest = std::ranges::min_element(
      open_, {}, [](const Open::value_type& entry) { return entry.second->last_used(); });
  if (quietest == open_.end()) return false;
  const std::shared_ptr<Connection> connection = quietest->second;
  if (std::chrono::steady_clock::now() - connection->last_used() < kQuiet) return false;
  connection->fail("another one needs its place");
  return true;
}

void Connections::close(const Endpoint& peer) {
  Connection* chosen = find(peer, {});
  for (auto it = open_.lower_bound({peer, {}}); it != open_.end() && it->first.endpoint == peer;
       ++it) {
    if (it->second->framing_lost()) chosen = it->second.get();
  }
  if (chosen) chosen->close();
}

void Connections::received(const Connection& connection, std::string message) {
  const Endpoint& source = connection.peer().endpoint;
  const auto contact = settings_.contacts.find(source.transport);
  reports_.received({.source = source,
                     .local = contact == settings_.contacts.end() ? Endpoint{} : contact->second,
                     .wire = {std::move(message)}});
}

void Connections::lost(const Connection& connection, Connection::Loss loss) {
  const auto [first, last] = open_.equal_range(connection.peer());
  const auto it = std::ranges::find(
      first, last, &connection, [](const Open::value_type& entry) { return entry.second.get(); });
  CHECK(it != last, "a connection is in the table until it is lost, and is lost once");
  open_.erase(it);
  if (ending_) return;
  if (!loss.unsent.empty()) {
    const Endpoint& peer = connection.peer().endpoint;
    reports_.said(std::string{name(peer.transport)} + ":" + to_text(peer) +
                  " cannot be reached: " + loss.reason + ".");
  }
  for (Transmit& order : loss.unsent) undelivered(std::move(order));
  for (const TransactionId transaction : loss.unanswered) reports_.failed(transaction);
}

// Tells, or goes the other way.
void Connections::undelivered(Transmit order) {
  if (order.transaction) return reports_.failed(order.transaction);
  if (order.fallback.host.empty()) return;
  order.destination = std::exchange(order.fallback, {});
  send(std::move(order));
}

}  // namespace lastcall::host
