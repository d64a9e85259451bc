// lastcall call: places one call from a terminal, holds and resumes it if asked to, hangs up, and
// says what happens. Exits with 0 if the call was connected and ended in order.

#include "engine/host/engine.hpp"
#include "replay/canvas.hpp"
#include "tools/engine_options.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/core.h>

#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <optional>

namespace lastcall::tools {
namespace {

using std::chrono::milliseconds;

struct CallOptions {
  EngineOptions engine{.sip = "udp:127.0.0.1:0", .log = ""};
  std::string uri;
  int hold_after_ms = -1;  // below 0: no hold
  int hold_for_ms = 500;
  std::string transfer_to;  // empty: no transfer
  int transfer_after_ms = 500;
  double seconds = 3;
};

// One call, told step by step. Everything runs on one io_context; the engine posts to it.
class Caller {
 public:
  explicit Caller(const CallOptions& options) : options_(options) {}
  Exit run();

 private:
  [[nodiscard]] host::Listener listener();
  void noticed(const Notify& notice);
  void replied(const Reply& reply);
  void connected();
  void ended(const Notify& notice);
  void give(Op op);
  void later(milliseconds delay, Op op);
  void finish(Exit exit);

  const CallOptions& options_;
  boost::asio::io_context io_;
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
  std::unique_ptr<host::Engine> engine_;
  CallId call_;
  std::map<CommandId, Op> given_;
  std::optional<CallState> state_;
  bool was_connected_ = false;
  std::optional<Exit> exit_;
};

void say(const std::string& text) {
  fmt::print("{}\n", replay::inert(text));  // some of it is the peer's
  std::fflush(stdout);
}

host::Listener Caller::listener() {
  return {
      .on_notice =
          [this](const Notify& notice) {
            boost::asio::post(io_, [this, notice] { noticed(notice); });
          },
      .on_reply =
          [this](const Reply& reply) { boost::asio::post(io_, [this, reply] { replied(reply); }); },
      .on_line = [](const host::LogLine& line) { write_line(line); },
      .on_log_failed = [] {},
  };
}

void Caller::noticed(const Notify& notice) {
  if (notice.call != call_) {
    // We only place calls: whoever calls us here is sent away.
    if (notice.notice == NoticeKind::kIncoming) (void)engine_->command(Op::kReject, notice.call);
    return;
  }
  switch (notice.notice) {
    case NoticeKind::kIncoming:
      return;
    case NoticeKind::kProgress:
      if (state_ == notice.state) return;
      state_ = notice.state;
      say(std::string{name(notice.state)});
      if (notice.state == CallState::kConnected && !was_connected_) connected();
      return;
    case NoticeKind::kEnding:
      return say("Terminating: " + std::string{name(notice.cause)} +
                 (notice.text.empty() ? "" : " (" + notice.text + ")"));
    case NoticeKind::kEnded:
      return ended(notice);
    case NoticeKind::kMessage:
    case NoticeKind::kTransfer:
    case NoticeKind::kRegistration:
      return say(std::string{name(notice.notice)} + ": " + notice.text);
  }
}

void Caller::connected() {
  was_connected_ = true;
  if (options_.hold_after_ms >= 0) later(milliseconds{options_.hold_after_ms}, Op::kHold);
  if (!options_.transfer_to.empty()) {
    later(milliseconds{options_.transfer_after_ms}, Op::kTransfer);
  }
  later(milliseconds{static_cast<long>(options_.seconds * 1000)}, Op::kHangup);
}

void Caller::replied(const Reply& reply) {
  const auto it = given_.find(reply.command);
  if (it == given_.end()) {  // the answer to placing it
    if (reply.call != call_ || reply.result == OpResult::kOk) return;
    say("not placed: " + std::string{name(reply.result)});
    return finish(Exit::kFailed);
  }
  const Op op = it->second;
  if (reply.result != OpResult::kOk) {
    say(fmt::format("{}: {}", name(op), name(reply.result)));
  } else if (op == Op::kHold) {
    later(milliseconds{options_.hold_for_ms}, Op::kResume);
  }
}

void Caller::ended(const Notify& notice) {
  say(fmt::format("Terminated: {}{}", name(notice.cause),
                  notice.forced ? ", forced; missing: " + to_text(notice.missing) : ""));
  const bool in_order = notice.cause == Cause::kLocalHangup || notice.cause == Cause::kRemoteBye ||
                        notice.cause == Cause::kTransferred;
  finish(was_connected_ && in_order && !notice.forced ? Exit::kPassed : Exit::kFailed);
}

void Caller::give(Op op) {
  say(fmt::format("asking to {}", name(op)));
  const std::string target = op == Op::kTransfer ? options_.transfer_to : std::string{};
  given_.emplace(engine_->command(op, call_, target), op);
}

void Caller::later(milliseconds delay, Op op) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(io_, delay);
  timer->async_wait([this, timer, op](const boost::system::error_code& error) {
    if (!error) give(op);
  });
}

void Caller::finish(Exit exit) {
  if (!exit_) exit_ = exit;
  io_.stop();
}

Exit Caller::run() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (!error) finish(signal == SIGINT ? Exit::kInterrupted : Exit::kTerminated);
  });
  auto engine = host::Engine::start(engine_config(options_.engine), listener());
  if (!engine) return tell(engine.error());
  engine_ = std::move(*engine);
  call_ = engine_->place_call(options_.uri);
  say("calling " + options_.uri + " from udp:" + to_text(engine_->contact()));
  io_.run();
  const host::EngineSummary summary = engine_->stop(host::kStopBound);
  return summary.log_failed ? Exit::kEnvironment : exit_.value_or(Exit::kFailed);
}

}  // namespace

void add_call(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("call", "Place one call, and hang up");
  const auto options = std::make_shared<CallOptions>();
  verb->add_option("uri", options->uri,
                   "Whom to call: sip:user@host, sip:user@address:port;transport=tcp")
      ->required();
  verb->add_option("--hold-after", options->hold_after_ms, "Hold the call after so many ms");
  verb->add_option("--hold-for", options->hold_for_ms, "Resume it after so many ms")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--transfer-to", options->transfer_to, "Ask the peer to call this URI instead");
  verb->add_option("--transfer-after-ms", options->transfer_after_ms,
                   "Ask it so many ms after it answered")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_flag("--delayed-offer", options->engine.delayed_offer,
                 "Leave the offer to the peer's answer (RFC 3261 13.2.1)");
  verb->add_option("--for", options->seconds, "Hang up so many seconds after it was answered")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  add_engine_options(*verb, options->engine);
  verb->callback([&exit, options] { exit = Caller{*options}.run(); });
}

}  // namespace lastcall::tools
