#include "sim/second_engine.hpp"

#include "engine/base/match.hpp"

#include <utility>

namespace lastcall::sim {
namespace {

constexpr std::uint16_t kAudioPort = 50'000;

core::Config config_of(std::string name, Endpoint local, Rules rules) {
  core::Config config;
  config.rules = rules;
  config.seed = hash_of(1, name);  // not that of the first engine
  config.contact = std::move(local);
  config.user = std::move(name);
  return config;
}

}  // namespace

SecondEngine::SecondEngine(std::string name, Endpoint local, Rules rules)
    : kernel_(config_of(std::move(name), std::move(local), rules)) {}

Packets SecondEngine::command(Op op, std::string target, Instant now) {
  kernel_.deliver(CommandGiven{.command = CommandId{++commands_},
                               .op = op,
                               .call = op == Op::kCall ? CallId{} : call_,
                               .target = std::move(target)});
  return run(now);
}

Packets SecondEngine::receive(std::string bytes, const Endpoint& source, Instant now) {
  kernel_.deliver(DatagramReceived{source, kernel_.config().contact, {std::move(bytes)}});
  return run(now);
}

Packets SecondEngine::run(Instant now) {
  core::OldestFirst oldest_first;
  Packets packets;
  while (kernel_.step(log_, oldest_first, now)) {
    for (Output& order : kernel_.take_outputs(log_.durable())) perform(std::move(order), packets);
  }
  return packets;
}

void SecondEngine::perform(Output order, Packets& packets) {
  match(
      std::move(order),
      [&](Transmit&& o) { packets.push_back({o.destination, std::move(o.wire.bytes)}); },
      [](CloseConnection&&) {},
      [this](Resolve&& o) { kernel_.deliver(TargetsResolved{o.call, o.transaction, {}}); },
      [this](SignRequest&& o) {
        kernel_.deliver(RequestSigned{o.layer, o.call, o.transaction, {}});
      },
      [this](JudgeCredentials&& o) {
        kernel_.deliver(CredentialsJudged{o.call, o.transaction, false});
      },
      [this](StartStream&& o) {
        ++streams_;
        const Endpoint local{kernel_.config().contact.host, kAudioPort};
        kernel_.deliver(StreamStarted{o.call, o.stream, local});
      },
      [](DirectStream&&) {},
      [this](StopStream&& o) {
        --streams_;
        kernel_.deliver(StreamStopped{.call = o.call, .stream = o.stream});
      },
      [](AbortCall&&) {},
      [this](Notify&& o) {
        call_ = o.call;
        state_ = o.notice == NoticeKind::kEnded ? CallState::kTerminated : o.state;
        if (o.notice == NoticeKind::kEnding) kernel_.deliver(NoticeTaken{o.call, o.notice});
      },
      [this](Reply&& o) {
        if (o.call) call_ = o.call;
      });
}

std::size_t SecondEngine::leftovers() const {
  const core::Directory& directory = kernel_.state().directory;
  return directory.live_calls() + directory.remembered_calls() + streams_;
}

}  // namespace lastcall::sim
