#include "engine/host/media_port.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

// More than this in 20 ms is no audio of one stream; the rest waits in the socket, or is lost.
constexpr int kPacketsPerBeat = 16;
constexpr std::size_t kPacketBytesMax = 2048;
// Ports that other programs hold are passed over, but a call waits only so long.
constexpr int kPortsTried = 64;

boost::system::error_code bind(udp::socket& socket, const asio::ip::address& address,
                               unsigned port) {
  const udp::endpoint local{address, static_cast<std::uint16_t>(port)};
  boost::system::error_code error;
  socket.open(local.protocol(), error);
  if (!error) socket.bind(local, error);
  if (!error) socket.non_blocking(true, error);
  return error;
}

}  // namespace

MediaPort::MediaPort(asio::io_context& io, const HostClock& clock, Config config, Engine engine)
    : io_(io),
      clock_(clock),
      config_(std::move(config)),
      engine_(std::move(engine)),
      ports_(config_.ports),
      timer_(io) {}

void MediaPort::start(const StartStream& order) {
  if (streams_.contains(order.stream)) return;  // repeated after a crash; it has been answered
  for (int tried = 0; tried < kPortsTried; ++tried) {
    const auto port = ports_.take(clock_.now());
    if (!port) break;
    if (open(order, *port)) {
      const Endpoint local{.host = config_.host, .port = *port};
      engine_.deliver(StreamStarted{order.call, order.stream, local});
      return;
    }
    ports_.give_back(*port, clock_.now());
  }
  engine_.deliver(StreamFailed{order.call, order.stream});
}

bool MediaPort::reopen(const StartStream& order, const Endpoint& local) {
  if (local.host != config_.host || !ports_.take_exactly(local.port)) return false;
  if (open(order, local.port)) return true;
  ports_.give_back(local.port, clock_.now());
  return false;
}

bool MediaPort::open(const StartStream& order, std::uint16_t port) {
  Stream stream{Socket{io_}, Socket{io_}, port, media::Pump{order.call, order.stream}};
  const asio::ip::address address = asio::ip::make_address(config_.host);
  if (bind(stream.rtp, address, port) || bind(stream.rtcp, address, port + 1U)) return false;
  streams_.emplace(order.stream, std::move(stream));
  if (!beating_) {
    beating_ = true;
    timer_.expires_after(media::kFrameTime);
    beat();
  }
  return true;
}

void MediaPort::direct(const DirectStream& order) {
  const auto it = streams_.find(order.stream);
  if (it != streams_.end()) it->second.pump.direct(order);
}

void MediaPort::stop(const StopStream& order) {
  const auto it = streams_.find(order.stream);
  if (it != streams_.end()) {
    close(it);
  } else {
    engine_.deliver(StreamStopped{.call = order.call, .stream = order.stream});
  }
}

void MediaPort::abort(CallId call) {
  for (auto it = streams_.begin(); it != streams_.end();) {
    it = it->second.pump.call() == call ? close(it) : std::next(it);
  }
}

MediaPort::Streams::iterator MediaPort::close(Streams::iterator it) {
  ports_.give_back(it->second.port, clock_.now());
  const StreamStopped report = it->second.pump.stopped();
  const auto next = streams_.erase(it);
  engine_.deliver(report);
  return next;
}

// Waits for the next beat; beats while any stream is open.
void MediaPort::beat() {
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    tick();
    beating_ = !streams_.empty();
    if (!beating_) return;
    // A beat that comes late is not made up for: audio that is late is no use.
    const auto next = timer_.expiry() + media::kFrameTime;
    timer_.expires_at(std::max(next, std::chrono::steady_clock::now()));
    beat();
  });
}

void MediaPort::tick() {
  for (auto& [id, stream] : streams_) {
    receive(stream);
    const media::PumpStep step = stream.pump.step(engine_.find(stream.pump.call()));
    if (step.refused) engine_.deliver(*step.refused);
    if (!step.frame) continue;
    const auto destination = udp_endpoint(step.frame->destination);
    boost::system::error_code ignored;  // a frame that cannot leave is a lost frame
    if (destination) {
      stream.rtp.send_to(asio::buffer(step.frame->packet), *destination, 0, ignored);
    }
  }
}

void MediaPort::receive(Stream& stream) {
  std::array<char, kPacketBytesMax> buffer;
  for (int i = 0; i < kPacketsPerBeat; ++i) {
    udp::endpoint source;
    boost::system::error_code error;
    const std::size_t size = stream.rtp.receive_from(asio::buffer(buffer), source, 0, error);
    if (error) return;
    stream.pump.received({buffer.data(), size});
  }
}

}  // namespace lastcall::host
