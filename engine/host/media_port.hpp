#pragma once
// MediaPort: the sockets of all streams of one shard, and the 20 ms beat that steps their pumps.
// Carries out StartStream, DirectStream and StopStream, and reports what became of them. Asks for
// the call of each stream before each frame. Decides nothing about calls. Used from the shard's
// thread only.

#include "engine/host/host_clock.hpp"
#include "engine/host/net.hpp"
#include "engine/host/rtp_ports.hpp"
#include "engine/media/pump.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <string>

namespace lastcall::host {

class MediaPort {
 public:
  struct Config {
    std::string host;  // a numeric address of this machine, as peers know it
    PortRange ports;
  };
  struct Engine {
    std::function<void(Input)> deliver;
    std::function<Found(CallId)> find;
  };
  MediaPort(boost::asio::io_context& io, const HostClock& clock, Config config, Engine engine);

  // Opens a pair of ports; reports StreamStarted or StreamFailed.
  void start(const StartStream& order);
  // Opens the very port that an earlier process had for this stream. False if it is not free.
  [[nodiscard]] bool reopen(const StartStream& order, const Endpoint& local);
  // For a stream that is not open: no effect.
  void direct(const DirectStream& order);
  // Closes the ports; reports StreamStopped, for a stream that is not open as well.
  void stop(const StopStream& order);
  // Closes everything of the call.
  void abort(CallId call);

  [[nodiscard]] std::size_t open_streams() const { return streams_.size(); }

 private:
  using Socket = boost::asio::ip::udp::socket;
  struct Stream {
    Socket rtp;
    Socket rtcp;  // keeps the neighbour port ours; reports are not read yet
    std::uint16_t port = 0;
    media::Pump pump;
  };
  using Streams = std::map<StreamId, Stream>;

  [[nodiscard]] bool open(const StartStream& order, std::uint16_t port);
  Streams::iterator close(Streams::iterator it);
  void beat();
  void tick();
  void receive(Stream& stream);

  boost::asio::io_context& io_;
  const HostClock& clock_;
  Config config_;
  Engine engine_;
  RtpPorts ports_;
  Streams streams_;
  boost::asio::steady_timer timer_;
  bool beating_ = false;
};

}  // namespace lastcall::host
