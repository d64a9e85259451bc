#include "engine/host/engine.hpp"

#include "engine/core/config_text.hpp"
#include "engine/core/draws.hpp"
#include "engine/host/accounts.hpp"
#include "engine/host/dns_client.hpp"
#include "engine/host/open_log.hpp"
#include "engine/host/shard.hpp"
#include "engine/host/sip_ports.hpp"
#include "engine/host/version.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <optional>
#include <random>
#include <thread>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;

// EVENTLOG: a commit over 50 ms is a warning, over T1 an alarm.
constexpr Duration kSlowCommit = std::chrono::milliseconds{50};

core::Config core_config(const EngineConfig& config, const SipContacts& contacts,
                         std::uint64_t seed) {
  return {.rules = config.rules,
          .seed = seed,
          .contact = contacts.sip,
          .tls_contact = contacts.tls,
          .ws_contact = contacts.ws,
          .user = config.user,
          .aor = config.aor,
          .registrar = config.registrar,
          .outbound_proxy = config.outbound_proxy,
          .realm = config.realm,
          .refuse_md5 = config.refuse_md5,
          .reliable = config.reliable,
          .delayed_offer = config.delayed_offer,
          .session_expires = config.session_expires,
          .min_se = config.min_se,
          .cleanup_layers = {}};
}

// Command ids must differ between processes that share a log (EVENTLOG G4).
std::uint64_t fresh_nonce() {
  std::random_device chance;
  return std::uint64_t{chance()} << 32 | chance();
}

// RFC 3263 4.1: TLS only if peers can answer by it as well.
TargetSearch::Means search_means(const SipContacts& contacts) {
  return {.tls = contacts.tls.port != 0,
          .prefer_ipv6 = contacts.sip.host.contains(':'),
          .draw = [chance = std::mt19937{std::random_device{}()}](std::uint32_t max) mutable {
            return std::uniform_int_distribution<std::uint32_t>{0, max}(chance);
          }};
}

}  // namespace

struct Engine::Parts {
  explicit Parts(Listener given) : listener(std::move(given)) {}

  void committed(const CommitReport& report);
  [[nodiscard]] CommandId next_command() {
    return {hash_of(nonce, std::string_view{"command"}, commands_given++)};
  }
  void give(CommandGiven command) {
    asio::post(io,
               [this, given = std::move(command)]() mutable { shard->deliver(std::move(given)); });
  }

  Listener listener;
  const std::uint64_t nonce = fresh_nonce();
  std::atomic<std::uint64_t> commands_given = 0;
  core::Config config;
  sip::Keyring keyring;
  Tally tally;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::unique_ptr<OpenLog> log;
  std::unique_ptr<SipPorts> ports;
  std::optional<DnsClient> dns;
  std::optional<Resolver> resolver;
  std::optional<HostClock> clock;
  std::optional<LogWriter> writer;
  std::optional<Shard> shard;
  std::optional<EngineSummary> summary;
  std::thread thread;
};

// On the writer's thread.
void Engine::Parts::committed(const CommitReport& report) {
  asio::post(io, [this, report] {
    if (!report.failure.empty()) {
      listener.on_line({LineLevel::kError,
                        "The log has failed: " + report.failure +
                            ". New calls are refused; endings go on, unlogged.",
                        {}});
      listener.on_log_failed();
    } else if (report.took > kSlowCommit) {
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(report.took).count();
      const auto level = report.took > limits::kT1 ? LineLevel::kError : LineLevel::kWarning;
      listener.on_line({level, "A commit took " + std::to_string(ms) + " ms.", {}});
    }
    shard->log_moved();
  });
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Engine::~Engine() { stop(kStopBound); }

std::expected<std::unique_ptr<Engine>, HostError> Engine::start(const EngineConfig& config,
                                                                Listener listener) {
  auto parts = std::make_unique<Parts>(std::move(listener));
  Parts& p = *parts;
  if (!config.accounts_path.empty()) {
    auto keyring = read_accounts(config.accounts_path);
    if (!keyring) return std::unexpected(keyring.error());
    p.keyring = *std::move(keyring);
  }
  auto ports = SipPorts::open(p.io, config.sip);
  if (!ports) return std::unexpected(ports.error());
  p.ports = std::move(*ports);
  p.dns.emplace(p.io, config.dns_servers);
  p.resolver.emplace(
      [&p](const Question& question, Resolver::Answered answered) {
        p.dns->ask(question, std::move(answered));
      },
      search_means(p.ports->contacts()));

  // The seed has a column of its own, and may be that of an earlier run of the file.
  const std::string text = core::config_text(core_config(config, p.ports->contacts(), 0));
  auto log = OpenLog::open({.path = config.log_path,
                            .durability = config.durability,
                            .run = {.scenario = "serve",
                                    .choices = {},
                                    .config = text,
                                    .version = std::string{kVersion},
                                    .result = {},
                                    .hash = {}}});
  if (!log) return std::unexpected(log.error());
  p.log = std::move(*log);

  p.config = core_config(config, p.ports->contacts(), p.log->run().seed);
  core::Kernel kernel{p.config};
  core::Recovery recovery;
  const auto read = p.log->read_live([&](const Record& record) {
    kernel.recover(record);
    recovery.add(record.event);
    p.tally.add(record.event);
  });
  if (!read) return std::unexpected(read.error());
  p.tally.forget_counts();

  p.clock.emplace(p.log->begin());
  p.writer.emplace(
      p.log->store(), p.log->last(),
      LogWriter::Observers{.appended = [&p](const Record& record) { p.tally.add(record.event); },
                           .committed = [&p](const CommitReport& r) { p.committed(r); }});
  p.shard.emplace(Shard::Ground{p.io, *p.clock, *p.writer, p.tally, *p.ports, *p.resolver,
                                p.listener, p.keyring},
                  std::move(kernel), config.rtp_ports);
  p.shard->begin(recovery);
  p.thread = std::thread{[&p] { p.io.run(); }};
  return std::unique_ptr<Engine>{new Engine{std::move(parts)}};
}

const Endpoint& Engine::contact() const { return contacts().sip; }

const SipContacts& Engine::contacts() const { return parts_->ports->contacts(); }

CallId Engine::place_call(const std::string& uri) {
  const CommandId command = parts_->next_command();
  const core::Draws draws{parts_->config.seed, parts_->config.shard};
  const CallId call = draws.outbound_call(command, parts_->clock->now());
  parts_->give({.command = command, .op = Op::kCall, .call = call, .target = uri});
  return call;
}

CommandId Engine::command(Op op, CallId call, const std::string& target) {
  const CommandId command = parts_->next_command();
  parts_->give({.command = command, .op = op, .call = call, .target = target});
  return command;
}

CommandId Engine::command(Op op, const std::string& aor) {
  const CommandId command = parts_->next_command();
  parts_->give({.command = command, .op = op, .call = {}, .target = aor});
  return command;
}

EngineSummary Engine::stop(Duration bound) {
  Parts& p = *parts_;
  if (p.summary) return *p.summary;
  asio::post(p.io, [&p, bound] { p.shard->drain(bound, [&p] { p.io.stop(); }); });
  p.thread.join();
  p.writer->close();
  p.summary = {.calls_started = p.tally.calls_started(),
               .calls_ended = p.tally.calls_ended(),
               .ends_forced = p.tally.ends_forced(),
               .not_found = p.tally.not_found(),
               .unlogged = p.writer->unlogged(),
               .log_failed = p.writer->failed()};
  p.log->finish(p.summary->log_failed ? "log failed" : "stopped");
  return *p.summary;
}

}  // namespace lastcall::host
