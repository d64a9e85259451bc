#pragma once
// A callee that datagrams are thrown at: one kernel, and everything it sends. The world around it
// opens streams at once and takes every notice; a call rings until answer() is called. A value:
// copies go their own ways. Needs no test framework, so that the fuzz targets can use it too.

#include "engine/core/kernel.hpp"
#include "engine/log/memory_log.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace lastcall::torture {

inline const Endpoint kStranger{"198.51.100.7", 5060, Transport::kUdp};
inline const Endpoint kCallee{"192.0.2.1", 5060, Transport::kUdp};

// Everything the engine knows of one call.
struct CallView {
  core::Session session;
  core::Leg leg;
  core::CallMedia media;
  core::CallClient client;
  bool operator==(const CallView&) const = default;
};

class Callee {
 public:
  // What is sent because of one datagram.
  std::vector<std::string> receive(std::string datagram, const Endpoint& source = kStranger) {
    deliver(DatagramReceived{source, kCallee, {std::move(datagram)}});
    return std::exchange(sent_, {});
  }
  // Answers the newest call, and returns what is sent then.
  std::vector<std::string> answer() {
    deliver(CommandGiven{CommandId{1}, Op::kAnswer, call_, {}});
    return std::exchange(sent_, {});
  }
  // Lets deadlines come until nothing is due before this instant.
  void run_until(Instant end) {
    while (kernel_.next_deadline() <= end) {
      now_ = std::max(now_, kernel_.next_deadline());
      drain();
    }
  }

  // The newest call that rang.
  [[nodiscard]] CallId call() const { return call_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const core::State& state() const { return kernel_.state(); }
  [[nodiscard]] const log::MemoryLog& log() const { return log_; }
  // REQUIRES: the call is live.
  [[nodiscard]] CallView view(CallId call) const {
    const core::State& state = kernel_.state();
    return {*core::layer<core::SessionLayer>(state).calls.find(call),
            *core::layer<core::DialogLayer>(state).legs.find(call),
            *core::layer<core::MediaLayer>(state).calls.find(call),
            *core::layer<core::ClientLayer>(state).calls.find(call)};
  }
  [[nodiscard]] bool is_live(CallId call) const {
    return core::layer<core::SessionLayer>(kernel_.state()).calls.contains(call);
  }

 private:
  static core::Config config() {
    core::Config config;
    config.contact = kCallee;
    config.cleanup_layers = core::ForEachLayer<core::Layers>::cleanup_layers();
    return config;
  }
  void deliver(Input input) {
    (void)kernel_.deliver(std::move(input));
    drain();
  }
  void drain() {
    core::OldestFirst oldest;
    for (bool more = true; more;) {
      while (kernel_.step(log_, oldest, now_)) {
      }
      for (const Output& output : kernel_.take_outputs(log_.durable())) perform(output);
      more = kernel_.ready(now_);
    }
  }
  void perform(const Output& output) {
    if (const auto* transmit = std::get_if<Transmit>(&output)) {
      sent_.push_back(transmit->wire.bytes);
    } else if (const auto* start = std::get_if<StartStream>(&output)) {
      (void)kernel_.deliver(StreamStarted{start->call, start->stream, {"192.0.2.1", 4000, {}}});
    } else if (const auto* stop = std::get_if<StopStream>(&output)) {
      (void)kernel_.deliver(StreamStopped{stop->call, stop->stream});
    } else if (const auto* notify = std::get_if<Notify>(&output)) {
      if (notify->notice == NoticeKind::kIncoming) call_ = notify->call;
      (void)kernel_.deliver(NoticeTaken{notify->call, notify->notice});
    }
  }

  core::Kernel kernel_{config()};
  log::MemoryLog log_;
  Instant now_{};
  CallId call_;
  std::vector<std::string> sent_;
};

}  // namespace lastcall::torture
