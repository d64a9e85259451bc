#include "sim/world.hpp"

#include "engine/base/check.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/match.hpp"
#include "engine/core/admission.hpp"
#include "engine/sip/keyring.hpp"
#include "sim/mutants/mutants.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {
namespace {

constexpr std::uint64_t kActSerial = std::uint64_t{1} << 62;
constexpr std::uint64_t kDeadlineSerial = std::uint64_t{1} << 63;

std::string engine_name(const Scenario& scenario) {
  const auto it = std::ranges::find(scenario.actors, ActorKind::kEngine, &Actor::kind);
  CHECK(it != scenario.actors.end(), "parse_scenario lets no scenario without an engine pass");
  return it->name;
}

// Everybody in this world has the same secret.
sip::Keyring keyring() {
  const sip::Key key{.user = "lastcall", .password = "secret"};
  return {.ours = {key}, .users = {key}};
}

core::Config config_of(const Scenario& scenario, const Setup& setup) {
  core::Config config;
  config.rules = setup.rules;
  // The same for every run of a scenario, so that ids are the same in all of them.
  config.seed = hash_of(0, scenario.name);
  config.contact = endpoint_of(kEngineIndex);
  config.user = engine_name(scenario);
  return config;
}

std::span<const Duration> flights_of(const Scenario& scenario) {
  if (scenario.flights.empty()) return delays::kFlight;
  return scenario.flights;
}

}  // namespace

World::World(const Scenario& scenario, const Setup& setup, const core::LayerTable& table,
             Chooser& chooser)
    : scenario_(&scenario),
      kernel_(config_of(scenario, setup), setup.turns, table),
      media_(endpoint_of(kEngineIndex).host),
      network_(flights_of(scenario)),
      decisions_(chooser, setup.faults),
      reborn_(table_after_crash(setup.mutant)) {
  network_.add(endpoint_of(kEngineIndex));
  for (const Actor& actor : scenario.actors) {
    if (actor.kind == ActorKind::kEngine) continue;
    const auto index = static_cast<ActorIndex>(peers_.size() + 1);
    if (actor.kind == ActorKind::kSecondEngine) {
      peers_.emplace_back(SecondEngine{actor.name, endpoint_of(index), setup.rules});
    } else {
      peers_.emplace_back(Peer{actor.name, endpoint_of(index)});
    }
    network_.add(endpoint_of(index));
  }
}

bool World::advance() {
  take_due();
  if (process_ == Process::kRuns && handle_next()) return true;
  if (script_goes_on()) return true;
  const Instant next = soonest();
  if (next == kNever) return false;
  now_ = std::max(now_, next);
  return true;
}

Instant World::soonest() {
  Instant next = agenda_.next();
  for (const Party& peer : peers_) next = std::min(next, peer.next_deadline());
  const Instant deadline = kernel_.next_deadline();
  if (deadline == kNever || process_ != Process::kRuns) return next;
  if (deadline != drawn_deadline_) {
    drawn_deadline_ = deadline;
    const ChoiceKey key{.kind = ChoiceKind::kLateTimer};
    lateness_ = delays::kTimer[decisions_.draw_next(key, std::size(delays::kTimer))];
  }
  return std::min(next, deadline + lateness_);
}

Instant World::next_timer() const {
  Instant next = kernel_.next_deadline();
  for (const Party& peer : peers_) next = std::min(next, peer.next_deadline());
  return next;
}

// ---- things that come due

void World::take_due() {
  while (agenda_.next() <= now_) take(agenda_.take());
  wake_peers();
}

void World::take(Entry entry) {
  match(
      std::move(entry), [this](DatagramLands&& due) { land(std::move(due)); },
      [this](StreamOpens&& due) {
        if (auto input = media_.opened(due, scene())) deliver(*std::move(input));
      },
      // The pump sees it after the frames that were recorded before it.
      [this](StreamCloses&& due) { wait_for_turn(LayerId::kMedia, due.call, due); },
      [this](PumpTicks&& due) {
        if (media_.ticks(due, scene())) wait_for_turn(LayerId::kMedia, due.call, due);
      },
      [this](NoticeReaches&& due) {
        const CallId call = due.notice.call;
        wait_for_turn(LayerId::kClient, call, std::move(due));
      },
      [this](CommitLands&& due) {
        disk_.land(due);
        if (process_ == Process::kRuns) hand_out();
      },
      [this](ActionBegins&& due) {
        // A user waits until there is something to use again.
        if (process_ == Process::kDown)
          return agenda_.put(now_ + delays::kFlightMin, std::move(due));
        begin_step(due.action);
      },
      [this](RaceHasBegun&&) { race_may_begin_ = true; }, [this](EngineStarts&&) { go_on(); },
      [this](NameLeads&& due) { deliver(std::move(due.answer)); });
}

void World::land(DatagramLands due) {
  if (process_ == Process::kDown && due.to == kEngineIndex) return;  // nobody listens
  scene().tell(DatagramArrived{due.from, due.to, due.bytes});
  const Endpoint source = network_.source(due.from, due.moved);
  if (due.to == kEngineIndex) {
    if (disk_.failed() && refuse(due, source)) return;
    deliver(DatagramReceived{source, network_.endpoint(kEngineIndex), {std::move(due.bytes)}});
  } else {
    send_all(due.to, peers_[due.to - 1U].receive(std::move(due.bytes), source, now_));
  }
}

void World::wake_peers() {
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (peers_[i].next_deadline() > now_) continue;
    send_all(static_cast<ActorIndex>(i + 1), peers_[i].wake(now_));
  }
}

void World::wait_for_turn(LayerId actor, CallId call, decltype(Act::what) what) {
  // Sender and receiver are the same: it is about itself. No engine mail has such a pair.
  const core::Ready as{
      .sender = actor, .receiver = actor, .call = call, .serial = kActSerial | ++acts_begun_};
  acts_.push_back({std::move(what), as, newest_input_});
}

// ---- one item or act

// Puts items and acts in one default order: the turn that has begun, then what came first, then
// deadlines.
void World::offer(std::span<const core::Ready> items) {
  offered_.clear();
  offered_at_.clear();
  const bool acts_may = !kernel_.in_turn() || kernel_.turns() == core::Turns::kInterleaved;
  std::size_t act = acts_may ? 0 : acts_.size();
  const auto add_acts = [&](std::uint64_t before) {
    for (; act < acts_.size() && acts_[act].after < before; ++act) {
      offered_.push_back(acts_[act].as);
      offered_at_.push_back(items.size() + act);
    }
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool is_deadline = (items[i].serial & kDeadlineSerial) != 0;
    if (!items[i].internal) add_acts(is_deadline ? kActSerial : items[i].serial);
    offered_.push_back(items[i]);
    offered_at_.push_back(i);
  }
  add_acts(kActSerial);
}

bool World::handle_next() {
  const std::span<const core::Ready> items = kernel_.ready_items(now_);
  if (items.empty() && acts_.empty()) return false;
  ++steps_;
  offer(items);
  const std::size_t chosen = offered_at_[policy_.pick(offered_, decisions_)];
  if (chosen < items.size()) {
    ask_for_call_of(items[chosen].serial);
    kernel_.handle_ready(chosen, disk_.log(), now_);
  } else {
    const auto at = acts_.begin() + static_cast<std::ptrdiff_t>(chosen - items.size());
    Act act = std::move(*at);
    acts_.erase(at);
    perform(std::move(act));
  }
  commit();
  return true;
}

void World::perform(Act act) {
  std::visit([this](const auto& what) { begin(what); }, act.what);
}

void World::begin(const PumpTicks& tick) {
  if (!media_.is_open(tick)) return;
  const Found found = kernel_.find(tick.call, disk_.log());
  scene().tell(LookedUp{tick.call, Asker::kAudio, found});
  if (auto input = media_.frame(tick, found, scene())) deliver(*std::move(input));
}

void World::begin(const StreamCloses& closing) {
  if (auto input = media_.closed(closing, scene())) deliver(*std::move(input));
}

void World::begin(const NoticeReaches& notice) {
  // The client shows the call it was told of: for that it asks for it.
  const CallId call = notice.notice.call;
  scene().tell(LookedUp{call, Asker::kClient, kernel_.find(call, disk_.log())});
  for (Input& input : client_.take(notice)) {
    if (const auto* given = std::get_if<CommandGiven>(&input)) scene().tell(CommandAsked{*given});
    deliver(std::move(input));
  }
}

void World::ask_for_call_of(std::uint64_t serial) {
  const auto it = std::ranges::find(asking_, serial, &Asking::serial);
  if (it == asking_.end()) return;
  scene().tell(LookedUp{it->call, it->asker, kernel_.find(it->call, disk_.log())});
  asking_.erase(it);
}

// ---- orders of the engine

void World::hand_out() {
  for (Output& order : kernel_.take_outputs(disk_.passed())) perform(std::move(order));
}

void World::perform(Output order) {
  match(
      std::move(order),
      [this](Transmit&& o) {
        const bool sent =
            network_.send(kEngineIndex, o.destination, std::move(o.wire.bytes), scene());
        if (sent || !o.transaction) return;
        scene().tell(Faulted{{}, Fault::kSendFailed});
        deliver(TransmitFailed{o.transaction});
      },
      [](CloseConnection&&) {}, [this](Resolve&& o) { resolve(o); },
      [this](SignRequest&& o) { deliver(keyring().sign(o)); },
      [this](JudgeCredentials&& o) { deliver(keyring().judge(o)); },
      [this](StartStream&& o) { media_.start(o, scene()); },
      [this](DirectStream&& o) { media_.direct(o, scene()); },
      [this](StopStream&& o) { media_.stop(o, scene()); },
      [this](AbortCall&& o) {
        if (o.layer == CleanupLayer::kMedia) media_.abort(o.call, scene());
        if (o.layer == CleanupLayer::kClient) client_.abort(o.call);
      },
      [this](Notify&& o) {
        client_.hear(o, scene());
        if (o.notice != NoticeKind::kEnding || o.call != recorder_) return;
        deliver(HolderReleased{std::exchange(recorder_, {}), kRecorder});
      },
      [this](Reply&& o) { client_.hear(o, scene()); });
}

// A peer's host has the peer's name: "bob.sim". Other names lead nowhere.
void World::resolve(const Resolve& order) {
  TargetsResolved answer{order.call, order.transaction, {}};
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (order.uri.find("@" + peers_[i].name() + ".sim") == std::string::npos) continue;
    answer.targets.push_back(network_.endpoint(static_cast<ActorIndex>(i + 1)));
  }
  const ChoiceKey key{.kind = ChoiceKind::kName, .call = decisions_.ordinal(order.call)};
  const std::uint32_t choice = decisions_.draw_next(key, 2 * std::size(delays::kName));
  if (delays::leads_nowhere(choice)) {
    answer.targets.clear();
    scene().tell(Faulted{order.call, Fault::kNameFailed});
  }
  scene().after(delays::kName[choice / 2], NameLeads{std::move(answer)});
}

// What cannot be logged is not begun (EVENTLOG), as the host does it.
bool World::refuse(const DatagramLands& due, const Endpoint& source) {
  const auto refusal =
      core::refusal_of_new_call({source, network_.endpoint(kEngineIndex), {due.bytes}}, kernel_);
  if (!refusal) return false;
  network_.send(kEngineIndex, refusal->destination, refusal->wire.bytes, scene());
  return true;
}

void World::send_all(ActorIndex from, Packets packets) {
  for (Packet& packet : packets) {
    network_.send(from, packet.destination, std::move(packet.bytes), scene());
  }
}

}  // namespace lastcall::sim
