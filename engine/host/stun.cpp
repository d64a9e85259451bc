#include "engine/host/stun.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>

namespace lastcall::host {
namespace {

// RFC 5389 6: type, length, magic cookie, and 12 bytes of the transaction.
constexpr std::size_t kHeaderBytes = 20;
constexpr std::string_view kBindingRequest{"\x00\x01", 2};
constexpr std::string_view kBindingSuccess{"\x01\x01", 2};
constexpr std::string_view kXorMappedAddress{"\x00\x20", 2};
constexpr std::string_view kCookie = "\x21\x12\xA4\x42";

std::string two_bytes(std::size_t value) {
  return {static_cast<char>(value >> 8U & 0xFFU), static_cast<char>(value & 0xFFU)};
}

// RFC 5389 15.2: hidden by the cookie and the transaction from NATs that rewrite addresses.
std::string hidden(std::string bytes, std::string_view key) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^
                                 static_cast<unsigned char>(key[i]));
  }
  return bytes;
}

std::string address_bytes(const boost::asio::ip::address& address) {
  const auto text = [](const auto& bytes) {
    return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  };
  return address.is_v4() ? text(address.to_v4().to_bytes()) : text(address.to_v6().to_bytes());
}

}  // namespace

std::optional<std::string> stun_answer(std::string_view datagram, const Endpoint& source) {
  const bool asks = datagram.size() >= kHeaderBytes && datagram.starts_with(kBindingRequest) &&
                    datagram.substr(4, 4) == kCookie &&
                    datagram.substr(2, 2) == two_bytes(datagram.size() - kHeaderBytes);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(source.host, error);
  if (!asks || error) return std::nullopt;
  const std::string_view key = datagram.substr(4, 16);  // the cookie and the transaction
  const std::string bytes = address_bytes(address);
  std::string value{'\0', address.is_v4() ? '\1' : '\2'};
  value += hidden(two_bytes(source.port), key) + hidden(bytes, key);
  std::string answer{kBindingSuccess};
  answer += two_bytes(4 + value.size());
  answer.append(key).append(kXorMappedAddress).append(two_bytes(value.size())) += value;
  return answer;
}

}  // namespace lastcall::host
