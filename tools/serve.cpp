// lastcall serve: the production engine as a SIP user agent that answers every call and plays back
// what it hears, until SIGINT or SIGTERM; then it ends what is left in two phases. If asked to, it
// holds and resumes each call, and hangs up.

#include "engine/host/engine.hpp"
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
#include <memory>
#include <optional>
#include <set>

namespace lastcall::tools {
namespace {

struct ServeOptions {
  EngineOptions engine{.sip = "udp:127.0.0.1:5060", .log = "lastcall.db"};
  bool registers = false;
  int hold_after_ms = -1;  // below 0: no hold
  int hold_for_ms = 500;
  double seconds = -1;  // below 0: never hangs up
};

// So long a registrar may take to hear that we leave.
constexpr std::chrono::seconds kFarewell{4};

// Waits for the first signal, or for the end of the log.
class Server {
 public:
  Exit run(const ServeOptions& options);

 private:
  [[nodiscard]] host::Listener listener();
  void noticed(const Notify& notice);
  void connected(CallId call);
  void later(std::chrono::milliseconds delay, Op op, CallId call);
  void unregister();

  ServeOptions options_;
  boost::asio::io_context io_;
  std::unique_ptr<host::Engine> engine_;
  Exit exit_ = Exit::kTerminated;
  std::optional<CommandId> leaving_;
  std::set<CallId> connected_;
};

// The engine's thread may ring before start() has returned: notices wait until the io_context runs.
host::Listener Server::listener() {
  return {.on_notice =
              [this](const Notify& notice) {
                boost::asio::post(io_, [this, notice] { noticed(notice); });
              },
          .on_reply =
              [this](const Reply& reply) {
                boost::asio::post(io_, [this, reply] {
                  if (leaving_ == reply.command) io_.stop();
                });
              },
          .on_line = [](const host::LogLine& line) { write_line(line); },
          .on_log_failed =
              [this] {
                boost::asio::post(io_, [this] {
                  exit_ = Exit::kEnvironment;
                  io_.stop();
                });
              }};
}

void Server::noticed(const Notify& notice) {
  if (notice.notice == NoticeKind::kIncoming) {
    (void)engine_->command(Op::kAnswer, notice.call);
  } else if (notice.notice == NoticeKind::kRegistration) {
    write_line(host::LineLevel::kInfo, notice.peer + ": " + notice.text);
  } else if (notice.notice == NoticeKind::kProgress && notice.state == CallState::kConnected) {
    if (connected_.insert(notice.call).second) connected(notice.call);
  } else if (notice.notice == NoticeKind::kEnded) {
    connected_.erase(notice.call);
  }
}

// What our side of a call does of itself.
void Server::connected(CallId call) {
  using std::chrono::milliseconds;
  if (options_.hold_after_ms >= 0) {
    later(milliseconds{options_.hold_after_ms}, Op::kHold, call);
    later(milliseconds{options_.hold_after_ms + options_.hold_for_ms}, Op::kResume, call);
  }
  if (options_.seconds >= 0) {
    later(milliseconds{static_cast<long>(options_.seconds * 1000)}, Op::kHangup, call);
  }
}

void Server::later(std::chrono::milliseconds delay, Op op, CallId call) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(io_, delay);
  timer->async_wait([this, timer, op, call](const boost::system::error_code& error) {
    if (!error && connected_.contains(call)) (void)engine_->command(op, call);
  });
}

// Whoever looks for us is told at once that we are gone (RFC 3261 10.2.2), if the registrar
// listens.
void Server::unregister() {
  leaving_ = engine_->command(Op::kUnregister, std::string{});
  boost::asio::steady_timer bound{io_, kFarewell};
  bound.async_wait([this](const boost::system::error_code& error) {
    if (!error) io_.stop();
  });
  io_.restart();
  io_.run();
}

Exit Server::run(const ServeOptions& options) {
  options_ = options;
  boost::asio::signal_set signals{io_, SIGINT, SIGTERM};
  signals.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    exit_ = signal == SIGINT ? Exit::kInterrupted : Exit::kTerminated;
    io_.stop();
  });
  auto engine = host::Engine::start(engine_config(options.engine), listener());
  if (!engine) return tell(engine.error());
  engine_ = std::move(*engine);
  write_line(host::LineLevel::kInfo, "listening on " + addresses_text(engine_->contacts()));
  if (options.registers) (void)engine_->command(Op::kRegister, std::string{});
  io_.run();

  if (options.registers) unregister();
  write_line(host::LineLevel::kInfo, "stopping: no new calls, the rest is hung up");
  const host::EngineSummary summary = engine_->stop(host::kStopBound);
  write_line(host::LineLevel::kInfo,
             fmt::format("stopped: {} calls begun, {} ended, {} of them forced, {} not found",
                         summary.calls_started, summary.calls_ended, summary.ends_forced,
                         summary.not_found));
  if (!summary.log_failed) return exit_;
  write_line(host::LineLevel::kError,
             fmt::format("the log had failed: {} events are missing in it", summary.unlogged));
  return Exit::kEnvironment;
}

}  // namespace

void add_serve(CLI::App& app, Exit& exit) {
  CLI::App* verb = app.add_subcommand("serve", "Answer calls, until SIGTERM");
  const auto options = std::make_shared<ServeOptions>();
  verb->add_flag("--register", options->registers, "Register --aor, and keep it registered");
  verb->add_option("--hold-after", options->hold_after_ms, "Hold each call after so many ms");
  verb->add_option("--hold-for", options->hold_for_ms, "Resume it after so many ms")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--for", options->seconds, "Hang up so many seconds after a call was answered");
  add_engine_options(*verb, options->engine);
  verb->callback([&exit, options] { exit = Server{}.run(*options); });
}

}  // namespace lastcall::tools
