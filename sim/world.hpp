#pragma once
// World: everything one run consists of, as a value: an engine with its simulated media, client and
// disk, the peers, the network between them, and the time. It plays a scenario: the given steps one
// after the other, then the races, then whatever follows until nothing is left to happen. A copy is
// a snapshot. It judges nothing; sim/run.cpp shows log and trace to the oracles.
//
// What stands in a race shares one instant at the engine: a peer acts one shortest flight earlier.

#include "engine/base/hash.hpp"
#include "engine/core/kernel.hpp"
#include "sim/agenda.hpp"
#include "sim/client.hpp"
#include "sim/decisions.hpp"
#include "sim/disk.hpp"
#include "sim/media.hpp"
#include "sim/network.hpp"
#include "sim/party.hpp"
#include "sim/run.hpp"
#include "sim/scenario.hpp"
#include "sim/scene.hpp"
#include "sim/strategies/postpone.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace lastcall::sim {

class Canon;
class Past;
class Places;

class World {
 public:
  // Who a recorder is that attaches to a call's media. It lets go when it is told of the ending.
  static constexpr HolderId kRecorder{1};
  // How many frames each leg sends once the races have begun.
  static constexpr std::uint32_t kFramesInRaces = 3;
  // Crashes that may be drawn in a run, the second one after a recovery; and how many commits after
  // the races began, or after the recovery, they fall at the latest.
  static constexpr std::uint32_t kCrashesMax = 2;
  static constexpr std::uint32_t kCommitsToCrashMax = 32;
  // The same for the moment at which it stands still, and at which the disk fails.
  static constexpr std::uint32_t kCommitsToFaultMax = 16;

  // `scenario` and `chooser` must outlive the world and its copies.
  World(const Scenario& scenario, const Setup& setup, const core::LayerTable& table,
        Chooser& chooser);

  // Lets the next thing happen: what is due, one item of the engine or one act of its user or
  // audio, the next step of the scenario, or time passing. False when nothing is left.
  bool advance();

  // From now on `chooser` decides; it must outlive the world and its copies.
  void decide_by(Chooser& chooser) { decisions_.decide_by(chooser); }

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const core::Kernel& kernel() const { return kernel_; }
  [[nodiscard]] const std::vector<Record>& records() const { return disk_.log().records(); }
  [[nodiscard]] const Trace& trace() const { return trace_; }
  // For the end of a run: the log and the trace, without a copy.
  [[nodiscard]] std::vector<Record> take_records() && {
    return std::move(disk_).take_log().take_records();
  }
  [[nodiscard]] Trace take_trace() && { return std::move(trace_); }
  [[nodiscard]] const MediaHost& media() const { return media_; }
  [[nodiscard]] const Decisions& decisions() const { return decisions_; }
  [[nodiscard]] const Client& client() const { return client_; }
  // All that what follows depends on, without how it came about (sim/canonical).
  void add_to(Canon& input, const Past& past) const;
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  // When the next timer of the engine or of a peer is due; kNever if none is armed.
  [[nodiscard]] Instant next_timer() const;
  // The newest record when the races began; 0 before.
  [[nodiscard]] Position setup_end() const { return setup_end_; }
  // The given step that has had no effect yet, null if all had. At the end of a run: it got stuck.
  [[nodiscard]] const Action* stuck() const;
  // How often the engine's process was lost. With each crash the log may have become shorter.
  [[nodiscard]] std::uint32_t crashes() const { return crashes_; }
  // What cannot be read from log and trace: what the others still hold.
  [[nodiscard]] const std::vector<Party>& peers() const { return peers_; }

 private:
  // What client and audio do of themselves, in an order with the engine's items.
  struct Act {
    std::variant<PumpTicks, StreamCloses, NoticeReaches> what;
    core::Ready as;           // how it stands among what is ready
    std::uint64_t after = 0;  // the newest input when it came
  };

  // A command that waits in the engine, and who will ask for its call.
  struct Asking {
    std::uint64_t serial = 0;
    CallId call;
    Asker asker = Asker::kClient;
  };

  [[nodiscard]] Scene scene() { return {now_, disk_.log().last(), agenda_, decisions_, trace_}; }

  // Things that come due.
  void take_due();
  void take(Entry entry);
  void land(DatagramLands due);
  [[nodiscard]] bool is_idle(const DatagramLands& due, const Past& past) const;
  [[nodiscard]] std::uint64_t hash_of_agenda(const Places& places, const Past& past) const;
  void wait_for_turn(LayerId actor, CallId call, decltype(Act::what) what);
  void deliver(Input input) { newest_input_ = kernel_.deliver(std::move(input)); }
  void wake_peers();

  // One item or act.
  [[nodiscard]] bool handle_next();
  void offer(std::span<const core::Ready> items);
  void perform(Act act);
  void begin(const PumpTicks& tick);
  void begin(const StreamCloses& closing);
  void begin(const NoticeReaches& notice);
  // A command asks for its call at the moment at which the engine takes it up.
  void ask_for_call_of(std::uint64_t serial);

  // A batch may have been sealed: commits it, hands its orders out, or crashes on the way.
  void commit();
  // Where a crash falls: the batch is lost with all that is not durable; it is on the disk, but
  // none of its orders has left; they have.
  enum class CrashPoint : std::uint8_t { kBeforeCommit, kBeforeOrders, kAfterOrders, kNone };
  void draw_faults();
  void draw_crash();
  [[nodiscard]] CrashPoint crash_point();
  void may_stall();
  void stand_still(Duration length);
  // Not after a failed disk: what the world was told of would be lost, and nothing could be
  // promised.
  void crash();
  void lose_records();
  void go_on();
  void start_again();

  // Orders of the engine.
  void hand_out();
  void resolve(const Resolve& order);
  // While nothing can be logged: whether this begins a call, which is refused.
  [[nodiscard]] bool refuse(const DatagramLands& due, const Endpoint& source);
  void perform(Output order);

  // The scenario.
  [[nodiscard]] bool script_goes_on();
  void begin_races();
  void begin_race(const Step& race);
  void begin_action(const Action& action);
  void begin_step(const Action& action);
  [[nodiscard]] bool had_effect(const Action& action) const;
  void command(Verb verb, const Action& action);
  [[nodiscard]] Packets tell(Party& party, const Action& action) const;
  [[nodiscard]] Packets tell_peer(Peer& peer, const Action& action) const;
  void send_all(ActorIndex from, Packets packets);
  // What an INVITE has to name to take the place of this peer's call.
  [[nodiscard]] std::string dialog_of(std::string_view peer) const;
  [[nodiscard]] ActorIndex index_of(std::string_view actor) const;

  [[nodiscard]] Instant soonest();

  const Scenario* scenario_;
  Instant now_{};
  std::uint64_t steps_ = 0;
  core::Kernel kernel_;
  Disk disk_;
  MediaHost media_;
  Client client_;
  std::vector<Party> peers_;
  Network network_;
  Agenda agenda_;
  Decisions decisions_;
  PostponePolicy policy_;
  Trace trace_;

  std::vector<Act> acts_;  // in the order in which they came
  std::uint64_t acts_begun_ = 0;
  std::vector<Asking> asking_;
  std::uint64_t newest_input_ = 0;
  std::vector<core::Ready> offered_;     // engine items and acts, in the default order
  std::vector<std::size_t> offered_at_;  // where each stands: the kernel's index, or behind it acts

  std::size_t given_ = 0;  // steps begun
  std::size_t races_ = 0;  // races begun
  bool race_may_begin_ = true;
  bool audio_flows_ = false;
  ActorIndex partner_ = 1;  // the peer that the engine talks with
  CallId recorder_;         // the call that a recorder has attached to
  Position setup_end_ = 0;
  const core::LayerTable* reborn_;  // the functions of the engine after a crash; null: the same
  Instant drawn_deadline_{};        // the deadline whose lateness was drawn
  Duration lateness_{};
  std::uint32_t crashes_ = 0;
  enum class Process : std::uint8_t { kRuns, kStandsStill, kDown };
  Process process_ = Process::kRuns;
  std::uint32_t to_crash_ = 0;  // 0: no crash was drawn; else counts commits, three to each
  std::uint32_t to_stall_ = 0;  // likewise, three lengths
};

}  // namespace lastcall::sim
