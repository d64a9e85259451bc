#include "engine/host/udp_errors.hpp"

#include "engine/host/net.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

namespace lastcall::host {
namespace {

using boost::asio::ip::udp;

constexpr std::size_t kSentMax = 256;
// ICMP quotes at least 8 bytes behind the UDP header, today's systems some hundred (RFC 1812
// 4.3.2.3): the branch is among them.
constexpr std::size_t kBeginningBytes = 256;

std::optional<Endpoint> endpoint_of_name(const sockaddr_storage& storage, std::size_t size) {
  udp::endpoint endpoint;
  if (size == 0 || size > endpoint.capacity()) return std::nullopt;
  std::memcpy(endpoint.data(), &storage, size);
  endpoint.resize(size);
  return endpoint_of(endpoint);
}

// Whether the control messages tell of a failure of transport.
bool tells_of_failure(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    const bool v4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
    const bool v6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(part), sizeof error);
    if (error.ee_origin == SO_EE_ORIGIN_ICMP) {
      return is_transport_failure(Family::kIpv4, error.ee_type, error.ee_code);
    }
    if (error.ee_origin == SO_EE_ORIGIN_ICMP6) {
      return is_transport_failure(Family::kIpv6, error.ee_type, error.ee_code);
    }
  }
  return false;
}

}  // namespace

bool is_transport_failure(Family family, int type, int code) {
  if (family == Family::kIpv6) return type == ICMP6_DST_UNREACH || type == ICMP6_PARAM_PROB;
  // "Fragmentation needed" is about one size, and the kernel remembers it.
  if (type == ICMP_DEST_UNREACH) return code != ICMP_FRAG_NEEDED;
  return type == ICMP_PARAMETERPROB;
}

void keep_udp_errors(int socket, Family family) {
  const int on = 1;
  const bool v4 = family == Family::kIpv4;
  // Without it nothing is told, and the timers of the transactions see to it.
  (void)setsockopt(socket, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on,
                   sizeof on);
}

std::optional<UdpError> next_udp_error(int socket) {
  std::array<char, 1024> quoted;
  alignas(cmsghdr) std::array<char, 512> control;
  while (true) {
    sockaddr_storage name{};
    iovec bytes{quoted.data(), quoted.size()};
    msghdr message{};
    message.msg_name = &name;
    message.msg_namelen = sizeof name;
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    if (!tells_of_failure(message)) continue;
    const auto destination = endpoint_of_name(name, message.msg_namelen);
    if (destination) {
      return UdpError{*destination, std::string{quoted.data(), static_cast<std::size_t>(size)}};
    }
  }
}

void SentDatagrams::add(const Transmit& order) {
  if (!order.transaction) return;
  if (sent_.size() == kSentMax) sent_.pop_front();
  sent_.push_back(
      {order.destination, order.transaction, order.wire.bytes.substr(0, kBeginningBytes)});
}

std::optional<TransactionId> SentDatagrams::take(const UdpError& error) {
  const auto fits = [&](const Sent& sent) {
    const std::size_t length = std::min(sent.beginning.size(), error.quoted.size());
    return sent.destination == error.destination && length > 0 &&
           sent.beginning.compare(0, length, error.quoted, 0, length) == 0;
  };
  const auto newest = std::find_if(sent_.rbegin(), sent_.rend(), fits);
  if (newest == sent_.rend()) return std::nullopt;
  const TransactionId transaction = newest->transaction;
  std::erase_if(sent_, [&](const Sent& sent) { return sent.transaction == transaction; });
  return transaction;
}

}  // namespace lastcall::host
