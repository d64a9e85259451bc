#pragma once
// State: everything the engine knows, the fold of its events. A regular value. fold_event() is the
// only way to change it, live, in recovery and in replay alike.

#include "engine/core/directory.hpp"
#include "engine/core/layers.hpp"

#include <cstdint>

namespace lastcall::core {

struct State {
  LayerStates layers;
  Directory directory;
  bool operator==(const State&) const = default;
};

// The state of one layer: layer<SessionLayer>(state).
template <class L>
[[nodiscard]] const typename L::State& layer(const State& state) {
  return std::get<typename L::State>(state.layers);
}

// Applies one event to the layer whose fact it is, and to the directory. CallTerminated releases
// every id of its call here, in all layers at once: the one removal in the code base.
void fold_event(State& state, const LayerTable& table, const Event& event);

// The earliest deadline of all layers; kNever if there is none.
[[nodiscard]] Instant next_deadline(const State& state);

// A hash of everything the engine knows, whatever order it was learnt in.
[[nodiscard]] std::uint64_t hash_of_state(const State& state);

}  // namespace lastcall::core
