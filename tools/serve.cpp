// lastcall serve: the production engine as a SIP user agent that answers every call and plays back
// what it hears, until SIGINT or SIGTERM; then it ends what is left in two phases.

#include "engine/host/engine.hpp"
#include "tools/engine_options.hpp"
#include "tools/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/core.h>

#include <csignal>
#include <memory>

namespace lastcall::tools {
namespace {

// Waits for the first signal, or for the end of the log.
class Server {
 public:
  Exit run(const EngineOptions& options);

 private:
  [[nodiscard]] host::Listener listener();
  void answer(const Notify& notice);

  boost::asio::io_context io_;
  std::unique_ptr<host::Engine> engine_;
  Exit exit_ = Exit::kTerminated;
};

// The engine's thread may ring before start() has returned: notices wait until the io_context runs.
host::Listener Server::listener() {
  return {.on_notice =
              [this](const Notify& notice) {
                if (notice.notice != NoticeKind::kIncoming) return;
                boost::asio::post(io_, [this, notice] { answer(notice); });
              },
          .on_reply = [](const Reply&) {},
          .on_line = [](const host::LogLine& line) { write_line(line); },
          .on_log_failed =
              [this] {
                boost::asio::post(io_, [this] {
                  exit_ = Exit::kEnvironment;
                  io_.stop();
                });
              }};
}

void Server::answer(const Notify& notice) { (void)engine_->command(Op::kAnswer, notice.call); }

Exit Server::run(const EngineOptions& options) {
  boost::asio::signal_set signals{io_, SIGINT, SIGTERM};
  signals.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    exit_ = signal == SIGINT ? Exit::kInterrupted : Exit::kTerminated;
    io_.stop();
  });
  auto engine = host::Engine::start(engine_config(options), listener());
  if (!engine) return tell(engine.error());
  engine_ = std::move(*engine);
  write_line(host::LineLevel::kInfo, "listening on " + addresses_text(engine_->contacts()));
  io_.run();

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
  const auto options = std::make_shared<EngineOptions>(
      EngineOptions{.sip = "udp:127.0.0.1:5060", .log = "lastcall.db"});
  add_engine_options(*verb, *options);
  verb->callback([&exit, options] { exit = Server{}.run(*options); });
}

}  // namespace lastcall::tools
