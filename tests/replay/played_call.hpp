#pragma once
// A kernel that is played with by hand: real SIP text in, and a world that grants every order at
// once. Gives the recording that a served call leaves behind.

#include "engine/core/config_text.hpp"
#include "engine/core/kernel.hpp"
#include "engine/log/memory_log.hpp"
#include "engine/sip/parse.hpp"
#include "replay/recording.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace lastcall::replay {

inline const Endpoint kEngineAt{"10.0.0.1", 5060};
inline const Endpoint kPeerAt{"10.0.0.2", 5060};

inline core::Config config_of_test() {
  return {.seed = 7, .contact = kEngineAt, .cleanup_layers = {}};
}

class PlayedCall {
 public:
  PlayedCall() : kernel_(config_of_test()) { begin_run(); }

  // Bob calls, alice answers, bob acknowledges.
  void connect() {
    hear("INVITE", 1, "Content-Type: application/sdp\r\n",
         "v=0\r\no=bob 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\n"
         "m=audio 4000 RTP/AVP 0\r\n");
    now_ += std::chrono::milliseconds{250};
    hear("ACK", 1);
  }
  void bye() {
    now_ += std::chrono::milliseconds{1500};
    hear("BYE", 2);
  }
  // Handles every deadline until nothing is left to come.
  void run_out() {
    while (kernel_.next_deadline() != kNever) {
      now_ = std::max(now_, kernel_.next_deadline());
      drain();
    }
  }
  // The process dies and another one goes on with its log.
  void restart() {
    now_ += std::chrono::milliseconds{100};
    kernel_ = core::Kernel{config_of_test()};
    for (const Record& record : log_.records()) {
      if (call_of(record.event)) kernel_.recover(record);
    }
    begin_run();
  }

  [[nodiscard]] Recording recording() const { return {runs_, log_.records()}; }
  [[nodiscard]] const log::MemoryLog& log() const { return log_; }
  [[nodiscard]] const core::Kernel& kernel() const { return kernel_; }

 private:
  void begin_run() {
    runs_.push_back({log_.last() + 1,
                     {.seed = config_of_test().seed,
                      .scenario = "serve",
                      .choices = {},
                      .config = core::config_text(config_of_test()),
                      .version = {},
                      .result = {},
                      .hash = {}}});
  }
  void hear(const std::string& method, int cseq, const std::string& lines = {},
            const std::string& body = {}) {
    const std::string branch =
        method + std::to_string(cseq) + std::to_string(to_ns(now_) / 1'000'000);
    const std::string text = method + " sip:alice@10.0.0.1 SIP/2.0\r\n" +
                             "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK" + branch + "\r\n" +
                             "Max-Forwards: 70\r\nFrom: <sip:bob@10.0.0.2>;tag=b0b\r\n" +
                             "To: <sip:alice@10.0.0.1>" + (tag_.empty() ? "" : ";tag=" + tag_) +
                             "\r\nCall-ID: played@10.0.0.2\r\nCSeq: " + std::to_string(cseq) + " " +
                             method + "\r\nContact: <sip:bob@10.0.0.2:5060>\r\n" + lines +
                             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    kernel_.deliver(DatagramReceived{kPeerAt, kEngineAt, {text}});
    drain();
  }
  void drain() {
    while (kernel_.step(log_, policy_, now_)) {
      for (const Output& order : kernel_.take_outputs(log_.durable())) grant(order);
    }
  }
  void grant(const Output& order) {
    if (const auto* sent = std::get_if<Transmit>(&order)) {
      const auto message = sip::parse(sent->wire.bytes);
      ASSERT_TRUE(message.has_value());
      if (message->is_response() && !message->to_tag().empty()) tag_ = message->to_tag();
    } else if (const auto* start = std::get_if<StartStream>(&order)) {
      kernel_.deliver(StreamStarted{start->call, start->stream, {"10.0.0.1", 5000}});
    } else if (const auto* stop = std::get_if<StopStream>(&order)) {
      kernel_.deliver(StreamStopped{.call = stop->call, .stream = stop->stream});
    } else if (const auto* notice = std::get_if<Notify>(&order)) {
      if (notice->notice == NoticeKind::kIncoming) {
        kernel_.deliver(
            CommandGiven{.command = {1}, .op = Op::kAnswer, .call = notice->call, .target = {}});
      } else if (notice->notice == NoticeKind::kEnding) {
        kernel_.deliver(NoticeTaken{notice->call, NoticeKind::kEnding});
      }
    }
  }

  core::Kernel kernel_;
  core::OldestFirst policy_;
  log::MemoryLog log_;
  std::vector<log::StoredRun> runs_;
  Instant now_ = instant_ns(1'000'000'000);
  std::string tag_;
};

}  // namespace lastcall::replay
