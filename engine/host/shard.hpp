#pragma once
// Shard: one kernel and its world. Delivers what sockets, pumps, clients and the log report, drains
// each turn, and carries out the orders whose gate is open. Everything here runs on the thread of
// its io_context. It decides nothing that the engine decides; it only refuses new calls while it
// drains or while the log cannot follow.

#include "engine/core/kernel.hpp"
#include "engine/core/recovery.hpp"
#include "engine/host/host_clock.hpp"
#include "engine/host/listener.hpp"
#include "engine/host/log_writer.hpp"
#include "engine/host/media_port.hpp"
#include "engine/host/resolver.hpp"
#include "engine/host/sip_ports.hpp"
#include "engine/host/tally.hpp"
#include "engine/sip/keyring.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace lastcall::host {

class Shard {
 public:
  // What a shard stands on; all of it outlives the shard.
  struct Ground {
    boost::asio::io_context& io;
    const HostClock& clock;
    LogWriter& log;
    Tally& tally;
    SipPorts& ports;
    Resolver& resolver;
    const Listener& listener;
    const sip::Keyring& keyring;
  };
  // REQUIRES: `kernel` has recovered what the log holds.
  Shard(const Ground& ground, core::Kernel kernel, PortRange rtp_ports);

  // Takes over from the process before this one, and begins to receive.
  void begin(const core::Recovery& recovery);

  // Something happened in the world.
  void deliver(Input input);
  // The log is durable further on, or has failed.
  void log_moved();

  // No new calls from now on; hangs up the rest, and calls `drained` when the last one has ended or
  // when `bound` has passed.
  void drain(Duration bound, std::function<void()> drained);
  [[nodiscard]] bool draining() const { return static_cast<bool>(drained_); }

 private:
  void received(DatagramReceived datagram);
  [[nodiscard]] bool takes_new_calls() const;
  void take_over(const core::KeptStream& stream);
  void pump_soon();
  void pump();
  void perform(const Output& output);
  void resolve(const Resolve& order);
  void arm_timer();
  void go_on_draining();

  Ground ground_;
  core::Kernel kernel_;
  core::OldestFirst policy_;
  MediaPort media_;
  boost::asio::steady_timer deadline_timer_;
  Instant armed_ = kNever;
  bool pump_posted_ = false;
  boost::asio::steady_timer drain_timer_;
  std::function<void()> drained_;
  std::set<CallId> hung_up_;  // while draining
};

}  // namespace lastcall::host
