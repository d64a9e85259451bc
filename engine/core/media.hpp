#pragma once
// MediaLayer: the stream of each call and who holds on to it. Orders ports and pumps, never sees a
// frame. Confirms an ending when the stream is reported stopped and every holder has let go, never
// on having asked. A stream that is open when its call is released stays known as an orphan until
// the world reports it stopped.

#include "engine/core/layer.hpp"

#include <array>
#include <vector>

namespace lastcall::core {

enum class StreamPhase : std::uint8_t { kNone, kOpening, kOpen, kStopping, kClosed };
[[nodiscard]] constexpr auto names_of(StreamPhase) {
  return std::array<std::string_view, 5>{"none", "opening", "open", "stopping", "closed"};
}

struct CallMedia {
  StreamPhase phase = StreamPhase::kNone;
  StreamId stream;
  std::vector<HolderId> holders;  // sorted
  bool cleaning = false;

  // Whether nothing of the call is open or held any more.
  [[nodiscard]] bool released() const {
    return holders.empty() && (phase == StreamPhase::kNone || phase == StreamPhase::kClosed);
  }

  bool operator==(const CallMedia&) const = default;
  static constexpr auto kFields =
      std::tuple{field("phase", &CallMedia::phase), field("stream", &CallMedia::stream),
                 field("holders", &CallMedia::holders), field("cleaning", &CallMedia::cleaning)};
};

struct MediaLayer {
  using Input = ToMedia;
  using Event = MediaEvent;
  static constexpr CleanupLayer kCleanup = CleanupLayer::kMedia;
  struct State {
    Table<CallId, CallMedia> calls;
    Table<StreamId, CallId> orphans;
    bool operator==(const State&) const = default;
    static constexpr auto kFields =
        std::tuple{field("calls", &State::calls), field("orphans", &State::orphans)};
  };
  static void decide(const State& state, const Input& input, const Context& context, Outbox& out);
  static void apply(State& state, const Event& event);
  static void forget(State& state, CallId call);
};

}  // namespace lastcall::core
