#include "engine/host/shard.hpp"

#include "engine/core/admission.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace lastcall::host {
namespace {

// After so many turns in a row sockets and timers get their chance.
constexpr int kTurnsPerPump = 500;
// Records that may wait for the disk before new calls are refused: some seconds of full load.
constexpr std::size_t kBacklogMax = 200'000;

}  // namespace

Shard::Shard(const Ground& ground, core::Kernel kernel, PortRange rtp_ports)
    : ground_(ground),
      kernel_(std::move(kernel)),
      media_(ground.io, ground.clock,
             {.host = ground.ports.contacts().sip.host, .ports = rtp_ports},
             {.deliver = [this](Input input) { deliver(std::move(input)); },
              .find = [this](CallId call) { return kernel_.find(call, ground_.log); }}),
      deadline_timer_(ground.io),
      drain_timer_(ground.io) {}

void Shard::begin(const core::Recovery& recovery) {
  for (const core::KeptStream& stream : recovery.streams()) take_over(stream);
  for (const Input& report : recovery.reports()) deliver(report);
  ground_.ports.listen({
      .received = [this](DatagramReceived datagram) { received(std::move(datagram)); },
      .failed = [this](TransactionId transaction) { deliver(TransmitFailed{transaction}); },
      .said =
          [this](const std::string& text) {
            ground_.listener.on_line({LineLevel::kWarning, text, {}});
          },
  });
  pump_soon();
}

// An established call keeps its audio if its port can be had again.
void Shard::take_over(const core::KeptStream& stream) {
  const StartStream& start = stream.start;
  if (!media_.reopen(start, stream.local)) {
    deliver(StreamStopped{.call = start.call, .stream = start.stream});
  } else if (stream.directed) {
    media_.direct(*stream.directed);
  }
}

void Shard::deliver(Input input) {
  kernel_.deliver(std::move(input));
  pump_soon();
}

void Shard::log_moved() { pump_soon(); }

bool Shard::takes_new_calls() const {
  return !draining() && !ground_.log.failed() && ground_.log.backlog() < kBacklogMax;
}

void Shard::received(DatagramReceived datagram) {
  if (!takes_new_calls()) {
    if (const auto refusal = core::refusal_of_new_call(datagram, kernel_)) {
      ground_.ports.send(*refusal);  // stateless: lost is lost, the peer asks again
      return;
    }
  }
  deliver(std::move(datagram));
}

// Whatever comes in one wake-up is handled in one go.
void Shard::pump_soon() {
  if (std::exchange(pump_posted_, true)) return;
  boost::asio::post(ground_.io, [this] { pump(); });
}

void Shard::pump() {
  pump_posted_ = false;
  int turns = 0;
  Instant now = ground_.clock.now();
  while (kernel_.step(ground_.log, policy_, now)) {
    if (kernel_.in_turn()) continue;  // a turn has one instant and is drained
    if (++turns == kTurnsPerPump) {
      pump_soon();
      break;
    }
    now = ground_.clock.now();
  }
  for (const Output& output : kernel_.take_outputs(ground_.log.durable())) perform(output);
  arm_timer();
  go_on_draining();
}

void Shard::perform(const Output& output) {
  match(
      output, [this](const Transmit& order) { ground_.ports.send(order); },
      [this](const CloseConnection& order) { ground_.ports.close(order); },
      [this](const Resolve& order) { resolve(order); },
      [this](const SignRequest& order) { deliver(ground_.keyring.sign(order)); },
      [this](const JudgeCredentials& order) { deliver(ground_.keyring.judge(order)); },
      [this](const StartStream& order) { media_.start(order); },
      [this](const DirectStream& order) { media_.direct(order); },
      [this](const StopStream& order) { media_.stop(order); },
      [this](const AbortCall& order) {
        if (order.layer == CleanupLayer::kMedia) media_.abort(order.call);
        ground_.listener.on_line({LineLevel::kError,
                                  "aborted at its deadline: " + std::string{name(order.layer)},
                                  order.call});
      },
      [this](const Notify& notice) {
        ground_.listener.on_notice(notice);
        // The listener is in this process: when it returns, it has let go.
        if (notice.notice == NoticeKind::kEnding) {
          deliver(NoticeTaken{notice.call, NoticeKind::kEnding});
        }
      },
      [this](const Reply& reply) { ground_.listener.on_reply(reply); });
}

void Shard::resolve(const Resolve& order) {
  ground_.resolver.resolve(order.uri, [this, call = order.call,
                                       transaction = order.transaction](Resolver::Targets targets) {
    deliver(TargetsResolved{call, transaction, std::move(targets)});
  });
}

void Shard::arm_timer() {
  const Instant next = kernel_.next_deadline();
  if (next == armed_) return;
  armed_ = next;
  if (next == kNever) {
    deadline_timer_.cancel();
    return;
  }
  deadline_timer_.expires_at(ground_.clock.steady(next));
  deadline_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    armed_ = kNever;
    pump();
  });
}

void Shard::drain(Duration bound, std::function<void()> drained) {
  drained_ = std::move(drained);
  drain_timer_.expires_after(bound);
  drain_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) std::exchange(drained_, [] {})();
  });
  pump_soon();
}

// An INVITE that was already waiting may still begin a call, so this looks again after each pump.
void Shard::go_on_draining() {
  if (!draining()) return;
  for (const CallId call : ground_.tally.not_ending()) {
    if (!hung_up_.insert(call).second) continue;
    const CommandId command{hash_of(0, std::string_view{"drain"}, call)};
    deliver(CommandGiven{.command = command, .op = Op::kHangup, .call = call, .target = {}});
  }
  const bool waits = pump_posted_ || kernel_.holds_outputs() || media_.open_streams() > 0;
  // A BYE may have to be sent again, and the 487 that a CANCEL brings wants its ACK.
  if (waits || !ground_.tally.no_calls() || !ground_.tally.no_duties()) return;
  drain_timer_.cancel();
  std::exchange(drained_, [] {})();
}

}  // namespace lastcall::host
