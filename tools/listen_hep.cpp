#include "tools/listen_hep.hpp"

#include "engine/sip/scan.hpp"
#include "replay/capture/collector.hpp"
#include "replay/capture/trace_words.hpp"
#include "replay/capture/traces.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/core.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>

namespace lastcall::tools {
namespace {

namespace capture = replay::capture;
namespace asio = boost::asio;
using asio::ip::udp;

std::optional<udp::endpoint> endpoint_of(const std::string& at) {
  const std::string text = at.find(':') == std::string::npos ? "127.0.0.1:" + at : at;
  const auto endpoint = capture::read_endpoint(text, Transport::kUdp);
  if (!endpoint) return std::nullopt;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(endpoint->host, error);
  return error ? std::nullopt : std::optional{udp::endpoint{address, endpoint->port}};
}

class HepPort {
 public:
  HepPort(const HepListening& listening, const capture::Listener& listener)
      : listening_(listening), collector_(listener) {}

  std::expected<capture::Report, std::string> run() {
    if (const auto fault = open()) return std::unexpected{*fault};
    asio::signal_set signals{io_, SIGINT, SIGTERM};
    signals.async_wait([this](const auto& error, int) {
      if (!error) io_.stop();
    });
    asio::steady_timer bound{io_};
    if (listening_.seconds > 0) {
      bound.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
          std::chrono::duration<double>(listening_.seconds)));
      bound.async_wait([this](const auto&) { io_.stop(); });
    }
    receive();
    io_.run();
    if (keep_.is_open() && !keep_.flush()) {
      return std::unexpected{fmt::format("{} cannot be written", listening_.keep)};
    }
    return collector_.report();
  }

 private:
  std::optional<std::string> open() {
    const auto at = endpoint_of(listening_.at);
    if (!at) return fmt::format("'{}' is no [HOST:]PORT", listening_.at);
    boost::system::error_code error;
    socket_.open(at->protocol(), error);
    if (!error) socket_.bind(*at, error);
    if (error) return fmt::format("{}: {}", listening_.at, error.message());
    if (!listening_.keep.empty()) {
      keep_.open(listening_.keep, std::ios::binary);
      if (!keep_) return fmt::format("{} cannot be written", listening_.keep);
    }
    const udp::endpoint local = socket_.local_endpoint();
    fmt::print(stderr, "listening for HEP on {}:{}\n", local.address().to_string(), local.port());
    return std::nullopt;
  }

  void receive() {
    socket_.async_receive(asio::buffer(buffer_), [this](const auto& error, std::size_t size) {
      if (!error) take({buffer_.data(), size});
      const bool is_enough =
          listening_.count != 0 && collector_.report().packets >= listening_.count;
      if (is_enough) return io_.stop();
      receive();
    });
  }

  void take(capture::Bytes datagram) {
    if (keep_.is_open()) keep_ << datagram;
    capture::take_hep(datagram, collector_);
  }

  const HepListening& listening_;
  capture::Collector collector_;
  asio::io_context io_;
  udp::socket socket_{io_};
  std::ofstream keep_;
  std::array<char, 65'536> buffer_{};
};

}  // namespace

std::expected<capture::Report, std::string> listen_hep(const HepListening& listening,
                                                       const capture::Listener& listener) {
  return HepPort{listening, listener}.run();
}

}  // namespace lastcall::tools
