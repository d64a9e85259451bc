#pragma once
// UdpPort: one UDP socket for SIP. Takes several datagrams per wake-up, bounded, so that nobody
// starves the timers. Does not look into datagrams, but for those that only keep a NAT open. Used
// from the shard's thread only.

#include "engine/host/net.hpp"
#include "engine/host/udp_errors.hpp"
#include "engine/model/limits.hpp"
#include "engine/model/output.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace lastcall::host {

class UdpPort {
 public:
  struct Reports {
    std::function<void(DatagramReceived)> received;
    std::function<void(TransactionId)> failed;  // ICMP says that a request did not arrive
  };

  // Binds at `local`; port 0 takes a free one. `contact()` is what peers are told.
  [[nodiscard]] static std::expected<std::unique_ptr<UdpPort>, HostError> open(
      boost::asio::io_context& io, const Endpoint& local);

  // Begins to receive. The port must outlive the io_context's run.
  void listen(Reports reports);

  // Hands the bytes to the network. False if that failed in a way the sender must know (RFC 3261
  // 18.4); a full buffer is loss, as on any network.
  [[nodiscard]] bool send(const Transmit& order);

  [[nodiscard]] const Endpoint& contact() const { return contact_; }

 private:
  explicit UdpPort(boost::asio::io_context& io) : socket_(io) {}
  void wait();
  void receive_some();
  void received(const Endpoint& source, std::string_view bytes);
  void report_errors();

  boost::asio::ip::udp::socket socket_;
  Endpoint contact_;
  Reports reports_;
  SentDatagrams sent_;
  std::string buffer_ = std::string(limits::kMessageBytesMax, '\0');
};

}  // namespace lastcall::host
